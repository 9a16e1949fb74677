// What goes out to one client over time. Whoever has something to say never waits for the client: it goes into a box of
// limited size, which the client empties by reading; whose box overflows, or is not emptied in time, is dropped.

import { joined } from "./text.mjs";

const encoder = new TextEncoder();

export class Outgoing {
  #parts = [];
  #size = 0;
  #limit;
  #since = 0; // of what lies in the box
  #ending = false;
  #gone;
  #wake = () => {};

  /** `limit`: bytes that may lie in the box. `gone()`: nobody will read any more; called once. */
  constructor(limit, gone = () => {}) {
    this.#limit = limit;
    this.#gone = () => {
      this.#gone = () => {};
      this.#ending = true;
      this.#parts.length = this.#size = 0;
      this.#wake();
      gone();
    };
    // Nothing is taken out of the box before it is asked for, so that the box has the only limit.
    this.body = new ReadableStream({ pull: (to) => this.#pull(to), cancel: () => this.#gone() }, { highWaterMark: 0 });
  }

  push(text) {
    if (text === "" || this.#ending) return;
    if (this.#size === 0) this.#since = performance.now();
    const part = encoder.encode(text);
    this.#parts.push(part);
    this.#size += part.length;
    if (this.#size > this.#limit) this.drop();
    else this.#wake();
  }

  /** After what lies in the box. */
  end() {
    this.#ending = true;
    this.#wake();
  }

  /** At once. */
  drop() {
    this.#gone();
  }

  /** How long the client has left something in the box, in milliseconds. */
  get waiting() {
    return this.#size === 0 ? 0 : performance.now() - this.#since;
  }

  async #pull(to) {
    while (this.#size === 0 && !this.#ending) await new Promise((done) => (this.#wake = done));
    this.#wake = () => {};
    if (this.#size > 0) {
      to.enqueue(this.#take());
    } else {
      to.close();
      this.#gone();
    }
  }

  #take() {
    const all = joined(this.#parts, this.#size);
    this.#parts.length = this.#size = 0;
    return all;
  }
}
