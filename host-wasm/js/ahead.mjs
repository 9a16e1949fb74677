// A request as far as it can be answered without the store: what a host does in front of the one that has it.
//
// Nothing is written here and nothing is published. Tools are run, since most of what is asked for is their work; what they
// did is handed over with a request that has to go on elsewhere, so that each is run once.

import { isEmpty } from "./drive.mjs";
import { runTool } from "./tools.mjs";

const rounds = 8; // as drive.mjs
export const noCopies = { known: () => [], load: () => undefined };

/**
 * `copies`: {known() -> facts that the request probably needs, as pairs; load(key) -> a record as a store gives it, or
 * undefined: it has to be read there}. {answer}: it stands alone. Without one: {done, topics}, what `drive` goes on with; `done`
 * is empty where nothing has happened yet.
 */
export async function ahead(evaluate, world, copies = noCopies) {
  const request = { done: [], topics: [] };
  const facts = { now: world.now(), entropy: world.entropy(), answers: copies.known() };
  for (let round = 0; round < rounds; ) {
    const outcome = evaluate(facts); // pure
    if (outcome.events.length > 0) break;
    if (outcome.answer !== null) return standsAlone(outcome.answer) && request.topics.length === 0 ? { answer: outcome.answer } : request;
    const { read, runs, missing } = sorted(outcome.needs, copies);
    if (missing) break;
    facts.answers.push(...read);
    if (runs.length === 0) ++round;
    else await ran(runs, world, request, facts);
    if (request.stale) break; // the copies may say what is no longer true
  }
  return request;
}

const standsAlone = ({ reply, commit, topics }) => reply.stream === null && topics.length === 0 && isEmpty(commit);

async function ran(runs, world, request, facts) {
  const done = await Promise.all(runs.map(async (need) => [need, { fact: "tool_ran", result: await runTool(need, world, request) }]));
  request.done.push(...done);
  facts.answers.push(...done);
}

/** Every read is looked for, also when one is missing already: whoever keeps the copies learns what is wanted. */
function sorted(needs, copies) {
  const read = [];
  const runs = [];
  let missing = false;
  for (const need of needs) {
    if (need.need === "run_tool") {
      runs.push(need);
      continue;
    }
    const record = need.need === "load" ? copies.load(need.key) : undefined;
    if (record === undefined) missing = true;
    else read.push([need, { fact: "loaded", record }]);
  }
  return { read, runs, missing };
}
