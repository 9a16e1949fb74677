// The loop of every host: evaluate, perform what is needed, evaluate again; commit; reply once the commit has held.
//
// A world is what the host has: {now() in Unix seconds, entropy() as 32 bytes, store, passwords, tools?, fetch?(need),
// publish?(topics), audit?(events), send?(frames, headers), pause?(milliseconds)}. `fetch` performs one request to
// another server under the host's own egress policy (core/flow/need.hpp, Fetch) and gives {status, headers, body,
// problem}; without it this host reaches no other server.

import { toBase64 } from "./text.mjs";

const attempts = 5;
const rounds = 16;
const claimSeconds = 30; // as host-native/drive.cpp
const claimWait = { step: 100, longest: 15_000 }; // milliseconds

/** The reply to a request, {status, headers, body, stream}. It never throws on what came from outside. */
export function drive(deployment, request, world) {
  return run((facts) => deployment.evaluate(request, facts), world);
}

/** The same for any evaluation: `evaluate(facts)` gives an outcome. */
export async function run(evaluate, world) {
  const request = { done: new Map(), claims: new Claims(world), sent: 0 };
  try {
    for (let attempt = 0; attempt < attempts; ) {
      const step = await attemptOnce(evaluate, world, request);
      if (step.reply) return step.reply;
      if (step === lost) ++attempt;
    }
    return busy();
  } finally {
    await request.claims.giveBack();
  }
}

const lost = {}; // someone was first: read again
const claimed = {}; // what was read before the claim may not be true any more

async function attemptOnce(evaluate, world, request) {
  const facts = { now: world.now(), entropy: toBase64(world.entropy()), answers: request.claims.facts() };
  for (let round = 0; round < rounds; ) {
    const outcome = evaluate(facts); // pure
    if (outcome.events.length > request.sent) {
      world.send?.(outcome.events.slice(request.sent), outcome.event_headers);
      request.sent = outcome.events.length;
    }
    if (outcome.answer !== undefined) {
      const { answer } = outcome;
      const held = await world.store.commit(answer.commit).catch(() => undefined);
      if (held === undefined) return { reply: busy() }; // it may or may not be written: only the client can ask again
      if (!held) return lost;
      world.publish?.(answer.topics);
      world.audit?.(answer.audit);
      return { reply: answer.reply };
    }
    const wanted = outcome.needs.filter(({ need }) => need === "claim");
    if (wanted.length > 0) return (await request.claims.take(wanted)) ? claimed : { reply: busy() };
    facts.answers.push(...(await perform(outcome.needs, world, request.done)));
    if (!outcome.needs.some(({ need }) => need === "sleep")) ++round; // a long tool may wait as often as it likes
  }
  return { reply: busy() };
}

/** What nobody else works on until this request has ended. */
class Claims {
  #world;
  #owner;
  #needs = [];
  #waited = 0;

  constructor(world) {
    this.#world = world;
  }

  facts() {
    return this.#needs.map((need) => [need, { fact: "claimed" }]);
  }

  async take(needs) {
    this.#owner ??= toBase64(this.#world.entropy());
    for (const need of needs) if (!(await this.#takeOne(need))) return false;
    return true;
  }

  async #takeOne(need) {
    const key = `claim/${need.key}`;
    while (this.#waited < claimWait.longest) {
      const put = { key, bytes: this.#owner, expires_at: this.#world.now() + claimSeconds };
      const commit = { expects: [{ key, version: null }], puts: [put], deletes: [], durability: "relaxed" };
      if (await this.#world.store.commit(commit).catch(() => false)) {
        this.#needs.push(need);
        return true;
      }
      this.#waited += claimWait.step;
      await pause(this.#world, claimWait.step);
    }
    return false;
  }

  // What can't be given back ends by itself. One that has ended meanwhile may be another request's by now.
  async giveBack() {
    for (const need of this.#needs) {
      const key = `claim/${need.key}`;
      const record = await this.#world.store.load(key).catch(() => null);
      if (record?.bytes !== this.#owner) continue;
      const commit = { expects: [{ key, version: record.version }], puts: [], deletes: [key], durability: "relaxed" };
      await this.#world.store.commit(commit).catch(() => false);
    }
  }
}

const pause = (world, milliseconds) =>
  world.pause ? world.pause(milliseconds) : new Promise((done) => setTimeout(done, milliseconds));

/**
 * All needs of a round, in parallel: pairs of need and fact. What has effects of its own is done once for a request, also
 * when it starts over; `done` remembers it.
 */
export function perform(needs, world, done = new Map()) {
  return Promise.all(needs.map(async (need) => [need, await once(need, world, done).catch(() => ({ fact: "unavailable" }))]));
}

async function once(need, world, done) {
  if (need.need === "load" || need.need === "scan") return fact(need, world);
  const name = JSON.stringify(need);
  const known = done.get(name);
  if (known !== undefined) return known;
  const learned = await fact(need, world);
  done.set(name, learned);
  return learned;
}

async function fact(need, world) {
  switch (need.need) {
    case "load":
      return { fact: "loaded", record: await world.store.load(need.key) };
    case "scan":
      return { fact: "scanned", records: await world.store.scan(need.prefix, need.limit) };
    case "verify_password":
      return { fact: "password_verified", matches: await world.passwords.verify(need.phc, need.password) };
    case "hash_password":
      return { fact: "password_hashed", phc: await world.passwords.hash(need.password) };
    case "sleep":
      await pause(world, need.milliseconds);
      return { fact: "slept" };
    case "run_tool":
      return { fact: "tool_ran", result: await world.tools[need.name](need.arguments, need.principal) };
    case "fetch":
      if (world.fetch === undefined) return { fact: "fetched", status: 0, headers: [], body: "", problem: "refused" };
      return { fact: "fetched", ...(await world.fetch(need)) };
    default:
      return { fact: "unavailable" };
  }
}

function busy() {
  const headers = [["Content-Type", "application/json"], ["Cache-Control", "no-store"], ["Retry-After", "1"]];
  return { status: 503, headers, body: '{"error":"temporarily_unavailable"}', stream: null };
}
