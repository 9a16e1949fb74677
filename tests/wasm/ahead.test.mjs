// What is answered in front of the store, what is handed over, and that a tool that has been run is not run again.
import { ahead } from "../../host-wasm/js/ahead.mjs";
import { run } from "../../host-wasm/js/drive.mjs";
import { check, done } from "./host.mjs";

const load = { need: "load", key: "grant/a" };
const tool = { need: "run_tool", name: "t", arguments: "{}", principal: { subject: "s" } };
const empty = { expects: [], puts: [], deletes: [] };
const answer = (more = {}) => ({ needs: null, events: [], answer: { reply: { status: 200, headers: [], body: "", stream: null, ...more.reply }, commit: more.commit ?? empty, topics: more.topics ?? [], audit: [] } });
const ask = (...needs) => ({ needs, events: [], answer: null });
const knows = (facts, need) => facts.answers.some(([asked]) => JSON.stringify(asked) === JSON.stringify(need));

function world(result = "ok") {
  const one = { runs: 0, commits: [], topics: [], now: () => 1, entropy: () => new Uint8Array(32) };
  one.tools = { t: () => (++one.runs, result) };
  one.store = { load: async () => ({ bytes: new Uint8Array(), version: 1 }), commit: async (commit) => (one.commits.push(commit), true) };
  one.publish = (topics) => one.topics.push(...topics);
  return one;
}
const copies = (record) => ({ known: () => [], load: () => record });

/** Grant, then the tool, then `last`. */
const story = (last) => (facts) => (!knows(facts, load) ? ask(load) : !knows(facts, tool) ? ask(tool) : last);

async function alone() {
  const one = world();
  check("an answer that needs nothing", (await ahead(() => answer(), one)).answer.reply.status === 200);
  const all = await ahead(story(answer()), one, copies({ bytes: new Uint8Array(), version: 1 }));
  check("one that needs a copy and a tool", all.answer !== undefined && one.runs === 1);
  const absent = await ahead((facts) => (knows(facts, load) ? answer({ reply: { status: 401 } }) : ask(load)), one, copies(null));
  check("absent is an answer, too", absent.answer.reply.status === 401);
}

async function handedOver() {
  const put = { ...empty, puts: [{ key: "k", bytes: new Uint8Array(), expires_at: null }] };
  const rows = [
    ["a commit", answer({ commit: put })], ["a guard alone", answer({ commit: { ...empty, expects: [{ key: "k", version: 1 }] } })],
    ["topics", answer({ topics: [{ kind: "tools_changed" }] })], ["a stream", answer({ reply: { stream: {} } })],
    ["events", { ...answer(), events: ["data: 1\n\n"], event_headers: [] }], ["a scan", ask({ need: "scan", prefix: "grant/", limit: 1 })],
    ["a password", ask({ need: "verify_password", phc: "", password: "" })], ["a fetch", ask({ need: "fetch" })], ["a claim", ask({ need: "claim", key: "k" })],
    ["a sleep", ask({ need: "sleep", milliseconds: 1, step: 0 })], ["a record that has no copy", ask(load)],
    ["what never ends", ask()],
  ];
  for (const [what, outcome] of rows) {
    const one = world();
    const { answer: given, done: had } = await ahead(() => outcome, one);
    check(`${what}: for the store's host, and nothing has happened`, given === undefined && had.length === 0 && one.runs + one.commits.length + one.topics.length === 0);
  }
  const one = world();
  const both = await ahead(() => ask(tool, load), one);
  check("a tool beside a record that has no copy is not run yet", both.done.length === 0 && one.runs === 0);
}

async function goesOn() {
  const topic = { kind: "tools_changed" };
  const front = world({ content: [], topics: [topic] });
  const begun = await ahead(story(answer()), front, copies({ bytes: new Uint8Array(), version: 1 }));
  check("a tool with news: handed over", begun.answer === undefined && front.runs === 1 && begun.done.length === 1);
  const there = world();
  const reply = await run(story(answer({ commit: { ...empty, deletes: ["k"] } })), there, {}, structuredClone(begun));
  check("there it goes on: the tool is not run again", reply.status === 200 && there.runs === 0 && there.commits.length === 1);
  check("and its news are published there", there.topics.length === 1 && there.topics[0].kind === "tools_changed", there.topics);
}

await alone();
await handedOver();
await goesOn();
done();
