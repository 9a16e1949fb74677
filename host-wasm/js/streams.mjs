// The event streams that are open in this process. What they say to news, and whether they go on, the core decides; here
// they are kept beside their clients, told, looked at now and then, and ended.

import { perform, run } from "./drive.mjs";
import { Outgoing } from "./outgoing.mjs";
import { unreferenced } from "./timers.mjs";

// As host-native/streams.hpp and host-native/http/connection.hpp. Milliseconds and bytes.
export const usual = {
  commentEvery: 15_000, // a quiet stream says so often that it is alive
  takenIn: 30_000, // what is said has to be read in this time
  box: 256 << 10,
  answersBox: 4 << 20, // of a stream that answers come by: one of them may be larger than all news together
  look: 1000,
};
const rounds = 8;

export class Streams {
  #deployment;
  #world;
  #limits;
  #open = new Set();
  #timer;
  #over = false;

  constructor(deployment, world, limits = {}) {
    this.#deployment = deployment;
    this.#world = world;
    this.#limits = { ...usual, checkEvery: deployment.checkEvery * 1000, ...limits };
  }

  /** From now on the stream hears all news. The body of its response, which begins with `first`. */
  open(stream, first) {
    const { box, answersBox } = this.#limits;
    const one = { stream, nextCheck: 0, nextComment: performance.now() + this.#limits.commentEvery, checking: false };
    one.outgoing = new Outgoing(stream.owns_session ? answersBox : box, () => this.#ended(one));
    this.#open.add(one);
    one.outgoing.push(first);
    if (this.#over) one.outgoing.end(); // a client that was let go asks again while its connection lasts
    this.#check(one); // something may have happened between the answer and now
    this.#timer ??= unreferenced(setInterval(() => this.#look(), this.#limits.look));
    return one.outgoing.body;
  }

  /** News for all streams. Returns without waiting for any client. */
  publish(topics) {
    for (const one of this.#open) for (const topic of topics) this.#tell(one, topic);
  }

  /** Those that come later end at once. */
  endAll() {
    this.#over = true;
    for (const one of this.#open) one.outgoing.end();
  }

  get size() {
    return this.#open.size;
  }

  #tell(one, topic) {
    if (one.ending) return; // by the topic before: it is to be told
    if (topic.kind === "session_changed" && topic.name === one.stream.session) this.#check(one);
    const { bytes, close } = this.#deployment.tell(one.stream, topic);
    this.#say(one, bytes);
    if (!close) return;
    one.ending = true;
    one.outgoing.end();
  }

  #say(one, text) {
    if (text === "") return;
    one.outgoing.push(text);
    one.nextComment = performance.now() + this.#limits.commentEvery;
  }

  #look() {
    const now = performance.now();
    for (const one of this.#open) {
      if (one.outgoing.waiting > this.#limits.takenIn) one.outgoing.drop();
      else if (now >= one.nextCheck) this.#check(one);
      if (now >= one.nextComment) this.#say(one, this.#deployment.comment);
    }
  }

  async #check(one) {
    one.nextCheck = performance.now() + this.#limits.checkEvery;
    if (one.checking) return void (one.again = true);
    one.checking = true;
    do {
      one.again = false;
      const goesOn = await this.#goesOn(one).catch((error) => this.#world.log?.("error", "stream.failed", { reason: String(error) }) ?? true);
      if (!goesOn) one.outgoing.end();
    } while (one.again);
    one.checking = false;
  }

  /** Whether the stream goes on. Trouble with the store is no reason to end it: the next check decides. */
  async #goesOn(one) {
    const facts = { now: this.#world.now(), entropy: this.#world.entropy(), answers: [] };
    for (let round = 0; round < rounds; ++round) {
      const { needs, stream } = this.#deployment.check(one.stream, facts);
      if (needs === null) {
        if (stream !== null) one.stream = stream;
        return stream !== null;
      }
      facts.answers.push(...(await perform(needs, this.#world)));
    }
    return true;
  }

  // Its connection is over, whoever ended it. What can't be written then expires by itself.
  #ended(one) {
    if (!this.#open.delete(one)) return;
    if (this.#open.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    if (!one.stream.owns_session) return;
    const settled = run((facts) => this.#deployment.closed(one.stream, facts), this.#world);
    settled.catch((error) => this.#world.log?.("error", "stream.failed", { reason: String(error) }));
  }
}
