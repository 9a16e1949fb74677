// The store contract in the SQLite of a Durable Object. Nobody else writes to it, its calls do not wait, and a reply leaves
// the object only when what was written before it is on the disk (the runtime's output gate): so a commit is one
// transaction, and the guard is a comparison inside of it.

import { sortableKey, textOfKey } from "../js/text.mjs";

const versionsAtOnce = 10_000;
const sweepAtOnce = 500;

export class DurableStore {
  #storage;
  #sql;
  #now;
  #last; // a version is never given twice, not even after a restart: they are reserved in blocks
  #reserved;

  /** `now()`: Unix seconds. */
  constructor(storage, now) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#now = now;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS records (
        key TEXT PRIMARY KEY, bytes BLOB NOT NULL, version INTEGER NOT NULL, expires_at INTEGER) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS records_by_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
      CREATE TABLE IF NOT EXISTS versions (last INTEGER NOT NULL);
      INSERT INTO versions SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM versions);`);
    this.#last = this.#reserved = this.#sql.exec("SELECT last FROM versions").one().last;
  }

  async load(key) {
    return this.#alive(sortableKey(key));
  }

  async scan(prefix, limit) {
    const start = sortableKey(prefix);
    const rows = this.#sql.exec(
      "SELECT key, bytes, version FROM records WHERE key >= ? AND key < ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY key LIMIT ?",
      start, `${start}\u{10ffff}`, this.#now(), limit).toArray();
    return rows.map(({ key, ...record }) => ({ key: textOfKey(key), record: shown(record) }));
  }

  async commit({ expects, puts, deletes }) {
    return this.#storage.transactionSync(() => {
      const held = expects.every(({ key, version }) => (this.#alive(sortableKey(key))?.version ?? null) === version);
      if (!held) return false;
      for (const key of deletes) this.#sql.exec("DELETE FROM records WHERE key = ?", sortableKey(key));
      for (const { key, bytes, expires_at } of puts) {
        this.#sql.exec("INSERT OR REPLACE INTO records (key, bytes, version, expires_at) VALUES (?, ?, ?, ?)",
          sortableKey(key), bytes, this.#nextVersion(), expires_at);
      }
      return true;
    });
  }

  /** Forgets what has expired, a few at a time. When the next record does, in Unix seconds, or null. */
  async sweep() {
    this.#sql.exec("DELETE FROM records WHERE key IN (SELECT key FROM records WHERE expires_at <= ? LIMIT ?)", this.#now(), sweepAtOnce);
    return this.#sql.exec("SELECT MIN(expires_at) AS next FROM records WHERE expires_at IS NOT NULL").one().next;
  }

  #alive(key) {
    const [record] = this.#sql.exec("SELECT bytes, version, expires_at FROM records WHERE key = ?", key).toArray();
    return record && (record.expires_at === null || this.#now() < record.expires_at) ? shown(record) : null;
  }

  #nextVersion() {
    if (this.#last === this.#reserved) {
      this.#reserved += versionsAtOnce;
      this.#sql.exec("UPDATE versions SET last = ?", this.#reserved);
    }
    return ++this.#last;
  }
}

const shown = ({ bytes, version }) => ({ bytes: new Uint8Array(bytes), version });
