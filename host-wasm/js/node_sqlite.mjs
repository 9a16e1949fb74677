// SQLite by `node:sqlite`, which Node has from 22.5 on and Deno from 2.2 on.

import { SqliteStore } from "./sqlite_store.mjs";

/** A store in this file, or undefined where the runtime has no SQLite. Other processes may use the file at the same time. */
export async function openSqliteStore(file, now, options) {
  const sqlite = await import("node:sqlite").catch(() => undefined);
  return sqlite && new SqliteStore(new Database(new sqlite.DatabaseSync(file, { timeout: 5000 })), now, { later: setImmediate, ...options });
}

class Database {
  #database;
  #statements = new Map();
  #durability = "relaxed";

  constructor(database) {
    this.#database = database;
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
