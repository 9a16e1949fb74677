// Writes tests/vectors/*.json: every evaluation of the chapters as request, facts and outcome. Run it after a change of
// the core that is meant to show, and read the difference before it is committed:
//
//   node tests/wasm/record.mjs
//
// The files are what the module answered. vectors.test.mjs holds the module to them, and tests/unit/flow/vectors_test.cpp
// the native library: so both give the same bytes.
import { readdirSync, unlinkSync, writeFileSync } from "node:fs";

import { folder, record } from "./recorder.mjs";

const old = new Set(readdirSync(folder).filter((name) => name.endsWith(".json")));
let total = 0;
for await (const { name, pairs, text } of record()) {
  writeFileSync(new URL(`${name}.json`, folder), text);
  old.delete(`${name}.json`);
  total += pairs;
  console.log(`${name}.json: ${pairs} pairs`);
}
for (const name of old) unlinkSync(new URL(name, folder)); // of a chapter that is no more
console.log(`${total} pairs`);
