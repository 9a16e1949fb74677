// What node.mjs adds: where records and keys lie, and what is refused at start. Each row is a program of its own.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import { check, done, wasmPath } from "./host.mjs";

const folder = mkdtempSync(path.join(os.tmpdir(), "postern-node-"));
const adapter = new URL("../../host-wasm/node.mjs", import.meta.url);

const programOf = (options, body = "") => `
    import { readFileSync } from "node:fs";
    import { createNodePostern, passwordsBy } from ${JSON.stringify(String(adapter))};
    try {
      const postern = await createNodePostern({ module: readFileSync(${JSON.stringify(wasmPath)}), settings: { public_url: "http://localhost:8000" }, passwords: passwordsBy(1000), ...${options} });
      ${body}
    } catch (error) {
      console.log(error.message);
      process.exitCode = 2;
    }`;

/** Runs `body` in a program that has made `postern` of these options; {status, out, err}. */
function run(options, { body = "", flags = [], env = {} } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", ...flags, "--input-type=module", "-e", programOf(options, body)], { cwd: folder, encoding: "utf8", timeout: 20_000, env: { PATH: process.env.PATH, ...env } });
  return { status, out: stdout.trim(), err: stderr.trim() };
}

/** What several of them print that begin at once. */
const together = (count, options, body) => Promise.all(Array.from({ length: count }, () => new Promise((done) => {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", programOf(options, body)], { cwd: folder, timeout: 20_000 });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part) => (text += part));
  child.once("close", () => done(text.trim()));
})));

const mode = (file) => (statSync(path.join(folder, file)).mode & 0o777).toString(8);
const text = (file) => readFileSync(path.join(folder, file), "utf8");

try {
  const none = run('{ data: "data/postern.db" }', { flags: ["--no-experimental-sqlite"] });
  check("where no SQLite is, `data` is refused with what to do", none.status === 2 && /^data: Node [0-9.]+ has no SQLite; expected Node 22\.13 or Deno 2\.2, or newer\. Without `data`/.test(none.out) && !none.out.includes("\n"), none);
  check("and nothing was made", !existsSync(path.join(folder, "data")));

  const memory = run("{}", { body: 'console.log((await postern.addUser("ada", "correct horse")).status)' });
  check("without `data` records are in memory, and the log says so", memory.status === 0 && memory.out === "200" && /^postern: warning store\.memory reason=".*gone when this process ends/.test(memory.err), memory);

  const first = run('{ data: "data/postern.db", firstUser: { name: "ada", password: "correct horse" } }');
  check("a program that serves nothing ends", first.status === 0 && first.err === "" && first.out === "", first);
  check("folder, file and keys are for their owner alone", mode("data") === "700" && mode("data/postern.db") === "600" && mode("data/keys") === "600", [mode("data"), mode("data/postern.db"), mode("data/keys")]);
  const keys = text("data/keys");
  check("the keys are as the native server has them", /^[\w-]{8} [\w-]{43}\n$/.test(keys));
  const again = run('{ data: "data/postern.db" }', { body: 'console.log((await postern.listUsers()).users.map(({ name }) => name).join())' });
  check("the next start has the records and keeps the keys", again.out === "ada" && text("data/keys") === keys, again);
  const database = new DatabaseSync(path.join(folder, "data/postern.db"));
  const [{ user_version: version }] = database.prepare("PRAGMA user_version").all();
  const tables = database.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").all();
  database.close();
  check("the file's tables are the native server's", version === 1 && tables.some(({ sql }) => /versions \(id INTEGER PRIMARY KEY CHECK \(id = 1\)/.test(sql)), tables);

  writeFileSync(path.join(folder, "file"), "here already\n");
  const under = run('{ data: "file/postern.db" }');
  check("a folder that is a file: refused", under.status === 2 && /^data: .*\/file: expected a folder, and it is a file$/.test(under.out), under);
  const proc = run('{ data: "/proc/postern/postern.db" }');
  check("a folder that can't be made: refused, and soon", process.platform !== "linux" || (proc.status === 2 && /^data: \/proc\/postern\/postern\.db: ENOENT/.test(proc.out)), proc);

  const parsed = run("{}", { body: `
    const { createServer, request } = await import("node:http");
    const { nodeHandler } = await import(${JSON.stringify(String(adapter))});
    const handler = nodeHandler(postern);
    const server = createServer((incoming, outgoing) => incoming.resume().once("end", () => setImmediate(handler, incoming, outgoing)));
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      request({ port, host: "127.0.0.1", path: "/token", method: "POST", headers: { Host: "localhost:8000", "Content-Type": "application/x-www-form-urlencoded", "Content-Length": 7 }, agent: false },
        (reply) => reply.resume().once("end", () => (console.log(reply.statusCode), server.close(), postern.close()))).end("a=b&c=d");
    });` });
  check("a body that somebody has read: answered, as one without", parsed.out === "400", parsed);

  renameSync(path.join(folder, "data/keys"), path.join(folder, "away"));
  const lost = run('{ data: "data/postern.db" }');
  check("records without their keys are refused, with the remedy", lost.status === 2 && /data\/keys: no such file, and the records in .*postern\.db need its keys; restore it from a backup, or start on a new folder/.test(lost.out) && !existsSync(path.join(folder, "data/keys")), lost);
  const own = run('{ data: "data/postern.db", settings: { public_url: "http://localhost:8000", key_ring: [{ id: "k1k1k1k1", key: "A".repeat(43) }] } }');
  check("unless the settings have a key ring", own.status === 0 && !existsSync(path.join(folder, "data/keys")), own);
  renameSync(path.join(folder, "away"), path.join(folder, "data/keys"));
  chmodSync(path.join(folder, "data/keys"), 0o644);
  const open = run('{ data: "data/postern.db" }');
  check("keys that others may read are refused", open.status === 2 && /data\/keys: others may read it; expected mode 0600 \(chmod 600\)$/.test(open.out), open);
  chmodSync(path.join(folder, "data/keys"), 0o600);
  writeFileSync(path.join(folder, "data/keys"), "short key\n");
  const malformed = run('{ data: "data/postern.db" }');
  check("keys that are none are refused by their line", malformed.status === 2 && /data\/keys: key ring: line 1: /.test(malformed.out) && !malformed.out.includes("short"), malformed);
  writeFileSync(path.join(folder, "data/keys"), "# none\n");
  check("so is a file without any", /data\/keys: expected at least one key; restore the file from a backup$/.test(run('{ data: "data/postern.db" }').out));
  writeFileSync(path.join(folder, "data/keys"), keys);

  writeFileSync(path.join(folder, "broken.db"), "this is no database, and it is long enough to be read as one");
  const rows = [
    ["a database that is none", '{ data: "broken.db" }', /^data: .*broken\.db: file is not a database$/],
    ["a folder", '{ data: "data" }', /^data: data is a folder; expected a file, such as data\/postern\.db$/],
    ["data that is no name", "{ data: 7 }", /^data: expected the name of a file, such as "postern-data\/postern\.db", got a number$/],
    ["data and a store", '{ data: "x.db", store: { load() {}, scan() {}, commit() {} } }', /^data, store: expected one of them$/],
    ["a misspelt name", '{ dta: "x.db" }', /^options: dta: there is no such option; did you mean data\?$/],
  ];
  for (const [what, options, told] of rows) {
    const end = run(options);
    check(`${what}: refused`, end.status === 2 && told.test(end.out), end);
  }
  const all = await together(8, '{ data: "many/postern.db", firstUser: { name: "ada", password: "correct horse" } }', "console.log((await postern.listUsers()).users.length)");
  check("eight that begin at once share one key ring and one first user", all.join() === Array(8).fill("1").join(), all);
  const newer = new DatabaseSync(path.join(folder, "newer.db"));
  newer.exec("PRAGMA user_version = 2");
  newer.close();
  check("a file of a newer version is refused", /newer\.db: written by a newer version: expected schema 1, found 2$/.test(run('{ data: "newer.db" }').out));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
done();
