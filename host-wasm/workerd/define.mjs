// Postern on the edge: a worker in front (front.mjs), wherever the client is, and one Durable Object with everything that is
// stored and every open stream. docs/decisions/021-one-object.md says why there is one.
//
// Bindings: POSTERN (the object's namespace), POSTERN_PUBLIC_URL, POSTERN_KEYS (the key ring, a secret), POSTERN_FIRST_USER
// and POSTERN_FIRST_PASSWORD (secrets; with POSTERN_FIRST_ONE_TIME "1" the first login has to change it), POSTERN_SETTINGS (core/server/settings_json.hpp), POSTERN_FETCH_ALLOWED,
// POSTERN_LOG_LEVEL, POSTERN_AUDIT ("-": to the log), POSTERN_STORE ("memory": nothing outlives the object), POSTERN_COPIES
// ("0": the front keeps no copies, "1": for a second).

import { DurableObject } from "cloudflare:workers";

import { acts } from "../js/operator.mjs";
import { checkOptions } from "../js/options.mjs";
import { MemoryStore, Postern } from "../js/postern.mjs";
import { SqliteStore } from "../js/sqlite_store.mjs";
import { mayBeCopied, mostKeys } from "./copies.mjs";
import { Front, tellingWrites } from "./front.mjs";
import { copiesOf, optionsOf } from "./options.mjs";

const now = () => Math.floor(Date.now() / 1000);
const sweep = { first: 1000, every: 60_000, between: 100 }; // milliseconds

/**
 * What a worker exports: {PosternObject, worker, operator}. `module`: postern.wasm. `more`: of the options of createPostern
 * those that no binding can hold, above all `tools`; and settings, over which the bindings have the last word. Tools run in front, in any number of isolates, and in the object.
 */
export function definePostern(module, more = {}) {
  checkOptions({ settings: {}, ...more });
  const postern = (env, rest, elsewhere) => {
    const bound = optionsOf(env);
    return new Postern(module, { ...bound, ...rest, ...more, settings: { ...more.settings, ...bound.settings } }, elsewhere);
  };
  let front; // one in each isolate
  const made = (env) => {
    const fetchAsUser = (principal, asked) => front.fetchAsUser(principal, asked);
    return new Front(postern(env, {}, { fetchAsUser }), () => object(env), copiesOf(env));
  };

  const worker = {
    fetch(request, env, ctx) {
      front ??= made(env);
      return front.fetch(request, ctx);
    },
  };

  /** The object: a whole server over its own storage. */
  class PosternObject extends DurableObject {
    #postern;
    #store;
    #sweeps = false; // an alarm is set
    #swept = false;

    constructor(ctx, env) {
      super(ctx, env);
      this.#store = env.POSTERN_STORE === "memory" ? new MemoryStore(now) : new SqliteStore(databaseOf(ctx.storage), now, { alone: true });
      this.#postern = postern(env, { store: this.#store, now });
      ctx.blockConcurrencyWhile(async () => {
        this.#sweeps = (await ctx.storage.getAlarm()) !== null;
        if (env.POSTERN_FIRST_USER && env.POSTERN_FIRST_PASSWORD) {
          await this.#postern.addFirstUser({
            name: env.POSTERN_FIRST_USER, password: env.POSTERN_FIRST_PASSWORD, oneTime: env.POSTERN_FIRST_ONE_TIME === "1",
          });
        }
      });
    }

    async fetch(request) {
      if (!this.#sweeps) await this.#sweepIn(this.#swept ? sweep.every : sweep.first);
      return tellingWrites(this.#postern.copied, (watch) => this.#postern.fetch(request, watch));
    }

    /** For the front: a request that has been begun there, by tools that were run. */
    async goOn(rest) {
      if (!this.#sweeps) await this.#sweepIn(this.#swept ? sweep.every : sweep.first);
      return tellingWrites(this.#postern.copied, (watch) => this.#postern.goOn(rest, watch));
    }

    /** For the front: what a tool there asks in its user's name. */
    async fetchAsUser(principal, asked) {
      if (!this.#sweeps) await this.#sweepIn(this.#swept ? sweep.every : sweep.first);
      return this.#postern.fetchAsUser(principal, asked);
    }

    /** For the front: records, or null for each that is not there. */
    copies(keys) {
      if (keys.length > mostKeys || !keys.every((key) => mayBeCopied(key, this.#postern.copied))) throw new TypeError("no copies are given of this");
      return Promise.all(keys.map((key) => this.#store.load(key)));
    }

    /** Forgets a bounded piece of what has expired; the object sleeps until more does. */
    async alarm() {
      const next = await this.#store.sweep();
      this.#swept = true;
      this.#sweeps = next !== null;
      if (next === null) return;
      await this.#sweepIn(next <= now() ? sweep.between : Math.max(sweep.every, next * 1000 - Date.now()));
    }

    /** For the operator: {status, error?, ..} of one of its acts. */
    operate(act, given) {
      if (!acts.includes(act)) throw new TypeError("the operator has no such act");
      return this.#postern[act](...given);
    }

    /** Ends the open streams: the process stops. */
    stop() {
      this.#postern.close();
    }

    async #sweepIn(milliseconds) {
      this.#sweeps = true;
      await this.ctx.storage.setAlarm(Date.now() + milliseconds);
    }
  }

  return { PosternObject, worker, operator };
}

let id; // of the one object; what it is made of costs more than keeping it

const object = (env) => env.POSTERN.get((id ??= env.POSTERN.idFromName("postern")));

// Nobody else writes to it, and a reply leaves the object only when what was written before it is on the disk (the
// runtime's output gate).
const databaseOf = (storage) => ({
  run: (sql, ...values) => storage.sql.exec(sql, ...values).toArray(),
  transaction: (work) => storage.transactionSync(work),
});

/** For the operator alone: bound to no address that clients reach. */
const operator = {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (request.method === "POST" && pathname === "/operate") {
      const { act, given } = await request.json();
      return Response.json(await object(env).operate(act, given).catch((error) => ({ status: 400, error: error.message })));
    }
    if (request.method === "POST" && pathname === "/stop") {
      await object(env).stop();
      return new Response(null, { status: 204 });
    }
    return new Response(null, { status: 404 });
  },
};
