// The module answers the recorded pairs of tests/vectors as they were recorded, whatever order the facts come in.
import { readdirSync, readFileSync } from "node:fs";

import { check, compiled, done } from "./host.mjs";
import { Deployment } from "../../host-wasm/js/module.mjs";
import { fromJson, toJson } from "./pairs.mjs";

const folder = new URL("../vectors/", import.meta.url);
const module = compiled();
let total = 0;

for (const file of readdirSync(folder).filter((name) => name.endsWith(".json")).sort()) {
  const { settings, pairs } = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  const deployment = new Deployment(module, settings);
  for (const { name, request, facts, outcome } of pairs) {
    const known = fromJson(facts);
    const evaluated = (given) => JSON.stringify(toJson(deployment.evaluate(fromJson(request), given)));
    const expected = JSON.stringify(toJson(fromJson(outcome)));
    const received = evaluated(known);
    const same = received === expected && evaluated({ ...known, answers: known.answers.toReversed() }) === expected;
    check(name, same, `${difference(expected, received)} (meant? node tests/wasm/record.mjs)`);
    ++total;
  }
}
check("there are at least 50 pairs", total >= 50, total);
done();

function difference(expected, received) {
  let at = 0;
  while (at < expected.length && expected[at] === received[at]) ++at;
  const part = (text) => text.slice(Math.max(0, at - 40), at + 80);
  return `expected ...${part(expected)}... received ...${part(received)}...`;
}
