// Writes tests/vectors/*.json: every evaluation of the story as request, facts and outcome. Run it after a change of
// the core that is meant to show, and read the difference before it is committed:
//
//   node tests/wasm/record.mjs
//
// The files are what the module answered. vectors.test.mjs holds the module to them, and tests/unit/flow/vectors_test.cpp
// the native library: so both give the same bytes.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";

import { compiled, Host, settings, Visitor } from "./host.mjs";
import { Deployment } from "../../host-wasm/js/module.mjs";
import { toJson } from "./pairs.mjs";
import * as story from "./story.mjs";

const folder = new URL("../vectors/", import.meta.url);
mkdirSync(folder, { recursive: true });

let draws = 0;
let pairs = [];
let label = "";

// Nothing here may differ from one recording to the next: entropy is counted, and a password is its own hash.
const recorded = { ...settings, decoy_password: "$plain$of nobody" };
const host = new Host({
  deployment: new Deployment(compiled(), recorded),
  entropy: () => createHash("sha256").update(`draw ${++draws}`).digest(),
  passwords: { hash: async (password) => `$plain$${password}`, verify: async (phc, password) => phc === `$plain$${password}` },
  evaluated: (request, facts, outcome) =>
    pairs.push({ name: `${label} ${pairs.length + 1}: ${request.method} ${request.target.split("?")[0]}`, request, facts: recordable(facts), outcome: toJson(outcome) }),
});

// The three members in the order in which codec.hpp tells of them.
function recordable(facts) {
  const { now, entropy, answers } = toJson(facts);
  return { now, entropy, answers };
}

async function chapter(name, tell) {
  label = name;
  pairs = [];
  const failed = [];
  const result = await tell((what, good, detail) => good || failed.push([what, detail]));
  if (failed.length > 0) throw new Error(`${name}: ${JSON.stringify(failed, null, 1)}`);
  const lines = pairs.map((pair) => JSON.stringify(pair)).join(",\n");
  writeFileSync(new URL(`${name}.json`, folder), `{"settings":${JSON.stringify(recorded)},\n"pairs":[\n${lines}\n]}\n`);
  console.log(`${name}.json: ${pairs.length} pairs`);
  return result;
}

await host.addUser(story.name, story.password);
await chapter("discovery", (check) => story.discovers(host, check));
await chapter("refusals", (check) => story.isRefused(host, check));
const client = await chapter("registration", (check) => story.registers(host, check));
const { query, visitor } = await chapter("authorize", (check) => story.allows(host, check, client));
await chapter("deny", (check) => story.denies(host, check, client, visitor));
const first = await chapter("redeem", (check) => story.redeems(host, check, client, query.get("code")));
await chapter("mcp", (check) => story.callsTools(host, check, first.access_token));
const current = await chapter("refresh", (check) => story.refreshes(host, check, client, first));
await chapter("replay", (check) => story.isReplayed(host, check, client, first, current));
const writer = await chapter("step-up", async (check) => {
  const more = await story.allows(host, check, client, "user notes:write", visitor);
  return (await story.redeem(host, client, more.query.get("code"))).json;
});
await chapter("notes", (check) => story.keepsNotes(host, check, writer.access_token));
await chapter("revoke", async (check) => {
  const last = await story.allows(host, check, client, "user notes:read", new Visitor(host));
  await story.isRevoked(host, check, client, (await story.redeem(host, client, last.query.get("code"))).json);
});
