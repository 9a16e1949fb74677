// Forgets expired records now and then. A store's `sweep` does a bounded piece of the work and tells when the next record
// expires; while that is past, the next piece follows at once, but after whoever else waits for this thread.

import { unreferenced } from "./timers.mjs";

// Milliseconds. The first comes soon: much may have expired while nobody was here.
export const usual = { first: 1000, every: 60_000, between: 20 };

export class Sweeper {
  #store;
  #now;
  #log;
  #times;
  #timer;
  #ended = false;

  /** `now()`: Unix seconds. */
  constructor(store, now, log, times = {}) {
    this.#store = store;
    this.#now = now;
    this.#log = log;
    this.#times = { ...usual, ...times };
    this.#after(this.#times.first);
  }

  end() {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #after(milliseconds) {
    if (!this.#ended) this.#timer = unreferenced(setTimeout(() => this.#sweep(), milliseconds));
  }

  async #sweep() {
    const { every, between } = this.#times;
    try {
      const next = await this.#store.sweep();
      this.#after(next !== null && next <= this.#now() ? between : every);
    } catch (error) {
      this.#log?.("warning", "store.failed", { reason: String(error?.message ?? error) });
      this.#after(every);
    }
  }
}
