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
    const expected = JSON.stringify(toJson(fromJson(outcome)));
    const evaluated = (answers) => JSON.stringify(toJson(deployment.evaluate(fromJson(request), { ...known, answers })));
    const other = orders(known.answers).map(evaluated).find((received) => received !== expected);
    check(`${file}: ${name}`, other === undefined, other && `${difference(expected, other)} (meant? node tests/wasm/record.mjs)`);
    ++total;
  }
}
check("there are at least 300 pairs", total >= 300, total);
done();

/** As they came, the other way round, and each of them first. */
function orders(answers) {
  const turned = answers.slice(1).map((_, i) => [...answers.slice(i + 1), ...answers.slice(0, i + 1)]);
  return answers.length < 2 ? [answers] : [answers, [...answers].reverse(), ...turned];
}

function difference(expected, received) {
  let at = 0;
  while (at < expected.length && expected[at] === received[at]) ++at;
  const part = (text) => text.slice(Math.max(0, at - 40), at + 80);
  return `expected ...${part(expected)}... received ...${part(received)}...`;
}
