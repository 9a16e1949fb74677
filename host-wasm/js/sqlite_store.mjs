// The store contract in any SQLite that is spoken to without waiting: a Durable Object's, node:sqlite's.
//
// A database is {run(sql, ...values) -> rows, transaction(work, durability) -> what work gives}. A transaction begins by taking the
// right to write, so the guards are compared with what is true when the puts are written, also where other processes use
// the same file. The tables are those of host-native/store/sqlite_prepare.cpp.
//
// Waiting for the disk is what a commit costs most. So those that come together go together, into one transaction; each
// keeps its own verdict, since its guards are compared with what those before it have written.

import { bytesOf, textOf } from "./text.mjs";

const versionsAtOnce = 10_000;
const sweepAtOnce = 500;
const remembered = 5000; // records, of a few hundred bytes mostly
const schema = [
  "CREATE TABLE IF NOT EXISTS records (key BLOB PRIMARY KEY, bytes BLOB NOT NULL, version INTEGER NOT NULL, expires_at INTEGER) WITHOUT ROWID",
  "CREATE INDEX IF NOT EXISTS records_by_expiry ON records (expires_at) WHERE expires_at IS NOT NULL",
  "CREATE TABLE IF NOT EXISTS versions (id INTEGER PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL)",
  "INSERT OR IGNORE INTO versions VALUES (1, 0)",
];

export class SqliteStore {
  #database;
  #now;
  #next = 1; // a version is never given twice, not even after a restart: they are reserved in blocks
  #reserved = 0;
  #read; // key -> record or undefined, as it is in the database
  #waiting = []; // commits
  #later;

  /**
   * `now()`: Unix seconds. `alone`: nobody else writes to this database, so what was read once is remembered.
   * `later(work)`: when those that have come by now have been served.
   */
  constructor(database, now = () => Math.floor(Date.now() / 1000), { alone = false, later = (work) => setTimeout(work, 0) } = {}) {
    this.#database = database;
    this.#now = now;
    this.#later = later;
    if (alone) this.#read = new Map();
    for (const statement of schema) database.run(statement);
  }

  /** Whether no record has ever been written. */
  get empty() {
    return this.#database.run("SELECT key FROM records LIMIT 1").length === 0;
  }

  /** {bytes, version} or null. */
  async load(key) {
    return this.#alive(key);
  }

  /** At most `limit` records whose keys begin with `prefix`, in key order. */
  async scan(prefix, limit) {
    const start = bytesOf(prefix);
    const rows = this.#database.run(
      "SELECT key, bytes, version FROM records WHERE key >= ? AND key < ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY key LIMIT ?",
      start, after(start), this.#now(), limit);
    return rows.map((row) => ({ key: textOf(new Uint8Array(row.key)), record: shown(row) }));
  }

  /** Whether it held. A version that is null means: there must be no such record. */
  commit(commit) {
    return new Promise((held, failed) => {
      this.#waiting.push({ commit, held, failed });
      if (this.#waiting.length === 1) this.#later(() => this.#writeAll(this.#waiting.splice(0)));
    });
  }

  /** Forgets what has expired, a few at a time. When the next record does, in Unix seconds, or null. */
  async sweep() {
    this.#database.run("DELETE FROM records WHERE key IN (SELECT key FROM records WHERE expires_at <= ? LIMIT ?)", this.#now(), sweepAtOnce);
    return this.#database.run("SELECT MIN(expires_at) AS next FROM records WHERE expires_at IS NOT NULL")[0].next;
  }

  #writeAll(waiting) {
    const durability = waiting.some(({ commit }) => commit.durability === "credential") ? "credential" : "relaxed";
    try {
      const verdicts = this.#database.transaction(() => waiting.map(({ commit }) => this.#write(commit)), durability);
      waiting.forEach(({ held }, at) => held(verdicts[at]));
    } catch (error) {
      this.#read?.clear();
      for (const { failed } of waiting) failed(error);
    }
  }

  #write({ expects, puts, deletes }) {
    const holds = expects.every(({ key, version }) => (this.#alive(key)?.version ?? null) === version);
    if (!holds) return false;
    for (const key of deletes) {
      this.#database.run("DELETE FROM records WHERE key = ?", bytesOf(key));
      this.#read?.delete(key);
    }
    for (const { key, bytes, expires_at } of puts) {
      this.#database.run("INSERT OR REPLACE INTO records (key, bytes, version, expires_at) VALUES (?, ?, ?, ?)",
        bytesOf(key), bytes, this.#version(), expires_at);
      this.#read?.delete(key);
    }
    return true;
  }

  #alive(key) {
    const row = this.#row(key);
    return row !== undefined && (row.expires_at === null || this.#now() < row.expires_at) ? shown(row) : null;
  }

  #row(key) {
    if (this.#read === undefined || typeof key !== "string") return this.#ask(key);
    if (this.#read.has(key)) return this.#read.get(key);
    const row = this.#ask(key);
    if (this.#read.size >= remembered) this.#read.clear();
    this.#read.set(key, row);
    return row;
  }

  #ask(key) {
    return this.#database.run("SELECT bytes, version, expires_at FROM records WHERE key = ?", bytesOf(key))[0];
  }

  // Within a transaction. Numbers of one that is rolled back are lost with their block, and never given.
  #version() {
    if (this.#next > this.#reserved) {
      const [{ last }] = this.#database.run("UPDATE versions SET last = last + ? RETURNING last", versionsAtOnce);
      this.#reserved = last;
      this.#next = last - versionsAtOnce + 1;
    }
    return this.#next++;
  }
}

const shown = ({ bytes, version }) => ({ bytes: new Uint8Array(bytes), version });

/** The first bytes that come after everything that begins with `prefix`, which is not empty and does not end in 0xff. */
function after(prefix) {
  const next = prefix.slice();
  ++next[next.length - 1];
  return next;
}
