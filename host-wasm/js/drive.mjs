// The loop of every host: evaluate, perform what is needed, evaluate again; commit; reply once the commit has held.
//
// A world is what the host has: {now() in Unix seconds, entropy() as 32 bytes, store, passwords, tools?, publish?(topics),
// audit?(events), send?(frames, headers)}.

import { toBase64 } from "./text.mjs";

const attempts = 5;
const rounds = 8;

/** The reply to a request, {status, headers, body, stream}. It never throws on what came from outside. */
export function drive(deployment, request, world) {
  return run((facts) => deployment.evaluate(request, facts), world);
}

/** The same for any evaluation: `evaluate(facts)` gives an outcome. */
export async function run(evaluate, world) {
  let sent = 0;
  for (let attempt = 0; attempt < attempts; ++attempt) {
    const facts = { now: world.now(), entropy: toBase64(world.entropy()), answers: [] };
    for (let round = 0; round < rounds; ) {
      const outcome = evaluate(facts); // pure
      if (outcome.events.length > sent) {
        world.send?.(outcome.events.slice(sent), outcome.event_headers);
        sent = outcome.events.length;
      }
      if (outcome.needs !== undefined) {
        facts.answers.push(...(await perform(outcome.needs, world)));
        if (!outcome.needs.some(({ need }) => need === "sleep")) ++round; // a long tool may wait as often as it likes
        continue;
      }
      const { answer } = outcome;
      const held = await world.store.commit(answer.commit).catch(() => undefined);
      if (held === undefined) return busy(); // the store may or may not have written: only the client can ask again
      if (!held) break; // someone was first: read again
      world.publish?.(answer.topics);
      world.audit?.(answer.audit);
      return answer.reply;
    }
  }
  return busy();
}

/** All needs of a round, in parallel: pairs of need and fact. */
export function perform(needs, world) {
  return Promise.all(needs.map(async (need) => [need, await fact(need, world).catch(() => ({ fact: "unavailable" }))]));
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
      await new Promise((done) => setTimeout(done, need.milliseconds));
      return { fact: "slept" };
    case "run_tool":
      return { fact: "tool_ran", result: await world.tools[need.name](need.arguments, need.principal) };
    default:
      return { fact: "unavailable" };
  }
}

function busy() {
  const headers = [["Content-Type", "application/json"], ["Cache-Control", "no-store"], ["Retry-After", "1"]];
  return { status: 503, headers, body: '{"error":"temporarily_unavailable"}', stream: null };
}
