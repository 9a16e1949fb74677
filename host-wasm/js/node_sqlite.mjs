// SQLite by `node:sqlite`, which Node has from 22.13 on and Deno from 2.2 on. docs/decisions/024-data-in-javascript.md

import { existsSync, statSync } from "node:fs";
import process from "node:process";

import { preparePrivate } from "./data_files.mjs";
import { SqliteStore } from "./sqlite_store.mjs";

const schemaVersion = 1; // as host-native/store/sqlite_prepare.cpp

/** A store in this file. Other processes may use the file at the same time. Throws why there is none, in one line. */
export async function openSqliteStore(file, now, options) {
  const { DatabaseSync } = await sqliteOfRuntime();
  preparePrivate(file);
  try {
    const database = new Database(new DatabaseSync(file));
    const store = new SqliteStore(database, now, { later: setImmediate, ...options });
    database.run(`PRAGMA user_version = ${schemaVersion}`);
    return store;
  } catch (error) {
    throw new TypeError(`data: ${file}: ${error.message}`);
  }
}

/** Reads every page of such a file and changes nothing. Whether it has records. Throws what is wrong with it. */
export async function checkSqliteFile(file) {
  if (!existsSync(file) || statSync(file).size === 0) return false;
  const { DatabaseSync } = await sqliteOfRuntime();
  const refuse = (reason) => {
    throw new TypeError(`${file}: ${reason}; restore it from a backup, or start on a new folder`);
  };
  if (!statSync(file).isFile()) refuse("not a file");
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      const one = (sql) => Object.values(database.prepare(sql).get() ?? {})[0];
      const version = one("PRAGMA user_version");
      if (version > schemaVersion) throw new Error(`written by a newer version of this program: expected schema ${schemaVersion}, found ${version}`);
      const fault = one("PRAGMA integrity_check(1)");
      if (fault !== "ok") throw new Error(`damaged: ${fault}`);
      if (one("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'records'") === 0) return false;
      return one("SELECT EXISTS (SELECT 1 FROM records)") === 1;
    } finally {
      database.close();
    }
  } catch (error) {
    refuse(error.message);
  }
}

async function sqliteOfRuntime() {
  try {
    return await import("node:sqlite");
  } catch {
    const runtime = globalThis.Deno === undefined ? `Node ${process.versions.node}` : `Deno ${globalThis.Deno.version.deno}`;
    // Without `crypto` (before Node 20) nothing runs, in memory neither.
    const inMemory = globalThis.crypto === undefined ? "" : ". Without `data` records are kept in memory; `store` takes one of your own";
    throw new TypeError(`data: ${runtime} has no SQLite; expected Node 22.13 or Deno 2.2, or newer${inMemory}`);
  }
}

class Database {
  #database;
  #statements = new Map();
  #durability = "relaxed";

  constructor(database) {
    this.#database = database;
    database.exec("PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF");
    const [{ user_version: version }] = this.run("PRAGMA user_version");
    if (version > schemaVersion) throw new Error(`written by a newer version: expected schema ${schemaVersion}, found ${version}`);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  }

  run(sql, ...values) {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement.all(...values);
  }

  transaction(work, durability) {
    this.#waitForDisk(durability);
    this.run("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.run("COMMIT");
      return result;
    } catch (error) {
      this.run("ROLLBACK");
      throw error;
    }
  }

  // FULL: the log is on the disk, and everything before with it, when the commit comes back; NORMAL does not wait:
  // https://www.sqlite.org/pragma.html#pragma_synchronous
  #waitForDisk(durability) {
    if (durability === this.#durability) return;
    this.#database.exec(`PRAGMA synchronous = ${durability === "credential" ? "FULL" : "NORMAL"}`);
    this.#durability = durability;
  }
}
