// The loop of every host: evaluate, perform what is needed, evaluate again; commit; reply once the commit has held.
//
// A world is what the host has: {now() in Unix seconds, entropy() as 32 bytes, store, passwords, tools?, fetch?(need),
// publish?(topics), audit?(events, request id), log?(level, what, fields), pause?(milliseconds)}. `fetch` performs one
// request to another server under the host's own egress policy (core/flow/need.hpp, Fetch) and gives {status, headers,
// body, problem}; without it this host reaches no other server. `fetchAsUser(principal, asked, request)`: upstream.mjs.

import { sameBytes } from "./text.mjs";
import { runTool } from "./tools.mjs";

const attempts = 5;
const rounds = 8; // those that wait for time, for a tool or for a tool's request do not count
const claimSeconds = 30; // as host-native/drive.cpp
const claimWait = { step: 100, longest: 15_000 }; // milliseconds
const mostClaims = 8;
const longestSleep = 60_000; // milliseconds

/**
 * The reply to a request, {status, headers, body, stream}. It never throws on what came from outside. `sink.send(frames,
 * headers)`: events while the request is still being worked on; once it was called, of the reply only the body is to be
 * sent, as the last of them. `sink.id`: what the audit calls the request. `sink.writes(commit)`: what is about to be written.
 * `begun`: {done, topics} of a request that was begun elsewhere (ahead.mjs): pairs of need and fact, and what they publish.
 */
export async function drive(deployment, request, world, sink = {}, begun = {}) {
  return run((facts) => deployment.evaluate(request, facts), world, sink, begun);
}

/** The same for any evaluation: `evaluate(facts)` gives an outcome. `outer`: the request whose tool this one is for. */
export async function run(evaluate, world, sink = {}, { done = [], topics = [] } = {}, outer = undefined) {
  const known = outer?.done ?? done.map(([need, fact]) => [nameOf(need), fact]);
  const request = { sink, done: new Map(known), steps: new Set(), topics, claims: new Claims(world, outer?.claims), sent: 0, stale: false };
  try {
    for (let attempt = 0; attempt < attempts; ) {
      const step = await attemptOnce(evaluate, world, request, sink);
      // The client is in the middle of an event stream: an error that is no event can't be told any more.
      if (step.reply) return request.sent > 0 && step.reply.status !== 200 ? { ...step.reply, body: "" } : step.reply;
      if (step === lost) ++attempt;
    }
    world.log?.("warning", "request.busy", { attempts });
    return busy();
  } finally {
    await request.claims.giveBack();
  }
}

const lost = {}; // someone was first: read again
const stale = {}; // more is claimed than was, or a tool's request has written: what was read before may not be true any more

async function attemptOnce(evaluate, world, request, sink) {
  const facts = { now: world.now(), entropy: world.entropy(), answers: request.claims.facts() };
  for (let round = 0; round < rounds; ) {
    const outcome = evaluate(facts); // pure
    if (outcome.events.length > request.sent) {
      sink.send?.(outcome.events.slice(request.sent), outcome.event_headers);
      request.sent = outcome.events.length;
    }
    if (outcome.answer !== null) return finish(outcome.answer, world, request, sink);
    const wanted = outcome.needs.filter(({ need }) => need === "claim");
    if (wanted.length > 0) return (await request.claims.take(wanted)) ? stale : { reply: busy() };
    facts.answers.push(...(await perform(outcome.needs, world, request)));
    if (request.stale) {
      request.stale = false;
      return stale;
    }
    if (!outcome.needs.some(({ need, step }) => need === "sleep" || need === "run_tool" || (need === "fetch" && step > 0))) ++round;
  }
  world.log?.("error", "request.endless", { rounds });
  return { reply: busy() };
}

async function finish(answer, world, request, sink) {
  if (!isEmpty(answer.commit)) {
    sink.writes?.(answer.commit);
    const held = await world.store.commit(answer.commit).catch((error) => failed(world, error));
    if (held === undefined) return { reply: busy() }; // it may or may not be written: only the client can ask again
    if (!held) return lost;
  }
  if (answer.audit.length > 0) world.audit?.(answer.audit, sink.id);
  const topics = request.topics.length > 0 ? [...answer.topics, ...request.topics] : answer.topics;
  if (topics.length > 0) world.publish?.(topics);
  return { reply: answer.reply };
}

export const isEmpty = ({ expects, puts, deletes }) => expects.length + puts.length + deletes.length === 0;

function failed(world, error) {
  world.log?.("error", "store.failed", { reason: String(error?.message ?? error) });
  return undefined;
}

/** What nobody else works on until this request has ended. */
class Claims {
  #world;
  #owner;
  #needs = [];
  #lent; // held by the outer request, which gives them back
  #waited = 0;

  constructor(world, outer) {
    this.#world = world;
    this.#lent = outer?.facts() ?? [];
  }

  facts() {
    return [...this.#lent, ...this.#needs.map((need) => [need, { fact: "claimed" }])];
  }

  async take(needs) {
    this.#owner ??= this.#world.entropy();
    for (const need of needs) if (this.#needs.length >= mostClaims || !(await this.#takeOne(need))) return false;
    return true;
  }

  async #takeOne(need) {
    const key = `claim/${need.key}`;
    while (this.#waited < claimWait.longest) {
      const put = { key, bytes: this.#owner, expires_at: this.#world.now() + claimSeconds };
      const commit = { expects: [{ key, version: null }], puts: [put], deletes: [], durability: "relaxed" };
      const held = await this.#world.store.commit(commit).catch((error) => failed(this.#world, error));
      if (held === undefined) return false;
      if (held) {
        this.#needs.push(need);
        return true;
      }
      this.#waited += claimWait.step;
      await pause(this.#world, claimWait.step);
    }
    this.#world.log?.("warning", "claim.busy", {});
    return false;
  }

  // What can't be given back ends by itself. One that has ended meanwhile may be another request's by now.
  async giveBack() {
    for (const need of this.#needs) {
      const key = `claim/${need.key}`;
      const record = await this.#world.store.load(key).catch(() => null);
      if (record === null || !sameBytes(record.bytes, this.#owner)) continue;
      const commit = { expects: [{ key, version: record.version }], puts: [], deletes: [key], durability: "relaxed" };
      await this.#world.store.commit(commit).catch((error) => failed(this.#world, error));
    }
  }
}

const pause = (world, milliseconds) =>
  world.pause ? world.pause(milliseconds) : new Promise((done) => setTimeout(done, milliseconds));

/**
 * All needs of a round, in parallel: pairs of need and fact. What has effects of its own is done once for a request, also
 * when it starts over: `request` remembers it, and the topics of its tools.
 */
export function perform(needs, world, request = { done: new Map(), steps: new Set(), topics: [] }) {
  return Promise.all(needs.map(async (need) => [need, await once(need, world, request)]));
}

/** Not to be sent twice for one step, RFC 9110 s. 9.2.2. */
const hasEffects = ({ need, step, method }) => need === "fetch" && step > 0 && method !== "GET" && method !== "HEAD";

/** Of two requests with effects that differ in the token it is the same: that may have been renewed since. */
function nameOf(need) {
  if (!hasEffects(need)) return JSON.stringify(need);
  return JSON.stringify({ ...need, headers: need.headers.filter(([name]) => name !== "Authorization") });
}

const refused = { fact: "fetched", status: 0, headers: [], body: "", problem: "refused" };

async function once(need, world, request) {
  if (need.need === "load" || need.need === "scan") return read(need, world);
  const name = nameOf(need);
  const known = request.done.get(name);
  if (known !== undefined) return known;
  if (hasEffects(need)) {
    if (request.steps.has(need.step)) return refused;
    request.steps.add(need.step);
  }
  const learned = await act(need, world, request);
  if (learned.fact !== "unavailable") request.done.set(name, learned);
  return learned;
}

async function read(need, world) {
  try {
    if (need.need === "load") return { fact: "loaded", record: await world.store.load(need.key) };
    return { fact: "scanned", records: await world.store.scan(need.prefix, need.limit) };
  } catch (error) {
    failed(world, error);
    return { fact: "unavailable" };
  }
}

async function act(need, world, request) {
  try {
    switch (need.need) {
      case "verify_password":
        return { fact: "password_verified", matches: await world.passwords.verify(need.phc, need.password) };
      case "hash_password":
        return { fact: "password_hashed", phc: await world.passwords.hash(need.password) };
      case "sleep":
        if (need.milliseconds > longestSleep) return { fact: "unavailable" };
        await pause(world, need.milliseconds);
        return { fact: "slept" };
      case "run_tool":
        return { fact: "tool_ran", result: await runTool(need, world, request) };
      case "fetch":
        if (world.fetch === undefined) return refused;
        return { fact: "fetched", ...(await world.fetch(need)) };
      default:
        return { fact: "unavailable" };
    }
  } catch (error) {
    world.log?.("error", "need.failed", { need: need.need, reason: String(error?.message ?? error) });
    return { fact: "unavailable" };
  }
}

function busy() {
  const headers = [["Content-Type", "application/json"], ["Cache-Control", "no-store"], ["Retry-After", "1"]];
  return { status: 503, headers, body: '{"error":"temporarily_unavailable"}', stream: null };
}
