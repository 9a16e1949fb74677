// A whole server from a Request to a Response, on any runtime that has the web's standards.

import { ahead } from "./ahead.mjs";
import { drive, run } from "./drive.mjs";
import { egressBy } from "./egress.mjs";
import { randomBytes } from "./entropy.mjs";
import { partsOf, pathToLog, requestOf, responseOf } from "./exchange.mjs";
import { Deployment } from "./module.mjs";
import { Outgoing } from "./outgoing.mjs";
import { passwordsBy } from "./passwords.mjs";
import { Streams } from "./streams.mjs";
import { declarations, functions, wholeTopic } from "./tools.mjs";

export { MemoryStore } from "./memory_store.mjs";
export { passwordsBy } from "./passwords.mjs";
export { newKeyRing, readKeyRing, printKeyRing } from "./key_ring.mjs";

const eventsBox = 4 << 20; // bytes of events that a client may leave unread while its request is worked on

/** The options are told in postern.d.mts. Throws why they won't do, before anything is served. */
export async function createPostern(options) {
  const postern = new Postern(await compiled(options.module), options);
  if (options.firstUser) await postern.addFirstUser(options.firstUser);
  return postern;
}

async function compiled(module) {
  const given = await module;
  return given instanceof WebAssembly.Module ? given : WebAssembly.compile(given);
}

export class Postern {
  #deployment;
  #world;
  #streams;
  #lengthsHold;

  /** The same without waiting: `module` is compiled, and the first user is `addFirstUser`'s. */
  constructor(module, { settings, tools, store, passwords = passwordsBy(), egress, lengthsHold, ...rest }) {
    const named = tools === undefined ? {} : { tools: declarations(tools) };
    this.#deployment = new Deployment(module, { decoy_password: passwords.decoy(), ...settings, ...named });
    const { audit, log, fetchAllowed: exceptions, now = () => Math.floor(Date.now() / 1000), streams } = rest;
    this.#world = {
      now,
      entropy: () => randomBytes(32),
      store,
      passwords,
      tools: functions(tools ?? []),
      fetch: egress && egressBy(egress, this.#deployment, { exceptions, log }),
      publish: (topics) => this.#streams.publish(topics),
      audit: (audit || log) && ((events, id) => told(events, id, audit, log)),
      log,
    };
    this.#lengthsHold = lengthsHold;
    this.#streams = new Streams(this.#deployment, this.#world, streams);
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

  #carried(parts) {
    return requestOf(parts, this.#deployment.largestBody).catch(() => null);
  }

  #told(id, began, { method, target }, status, more) {
    this.#world.log?.("info", "http.request", { id, method, path: pathToLog(target, status), status, ms: Date.now() - began, ...more });
  }

  /** {status, error?}: 200, or 400 and 409 with the reason. */
  async addUser(name, password) {
    const { status, body } = await run((facts) => this.#deployment.addUser(name, password, facts), this.#world, { id: newRequestId() });
    return { status, ...JSON.parse(body) };
  }

  /** Where the store has no user yet. Throws why the name or the password won't do. */
  async addFirstUser({ name, password }) {
    const { body } = await run((facts) => this.#deployment.listUsers(facts), this.#world);
    if (JSON.parse(body).users?.length > 0) return;
    const { status, error } = await this.addUser(name, password);
    if (status !== 200 && status !== 409) throw new TypeError(`the first user: ${error}`); // 409: another was first
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

  /** Ends every stream: the process stops. */
  close() {
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

function told(events, id, audit, log) {
  for (const { what, outcome, client, subject, detail } of events) {
    audit?.({ time: new Date().toISOString(), request: id, what, outcome, client, subject, detail });
    log?.("info", what, { id, outcome, client, subject, detail });
  }
}

function newRequestId() {
  let id = "";
  for (const byte of randomBytes(8)) id += hex[byte];
  return id;
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
