// Who lets the next message go: time, or a press of Step.

/** Thrown into a play that was reset. */
export class Stopped extends Error {}

export class Pace {
  #milliseconds;
  #waiting = new Set();
  #stopped = false;
  playing = false;

  constructor(milliseconds) {
    this.#milliseconds = milliseconds;
  }

  set milliseconds(value) {
    this.#milliseconds = value;
    if (this.playing) this.#wake();
  }

  /** Until the next message may go. Throws Stopped when there is none any more. */
  async beat() {
    if (this.#stopped) throw new Stopped();
    if (this.playing && this.#milliseconds === 0) return;
    await new Promise((wake) => {
      this.#waiting.add(wake);
      if (this.playing) setTimeout(() => this.playing && wake(), this.#milliseconds); // it may be paused by then
    });
    if (this.#stopped) throw new Stopped();
  }

  play() {
    this.playing = true;
    this.#wake();
  }

  pause() {
    this.playing = false;
  }

  step() {
    this.playing = false;
    this.#wake();
  }

  stop() {
    this.#stopped = true;
    this.#wake();
  }

  #wake() {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
