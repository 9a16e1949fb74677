// SQLite by `node:sqlite`, which Node has from 22.5 on and Deno from 2.2 on.

import { SqliteStore } from "./sqlite_store.mjs";

/** A store in this file, or undefined where the runtime has no SQLite. Other processes may use the file at the same time. */
export async function openSqliteStore(file, now, options) {
  const sqlite = await import("node:sqlite").catch(() => undefined);
  return sqlite && new SqliteStore(new Database(new sqlite.DatabaseSync(file, { timeout: 5000 })), now, options);
}

class Database {
  #database;
  #statements = new Map();

  // The log is on the disk before anybody is told: https://www.sqlite.org/pragma.html#pragma_synchronous
  constructor(database) {
    this.#database = database;
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  }

  run(sql, ...values) {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement.all(...values);
  }

  transaction(work) {
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
}
