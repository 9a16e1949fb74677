#!/usr/bin/env node
// Runs the edge host on this machine: prepares a data folder, starts workerd, says when it is ready, and ends it.
//
//   edge.mjs [serve] --listen 127.0.0.1:8787 --data DIR [--public-url URL] [...]     --help tells them all
//   edge.mjs user|grants|clients ... --data DIR                                      while it runs
//
// The data folder has the key ring (`keys`, mode 0600), the object's storage and the operator's socket. The first user is
// that of POSTERN_FIRST_USER and POSTERN_FIRST_PASSWORD; without a password one is made and printed once.
import { spawn } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import http from "node:http";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { createPostern, MemoryStore, newKeyRing, passwordsBy, printKeyRing, readKeyRing } from "../js/postern.mjs";
import { prepareFolder } from "../command/data_folder.mjs";
import { isOperators, newPassword, oneTimeLine, operate } from "../command/operate.mjs";
import { judge, settingsOf } from "../command/settings.mjs";
import { addressOf, parse, Wrong } from "./command_line.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const drainTime = 10_000; // milliseconds
let stopping = false;
// Whoever reads the lines may go away: they are lost then, and the server serves on.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

try {
  const parsed = parse(process.argv.slice(2));
  if (parsed.told !== undefined) console.log(parsed.told);
  else if (isOperators(parsed.path)) process.exitCode = await operate(parsed, atServer(parsed.options));
  else await serve(parsed);
} catch (error) {
  if (!(error instanceof Wrong)) throw error;
  console.error(`edge: ${error.message}`);
  process.exit(2);
}

async function serve({ options, values }) {
  const { host, port } = addressOf(options.listen);
  if (options.store !== "disk" && options.store !== "memory") throw new Wrong(`--store ${options.store}: expected disk or memory`);
  if (options.copies !== "0" && options.copies !== "1") throw new Wrong(`--copies ${options.copies}: expected 0 or 1`);
  const modules = path.resolve(options.modules ?? path.join(here, ".."));
  const { store: _, ...given } = Object.fromEntries(Object.entries(values).map(([name, all]) => [name, { values: all, source: `--${name}` }]));
  judge(given);
  const settings = settingsOf(given, options.settings === undefined ? {} : readJson(options.settings));
  const publicUrl = options["public-url"] ?? `http://localhost:${port}`;
  const first = firstUserOf(settings);
  // What can be refused is refused before anything is made.
  await tryOut(modules, { ...settings, public_url: publicUrl, key_ring: newKeyRing() }, first);
  const folder = path.resolve(options.data);
  const isNew = options.store === "memory" || prepare(folder);
  const keys = options.store === "memory" ? newKeyRing() : readOrCreateKeys(path.join(folder, "keys"));

  const socket = operatorSocket(folder, options.store);
  await takeOver(socket);

  const args = ["serve", "-I", modules, path.join(here, "postern.capnp"), options.store, "--control-fd", "3", "-s", `http=${host}:${port}`];
  if (options.store === "disk") args.push("-d", `data=${path.join(folder, "objects")}`);
  args.push("-s", `operator=unix:${socket}`);
  const child = spawn(options.workerd ?? workerd(), args, {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: {
      POSTERN_PUBLIC_URL: publicUrl, POSTERN_KEYS: printKeyRing(keys), POSTERN_SETTINGS: JSON.stringify(settings),
      POSTERN_FIRST_USER: first?.name ?? "", POSTERN_FIRST_PASSWORD: first?.password ?? "", POSTERN_FIRST_ONE_TIME: first?.oneTime ? "1" : "",
      POSTERN_FETCH_ALLOWED: (options["fetch-allowed"] ?? []).join(" "), POSTERN_LOG_LEVEL: options["log-level"],
      POSTERN_AUDIT: options.audit ?? "", POSTERN_STORE: options.store, POSTERN_COPIES: options.copies,
    },
  });
  const log = logTo(options["log-format"]);
  relay(child, log);
  endWith(child);
  await listening(child, port);
  if (isNew && first?.oneTime) {
    console.log(`first user:        ${first.name}\n${oneTimeLine(first.password)}`);
  }
  log({ time: new Date().toISOString(), level: "info", what: "server.ready", listen: options.listen, url: publicUrl, workerd: child.pid });
  console.log(`ready ${publicUrl}`);
  stopWhenTold(child, socket);
}

/** Where people log in elsewhere, nobody gets a password here unless that is asked for. */
function firstUserOf({ own_users, providers, external }) {
  const { POSTERN_FIRST_USER: name, POSTERN_FIRST_PASSWORD: password } = process.env;
  if (own_users === false || external || (providers?.length > 0 && !name && !password)) return undefined;
  return { name: name || "admin", password: password || newPassword(), oneTime: !password };
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Wrong(`--settings ${file}: ${error.message}`);
  }
}

/** The same server in this process, for a moment: whether settings and first user will do. */
async function tryOut(modules, settings, first) {
  const file = path.join(modules, "postern.wasm");
  if (!existsSync(file)) throw new Wrong(`${file}: no such file`);
  const options = { module: readFileSync(file), settings, store: new MemoryStore(), passwords: passwordsBy(1) };
  await createPostern({ ...options, firstUser: first }).catch((error) => {
    throw new Wrong(error.message);
  });
}

/** True: there is nothing in it yet. */
function prepare(folder) {
  prepareFolder(folder);
  prepareFolder(path.join(folder, "objects"));
  chmodSync(folder, 0o700);
  return readdirSync(path.join(folder, "objects")).length === 0;
}

function readOrCreateKeys(file) {
  try {
    writeFileSync(file, printKeyRing(newKeyRing()), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (error.code !== "EEXIST") throw new Wrong(`${file}: ${error.message}`);
  }
  if ((statSync(file).mode & 0o077) !== 0) throw new Wrong(`${file}: others may read it; expected mode 0600`);
  try {
    return readKeyRing(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Wrong(`${file}: ${error.message}`);
  }
}

function operatorSocket(folder, store) {
  if (store === "memory") return `${process.env.TMPDIR ?? "/tmp"}/postern-edge-${process.pid}.sock`;
  return path.join(folder, "operator.sock");
}

/** One at a time: two would each take the storage for its own. A socket that nobody answers is of one that was killed. */
async function takeOver(socket) {
  const answered = await ask(socket, "/").then(() => true, () => false);
  if (answered) throw new Wrong(`${path.dirname(socket)}: another one is running with this data folder`);
  rmSync(socket, { force: true });
}

/** The program of the npm package `workerd`, where that is installed, or of its tests. */
function workerd() {
  for (const from of [import.meta.url, path.join(here, "../../tests/package.json")]) {
    try {
      const platform = `${process.platform}-${process.arch === "x64" ? "64" : "arm64"}`;
      return createRequire(from).resolve(`@cloudflare/workerd-${platform}/bin/workerd`);
    } catch {
      // Not there.
    }
  }
  throw new Wrong("workerd is not installed: npm install workerd, or --workerd PROGRAM");
}

/** What the worker logs is JSON, a line each; what workerd says by itself is wrapped. */
function relay(child, log) {
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      if (line === "") return;
      const told = objectOf(line) ?? { time: new Date().toISOString(), level: "warning", what: "workerd", text: line };
      if (told.audit !== undefined) console.log(JSON.stringify(told.audit));
      else log(told);
    });
  }
}

function objectOf(line) {
  try {
    return line.startsWith("{") ? JSON.parse(line) : undefined;
  } catch {
    return undefined;
  }
}

function logTo(format) {
  if (format === "json") return (told) => console.error(JSON.stringify(told));
  return ({ time, level, what, ...fields }) => {
    const more = Object.entries(fields).filter(([, value]) => value !== "").map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
    console.error(`${time} ${level} ${what}${more.join("")}`);
  };
}

function listening(child, port) {
  return new Promise((done) => {
    const ended = () => fail(`workerd ended before it listened on port ${port}`);
    child.once("error", (error) => fail(`workerd: ${error.message}`)).once("exit", ended);
    createInterface({ input: child.stdio[3] }).on("line", (line) => {
      if (JSON.parse(line).socket !== "http") return;
      child.off("exit", ended);
      done();
    });
  });
}

function fail(reason) {
  console.error(`edge: ${reason}`);
  process.exit(1);
}

/** Neither outlives the other, however this one ends: the shell's input closes with this process. */
function endWith(child) {
  const watch = spawn("sh", ["-c", 'read -r line; kill -9 "$0" 2>/dev/null', String(child.pid)], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  watch.unref();
  child.once("exit", (code, signal) => {
    process.kill(watch.pid, "SIGKILL");
    if (!stopping) fail(`workerd ended by itself: ${signal ?? code}`);
  });
}

/** Streams end at once; what is being served is waited for. */
function stopWhenTold(child, socket) {
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    child.once("exit", () => {
      rmSync(socket, { force: true });
      process.exit(0);
    });
    setTimeout(() => child.kill("SIGKILL"), drainTime).unref();
    await ask(socket, "/stop").catch(() => {});
    child.kill("SIGTERM");
  };
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, stop);
}

function ask(socketPath, target, value) {
  return new Promise((done, failed) => {
    const call = http.request({ socketPath, path: target, method: "POST", headers: { Host: "operator" } }, (reply) => {
      let body = "";
      reply.setEncoding("utf8").on("data", (part) => (body += part)).on("end", () => done({ status: reply.statusCode, body })).on("error", failed);
    });
    call.on("error", failed);
    call.end(value === undefined ? "" : JSON.stringify(value));
  });
}

/** The operator's acts, by the server that is running with this data folder. */
function atServer(options) {
  const socket = operatorSocket(path.resolve(options.data), "disk");
  return async (act, ...given) => {
    const { status, body } = await ask(socket, "/operate", { act, given }).catch((error) => {
      throw new Wrong(`${socket}: ${error.message}; is it running?`);
    });
    if (status !== 200) throw new Wrong(`${socket}: failed with status ${status}`);
    return JSON.parse(body);
  };
}
