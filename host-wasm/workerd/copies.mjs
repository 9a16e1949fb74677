// Copies of a few records in front of the object: of those that say whether a caller still has what its token says. A copy
// serves for a second from the moment it was asked for. What this isolate hears of being written is dropped at once; what is
// written elsewhere is thus seen within that second. docs/decisions/022-copies-in-front.md.

export const mostKeys = 8; // of one token; also how many are filled at once
const mostTokens = 1000;
const mostRecords = 2000;

/** Whether these records may be copied at all: the front asks for no others, and the object gives no others. */
export const mayBeCopied = (key, prefixes) => typeof key === "string" && prefixes.some((prefix) => key.startsWith(prefix));

export class Copies {
  #prefixes;
  #age; // milliseconds
  #fill;
  #records = new Map(); // key -> {record, at}
  #tokens = new Map(); // the value of an Authorization field, which is a secret -> Wanted
  #drops = 0;

  /** `seconds`: 0 for none at all. `fill(keys)`: asks for the records, in the order of their keys, null where there is none. */
  constructor(prefixes, seconds, fill) {
    this.#prefixes = prefixes;
    this.#age = seconds * 1000;
    this.#fill = fill;
  }

  /** For one request: what ahead.mjs reads by; and `filling`, once it has: a promise of what is worth asking for, or undefined. */
  of(authorization, now = Date.now()) {
    const wanted = this.#tokens.get(authorization) ?? new Wanted();
    const missing = [];
    return {
      known: () => {
        const facts = [];
        for (const [key] of wanted) {
          const record = this.#fresh(key, now);
          if (record === undefined) continue;
          wanted.set(key, now);
          facts.push([{ need: "load", key }, { fact: "loaded", record }]);
        }
        return facts;
      },
      load: (key) => {
        if (!mayBeCopied(key, this.#prefixes)) return undefined;
        const record = this.#fresh(key, now);
        if (record === undefined && this.#recent(wanted.get(key), now)) missing.push(key);
        wanted.note(key, now);
        put(this.#tokens, authorization, wanted, mostTokens);
        return record;
      },
      filling: () => this.#filled(wanted, missing, now),
    };
  }

  /** These were written, or are about to be. A fill that is under way may have been read before: it is of no use then. */
  drop(keys) {
    ++this.#drops;
    for (const key of keys) this.#records.delete(key);
  }

  dropAll() {
    ++this.#drops;
    this.#records.clear();
  }

  /** Only what a token wants twice within a copy's life is worth a copy; one question at a time for each token. */
  #filled(wanted, missing, now) {
    if (missing.length === 0 || this.#recent(wanted.filling, now)) return undefined;
    wanted.filling = now;
    // Where the object can't be asked, the next request is told so itself.
    return this.#ask(missing.slice(0, mostKeys), now).catch(() => {}).finally(() => (wanted.filling = undefined));
  }

  async #ask(keys, now) {
    const drops = this.#drops;
    const records = await this.#fill(keys);
    if (drops !== this.#drops) return;
    keys.forEach((key, at) => put(this.#records, key, { record: records[at], at: now }, mostRecords));
  }

  #fresh(key, now) {
    const copy = this.#records.get(key);
    return copy !== undefined && this.#recent(copy.at, now) ? copy.record : undefined;
  }

  // A clock that was set back makes nothing young again.
  #recent(at, now) {
    return at !== undefined && now >= at && now - at < this.#age;
  }
}

/** Which records the requests with one token read, and when last. */
class Wanted extends Map {
  filling; // since when

  note(key, now) {
    put(this, key, now, mostKeys);
  }
}

/** What was not touched for the longest time makes room. */
function put(map, key, value, most) {
  map.delete(key);
  if (map.size >= most) map.delete(map.keys().next().value);
  map.set(key, value);
}
