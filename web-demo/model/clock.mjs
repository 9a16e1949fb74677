// The time of everybody who is played. A second passes with each message; the story lets an hour pass at once.

export class Clock {
  #now = Math.floor(Date.now() / 1000);

  now = () => this.#now;

  tick() {
    return ++this.#now;
  }

  pass(seconds) {
    this.#now += seconds;
  }
}
