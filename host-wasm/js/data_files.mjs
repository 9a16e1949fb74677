// What a host with a file system keeps: the records in one SQLite file and the key ring in a file `keys` beside it. It is the
// native server's data folder (postern.db and keys), so either host can take up what the other has left.

import { chmodSync, closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from "node:fs";
import path from "node:path";
import process from "node:process";

import { logToConsole } from "./console_log.mjs";
import { newKeyRing, printKeyRing, readKeyRing } from "./key_ring.mjs";
import { MemoryStore } from "./memory_store.mjs";
import { openSqliteStore } from "./node_sqlite.mjs";
import { told } from "./options.mjs";

/** The options as createPostern wants them: with a store, and with the key ring in the settings. Throws why they won't do. */
export async function withData({ data, ...options }) {
  if (data !== undefined && options.store !== undefined) throw new TypeError("data, store: expected one of them");
  if (data === undefined) return inMemory(options);
  if (typeof data !== "string" || data === "") throw new TypeError(`data: expected the name of a file, such as "postern-data/postern.db", got ${told(data)}`);
  const file = path.resolve(data);
  const keys = path.join(path.dirname(file), "keys");
  if (existsSync(file) && statSync(file).isDirectory()) throw new TypeError(`data: ${data} is a folder; expected a file, such as ${path.join(data, "postern.db")}`);
  // What can be refused is refused before anything is made.
  const ring = options.settings.key_ring ?? readKeys(keys);
  const store = await openSqliteStore(file, options.now);
  const key_ring = ring ?? firstKeys(keys, file, store);
  return { ...options, store, settings: { ...options.settings, key_ring } };
}

function inMemory(options) {
  if (options.store !== undefined) return options;
  const { log = logToConsole } = options;
  if (log) log("warning", "store.memory", { reason: "no `data` is given: users, grants and keys are gone when this process ends" });
  const { key_ring = newKeyRing() } = options.settings;
  return { ...options, store: new MemoryStore(options.now), settings: { ...options.settings, key_ring } };
}

/** Undefined: there is no such file. */
export function readKeys(file) {
  if (!existsSync(file)) return undefined;
  if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) throw new TypeError(`${file}: others may read it; expected mode 0600 (chmod 600)`);
  let ring;
  try {
    ring = readKeyRing(readFileSync(file, "utf8"));
  } catch (error) {
    throw new TypeError(`${file}: ${error.message}`);
  }
  if (ring.length === 0) throw new TypeError(`${file}: expected at least one key; restore the file from a backup`);
  return ring;
}

/** Every token, code and cookie is sealed with the keys: with new ones the records are those of nobody. */
function firstKeys(keys, file, store) {
  if (!store.empty) {
    const ring = readKeys(keys); // another process that begins has made both, the ring first
    if (ring !== undefined) return ring;
    throw new TypeError(`${keys}: no such file, and the records in ${file} need its keys; restore it from a backup, or start on a new folder`);
  }
  createPrivate(keys, printKeyRing(newKeyRing()));
  return readKeys(keys);
}

/** A link and not a rename: it fails when the name is taken, so that of two processes one wins and both use its file. */
function createPrivate(file, text) {
  const draft = `${file}.${process.pid}.new`;
  const descriptor = openSync(draft, "wx", 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
    linkSync(draft, file);
  } catch (error) {
    if (error.code !== "EEXIST") throw new TypeError(`${file}: ${error.message}`);
  } finally {
    closeSync(descriptor);
    unlinkSync(draft);
  }
}

/** For its owner alone. Where a folder can't have others, as in /proc, Node's own `recursive` never comes back. */
export function makeFolder(folder) {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (error.code !== "EEXIST" || !existsSync(folder)) throw error; // another process has been sooner
  }
}

/** The file, for its owner alone, in a folder that is there. */
export function preparePrivate(file) {
  const folder = path.dirname(file);
  if (existsSync(folder) && !statSync(folder).isDirectory()) throw new TypeError(`data: ${folder}: expected a folder, and it is a file`);
  try {
    makeFolder(folder);
    closeSync(openSync(file, "a", 0o600));
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  } catch (error) {
    throw new TypeError(`data: ${file}: ${error.message}`);
  }
}
