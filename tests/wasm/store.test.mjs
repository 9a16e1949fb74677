// The stores of the JavaScript hosts, held to the contract of tests/stores/contract_test.cpp: what is read, what a guard
// refuses, what expires. The Durable Object's SQLite runs the same code as node:sqlite's; its transactions are tested in
// workerd itself (tests/edge).
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { MemoryStore } from "../../host-wasm/js/memory_store.mjs";
import { openSqliteStore } from "../../host-wasm/js/node_sqlite.mjs";
import { check, done } from "./host.mjs";

let now = 1000;
const bytes = (text) => new TextEncoder().encode(text);
const text = (record) => record && new TextDecoder().decode(record.bytes);
const put = (key, value, expires_at = null) => ({ key, bytes: bytes(value), expires_at });
const commit = (store, parts) => store.commit({ expects: [], puts: [], deletes: [], durability: "credential", ...parts });

async function holds(what, store) {
  const ok = (name, good, detail) => check(`${what}: ${name}`, good, detail);
  ok("nothing is there", (await store.load("a")) === null);
  ok("what is expected and is not there: lost", !(await commit(store, { expects: [{ key: "a", version: 1 }], puts: [put("a", "1")] })));
  ok("and nothing was written", (await store.load("a")) === null);
  ok("absence is a guard that holds", await commit(store, { expects: [{ key: "a", version: null }], puts: [put("a", "1")] }));
  const first = await store.load("a");
  ok("a record is read as it was written", text(first) === "1" && first.version > 0, first);
  ok("absence is a guard that fails", !(await commit(store, { expects: [{ key: "a", version: null }], puts: [put("a", "2")] })));
  ok("its version is one that holds", await commit(store, { expects: [{ key: "a", version: first.version }], puts: [put("a", "2"), put("b", "x")] }));
  ok("and holds once", !(await commit(store, { expects: [{ key: "a", version: first.version }], puts: [put("a", "3")] })));
  ok("one guard of several is enough to lose all", !(await commit(store, { expects: [{ key: "b", version: null }], puts: [put("c", "x")] })) && (await store.load("c")) === null);
  const second = await store.load("a");
  ok("deleted is absent", (await commit(store, { expects: [{ key: "a", version: second.version }], deletes: ["a"] })) && (await store.load("a")) === null);
  await commit(store, { puts: [put("a", "again")] });
  ok("what is made again has a version of its own", ![first.version, second.version].includes((await store.load("a")).version));
  await commit(store, { expects: [], puts: [put("e", "soon", now + 10)] });
  const mortal = await store.load("e");
  now += 10;
  ok("expired is absent to reads", (await store.load("e")) === null);
  ok("and to guards", !(await commit(store, { expects: [{ key: "e", version: mortal.version }], puts: [] })) && (await commit(store, { expects: [{ key: "e", version: null }], puts: [put("f", "x", now + 5)] })));
  ok("a sweep tells when the next one expires", (await store.sweep()) === now + 5);
  const odd = new Uint8Array([0x70, 0xff, 0x00, 0x01]);
  const start = odd.subarray(0, 3);
  await commit(store, { puts: [put("p/b", "2"), put("p/a", "1"), put("p/ü", "4"), put("p/c", "3"), put("q", "5"), { key: odd, bytes: new Uint8Array([0, 255]), expires_at: null }] });
  const scanned = async (prefix, limit) => (await store.scan(prefix, limit)).map(({ key }) => (typeof key === "string" ? key : [...key].join()));
  ok("a scan is in the order of the bytes, and has its limit", (await scanned("p/", 9)).join(" ") === "p/a p/b p/c p/ü" && (await scanned("p/", 2)).length === 2, await scanned("p/", 9));
  ok("keys and values may be any bytes", [...(await store.load(odd)).bytes].join() === "0,255" && (await scanned(start, 9)).join() === "112,255,0,1", await scanned(start, 9));
  const race = await Promise.all(Array.from({ length: 50 }, () => commit(store, { expects: [{ key: "race", version: null }], puts: [put("race", "x")] })));
  ok("of fifty at once one holds", race.filter(Boolean).length === 1);
  await commit(store, { puts: [put("chain", "0")] });
  const { version } = await store.load("chain");
  const both = await Promise.all([
    commit(store, { expects: [{ key: "chain", version }], puts: [put("chain", "1"), put("chained", "x")] }),
    commit(store, { expects: [{ key: "chained", version: null }], puts: [put("chained", "y")] }),
  ]);
  ok("a commit sees what one that came with it has written", both.join() === "true,false" && text(await store.load("chained")) === "x", both);
}

await holds("memory", new MemoryStore(() => now));

const folder = mkdtempSync(path.join(os.tmpdir(), "postern-store-"));
const file = path.join(folder, "postern.db");
const store = await openSqliteStore(file, () => now);
if (store === undefined) console.log("# this Node has no SQLite");
else {
  await holds("node:sqlite", store);
  await holds("node:sqlite, alone", await openSqliteStore(path.join(folder, "alone.db"), () => now, { alone: true }));
  const broken = [put("i", "x"), { key: "j", bytes: Symbol("no bytes"), expires_at: null }];
  const fails = await Promise.all([commit(store, { puts: [broken[0]] }), commit(store, { puts: [broken[1]] })].map((one) => one.then(() => false, () => true)));
  check("node:sqlite: what can't be written takes with it those that it came with, and each is told", fails.join() === "true,true" && (await store.load("i")) === null, fails);
  check("node:sqlite: and the next one holds", await commit(store, { puts: [put("i", "x")] }));
  const kept = await store.load("a");
  const again = await openSqliteStore(file, () => now);
  check("node:sqlite: another process reads it", text(await again.load("a")) === "again");
  await commit(again, { puts: [put("g", "x")] });
  await commit(store, { puts: [put("h", "x")] });
  const versions = [kept, await again.load("g"), await store.load("h")].map(({ version }) => version);
  check("node:sqlite: and its versions are others", new Set(versions).size === 3, versions);
}
rmSync(folder, { recursive: true, force: true });
done();
