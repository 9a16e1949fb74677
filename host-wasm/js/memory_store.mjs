// The store contract in memory: records with versions, and commits that hold as a whole or not at all.
//
// Nothing awaits between the look at the guards and the writes, so commits are serialised by the event loop.

import { sortableKey, textOfKey } from "./text.mjs";

const sweepAtOnce = 5000;

export class MemoryStore {
  #records = new Map();
  #last = 0; // a version is never given twice, not even after its record is gone
  #now;
  #walk; // of a sweep that has not seen everything yet

  /** `now()`: Unix seconds. */
  constructor(now = () => Math.floor(Date.now() / 1000)) {
    this.#now = now;
  }

  /** {bytes, version} or null. */
  async load(key) {
    return shown(this.#alive(sortableKey(key)));
  }

  /** At most `limit` records whose keys begin with `prefix`, in key order. */
  async scan(prefix, limit) {
    const start = sortableKey(prefix);
    const keys = [...this.#records.keys()].filter((key) => key.startsWith(start) && this.#alive(key)).sort();
    return keys.slice(0, limit).map((key) => ({ key: textOfKey(key), record: shown(this.#alive(key)) }));
  }

  /** Whether it held. A version that is null means: there must be no such record. */
  async commit({ expects, puts, deletes }) {
    const held = expects.every(({ key, version }) => (this.#alive(sortableKey(key))?.version ?? null) === version);
    if (!held) return false;
    for (const key of deletes) this.#records.delete(sortableKey(key));
    for (const { key, bytes, expires_at } of puts) {
      this.#records.set(sortableKey(key), { bytes, expires_at, version: ++this.#last });
    }
    return true;
  }

  /** Looks at so many records at a time, and forgets what has expired. When the next one does, in Unix seconds, or null. */
  async sweep() {
    this.#walk ??= { records: this.#records.entries(), next: null };
    for (let left = sweepAtOnce; left > 0; --left) {
      const { value, done } = this.#walk.records.next();
      if (done) {
        const { next } = this.#walk;
        this.#walk = undefined;
        return next;
      }
      const [key, { expires_at }] = value;
      if (expires_at === null) continue;
      if (this.#now() >= expires_at) this.#records.delete(key);
      else this.#walk.next = Math.min(this.#walk.next ?? expires_at, expires_at);
    }
    return this.#now(); // there is more to look at
  }

  get size() {
    return this.#records.size;
  }

  #alive(key) {
    const record = this.#records.get(key);
    return record && (record.expires_at === null || this.#now() < record.expires_at) ? record : null;
  }
}

const shown = (record) => record && { bytes: record.bytes, version: record.version };
