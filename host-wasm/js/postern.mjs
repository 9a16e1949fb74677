// A whole server from a Request to a Response, on any runtime that has the web's standards.

import { ahead } from "./ahead.mjs";
import { tellAudit } from "./audit.mjs";
import { drive, run } from "./drive.mjs";
import { egressBy } from "./egress.mjs";
import { randomBytes } from "./entropy.mjs";
import { partsOf, pathToLog, requestOf, responseOf } from "./exchange.mjs";
import { logToConsole } from "./console_log.mjs";
import { Deployment } from "./module.mjs";
import { Operator } from "./operator.mjs";
import { checkFirstUser, checkOptions } from "./options.mjs";
import { Outgoing } from "./outgoing.mjs";
import { passwordsBy } from "./passwords.mjs";
import { Streams } from "./streams.mjs";
import { Sweeper } from "./sweeper.mjs";
import { declarations, functions, wholeTopic } from "./tools.mjs";
import { fetchedAsUser } from "./upstream.mjs";

export { MemoryStore } from "./memory_store.mjs";
export { passwordsBy } from "./passwords.mjs";
export { newKeyRing, readKeyRing, printKeyRing } from "./key_ring.mjs";

const eventsBox = 4 << 20; // bytes of events that a client may leave unread while its request is worked on

/** The options are told in postern.d.mts. Throws why they won't do, before anything is served. */
export async function createPostern(options) {
  checkOptions(options);
  if (options.store === undefined) throw new TypeError("store: expected one, such as new MemoryStore()");
  const postern = new Postern(await compiled(options.module), options);
  if (options.firstUser) await postern.addFirstUser(options.firstUser);
  postern.sweep();
  return postern;
}

async function compiled(module) {
  const given = await module;
  if (given instanceof WebAssembly.Module) return given;
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) return WebAssembly.compile(given);
  throw new TypeError("module: expected postern.wasm of this package, as its bytes or as a WebAssembly.Module");
}

export class Postern {
  #deployment;
  #world;
  #streams;
  #operator;
  #sweeper;
  #lengthsHold;

  /**
   * The same without waiting: `module` is compiled, and the first user is `addFirstUser`'s. `elsewhere.fetchAsUser(principal,
   * asked)`: `fetchAsUser` of the host that has the store, for one in front.
   */
  constructor(module, options, elsewhere = {}) {
    checkOptions(options);
    const { settings, tools, store, passwords = passwordsBy(), egress, lengthsHold, ...rest } = options;
    const named = tools === undefined ? {} : { tools: declarations(tools) };
    this.#deployment = new Deployment(module, { decoy_password: passwords.decoy(), ...settings, ...named });
    const { audit, log: wanted = logToConsole, fetchAllowed: exceptions, now = () => Math.floor(Date.now() / 1000), streams } = rest;
    const log = wanted || undefined;
    this.#world = {
      now,
      entropy: () => randomBytes(32),
      store,
      passwords,
      tools: functions(tools ?? []),
      fetchAsUser: elsewhere.fetchAsUser ?? ((principal, asked, request) => this.fetchAsUser(principal, asked, request)),
      fetch: egress && egressBy(egress, this.#deployment, { exceptions, log }),
      publish: (topics) => this.#streams.publish(topics),
      audit: (audit || log) && ((events, id) => tellAudit(events, id, audit, log)),
      log,
    };
    this.#lengthsHold = lengthsHold;
    this.#streams = new Streams(this.#deployment, this.#world, streams);
    this.#operator = new Operator(this.#deployment, this.#world, newRequestId);
  }

  /** Never rejects on what came from outside. `watch.writes(commit)`: what is about to be written, before the answer. */
  async fetch(request, watch) {
    return this.handle(partsOf(request, this.#lengthsHold), watch);
  }

  /** The same for {method, target, headers: [[name, value]], body: ReadableStream or null}: where there is no Request. */
  async handle(parts, watch) {
    const began = Date.now();
    const id = newRequestId();
    const carried = await this.#carried(parts);
    if (carried === null) return responseOf(408, [], "", id, parts.method); // its client stopped, or was too slow
    return this.goOn({ id, began, carried }, watch);
  }

  /**
   * In front of the host that has the store: {response}, or {rest}, which `goOn` takes there. `copies` as ahead.mjs has them.
   * Where `rest.done` is empty nothing has happened yet, and the request may as well be made there anew.
   */
  async ahead(request, copies) {
    const began = Date.now();
    const id = newRequestId();
    const carried = await this.#carried(partsOf(request, this.#lengthsHold));
    if (carried === null) return { response: responseOf(408, [], "", id, request.method) };
    try {
      const { answer, done, topics } = await ahead((facts) => this.#deployment.evaluate(carried, facts), this.#world, copies);
      if (answer === undefined) return { rest: { id, began, carried, done, topics } };
      if (answer.audit.length > 0) this.#world.audit?.(answer.audit, id);
      const { status, headers, body } = answer.reply;
      this.#told(id, began, carried, status, { where: "front" });
      return { response: responseOf(status, headers, body, id, carried.method) };
    } catch (error) {
      this.#world.log?.("error", "request.failed", { reason: String(error?.message ?? error) });
      return { response: responseOf(503, [["Retry-After", "1"]], "", id, carried.method) };
    }
  }

  /** What `ahead` has begun. */
  goOn({ id, began, carried, ...begun }, watch = {}) {
    return new Promise((reply) => {
      const sink = new Sink(id, carried.method, reply, watch.writes);
      this.#answer(carried, sink, begun).catch((error) => this.#failed(sink, error)).then((status) => this.#told(id, began, carried, status));
    });
  }

  /**
   * What a tool asks in its user's name: {kind, status, headers, body, problem}, the kinds of core/flow/upstream.hpp. `request`:
   * the call that the tool is run for.
   */
  fetchAsUser(principal, asked, request = { sink: { id: newRequestId() } }) {
    return fetchedAsUser((facts) => this.#deployment.fetchAsUser(principal, asked, facts), run, this.#world, request);
  }

  #carried(parts) {
    return requestOf(parts, this.#deployment.largestBody).catch(() => null);
  }

  #told(id, began, { method, target }, status, more) {
    this.#world.log?.("info", "http.request", { id, method, path: pathToLog(target, status), status, ms: Date.now() - began, ...more });
  }

  // What the operator sees and changes. {status, error?, ..}: 200, or 400, 404, 409 and 503 with the reason in one line.

  /** `oneTime`: others have seen this password, so the first login with it has to change it. */
  addUser(name, password, how) {
    return this.#operator.addUser(name, password, how);
  }

  /** Logs the user's browsers out; what clients were granted goes on. */
  setPassword(name, password, how) {
    return this.#operator.setPassword(name, password, how);
  }

  listUsers() {
    return this.#operator.listUsers();
  }

  /** Ends what the user has granted, and removes what tools of the core keep for the user, unless `keepData`. */
  removeUser(name, how) {
    return this.#operator.removeUser(name, how);
  }

  /** Those that are alive; `of.user` a name or subject. */
  listGrants(of) {
    return this.#operator.listGrants(of);
  }

  /** `of`: one of id, user, client and `all: true`. */
  revokeGrants(of) {
    return this.#operator.revokeGrants(of);
  }

  listClients() {
    return this.#operator.listClients();
  }

  /** Ends what was granted to it, too. */
  removeClient(id) {
    return this.#operator.removeClient(id);
  }

  /** Where the store has no user yet. Throws why the name or the password won't do. Whether there was none. */
  async addFirstUser(user) {
    checkFirstUser(user);
    const { users } = await this.listUsers();
    if (users?.length > 0) return false;
    const { status, error } = await this.addUser(user.name, user.password, { oneTime: user.oneTime });
    if (status !== 200 && status !== 409) throw new TypeError(`firstUser: ${error}`); // 409: another was first
    return status === 200;
  }

  /** From now on expired records are forgotten, now and then; createPostern has begun it. */
  sweep() {
    const { store, now, log } = this.#world;
    if (store.sweep !== undefined) this.#sweeper ??= new Sweeper(store, now, log);
  }

  /** News that did not come by a request. */
  publish(topics) {
    this.#streams.publish(topics.map(wholeTopic));
  }

  /** Of which records a copy may be read: what their keys begin with. */
  get copied() {
    return this.#deployment.copied;
  }

  /** How many event streams are open. */
  get openStreams() {
    return this.#streams.size;
  }

  /** Ends every stream, and the sweeping: the process stops. */
  close() {
    this.#sweeper?.end();
    this.#streams.endAll();
  }

  async #answer(carried, sink, begun) {
    const reply = await drive(this.#deployment, carried, this.#world, sink, begun);
    if (sink.began) {
      sink.finish(reply.body);
      return 200;
    }
    const stream = reply.stream !== null && carried.method !== "HEAD";
    sink.reply(reply.status, reply.headers, stream ? this.#streams.open(reply.stream, reply.body) : reply.body);
    return reply.status;
  }

  #failed(sink, error) {
    this.#world.log?.("error", "request.failed", { reason: String(error?.message ?? error) });
    if (sink.began) sink.finish("");
    else sink.reply(503, [["Retry-After", "1"]], "");
    return 503;
  }
}

/** What a client gets of one request: a reply at once, or events and then the end. */
class Sink {
  #method;
  #give;
  #outgoing;

  constructor(id, method, give, writes) {
    this.id = id;
    this.writes = writes;
    this.#method = method;
    this.#give = give;
  }

  get began() {
    return this.#outgoing !== undefined;
  }

  // A client that is gone is no reason to stop: what it asked for may have effects.
  send(frames, headers) {
    if (!this.began) {
      this.#outgoing = new Outgoing(eventsBox);
      this.reply(200, headers, this.#outgoing.body);
    }
    this.#outgoing.push(frames.join(""));
  }

  finish(last) {
    this.#outgoing.push(last);
    this.#outgoing.end();
  }

  reply(status, headers, body) {
    this.#give(responseOf(status, headers, body, this.id, this.#method));
  }
}

function newRequestId() {
  let id = "";
  for (const byte of randomBytes(8)) id += hex[byte];
  return id;
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
