// Recording again gives the very files that are there: nothing in them depends on when, where and how often it is done.
import { readdirSync, readFileSync } from "node:fs";

import { check, done } from "./host.mjs";
import { folder, record } from "./recorder.mjs";

const left = new Set(readdirSync(folder).filter((name) => name.endsWith(".json")));
const kept = (name) => (left.delete(name) ? readFileSync(new URL(name, folder), "utf8") : "");
let size = 0;

for await (const { name, text } of record()) {
  check(`${name}.json is recorded again as it is`, kept(`${name}.json`) === text, "meant? node tests/wasm/record.mjs");
  size += text.length;
}
check("every file is a chapter's", left.size === 0, [...left]);
check("together they are smaller than 3 MB", size < 3e6, size);
done();
