// The core's WebAssembly module: the functions of host-wasm/abi.cpp. The shapes are those of core/flow/codec.hpp, save
// that bytes are a Uint8Array, a text that is no UTF-8 is one, too, and a version is a number.

import { Crossing, types } from "./crossing.mjs";

/** A deployment in an instance of its own. It holds no state beside its settings: any number of them may serve. */
export class Deployment {
  #module;
  #settings;
  #exports;
  #crossing;
  #opened;

  /** `module`: a compiled WebAssembly.Module. `settings`: core/server/settings_json.hpp. Throws why they won't do. */
  constructor(module, settings) {
    this.#module = module;
    this.#settings = JSON.stringify(settings);
    this.#start();
  }

  /** A pure function: {needs, answer, events, event_headers}; of needs and answer one is null. */
  evaluate(request, facts) {
    return this.#call("postern_evaluate", this.#opened.handle, types.outcome, (to) => {
      types.request.write(to, request);
      types.facts.write(to, facts);
    });
  }

  /** An outcome: core/server/evaluate.hpp's fetch_as_user. `asked`: {method, target, headers, body}. */
  fetchAsUser(principal, asked, facts) {
    return this.#call("postern_fetch_as_user", this.#opened.handle, types.outcome, (to) => {
      types.principal.write(to, principal);
      types.request.write(to, asked);
      types.facts.write(to, facts);
    });
  }

  /** What an open stream says to a topic: {bytes, close}. */
  tell(stream, topic) {
    return this.#call("postern_tell", undefined, types.step, (to) => {
      types.stream.write(to, stream);
      types.topic.write(to, topic);
    });
  }

  /** {needs, stream}: what has to be known, or the stream to go on with, or neither: it is to be closed. */
  check(stream, facts) {
    return this.#ofStream("postern_check", this.#opened.handle, types.check, stream, facts);
  }

  /** An outcome, of which only the commit counts: what there is to write when a stream has ended. */
  closed(stream, facts) {
    return this.#ofStream("postern_closed", undefined, types.outcome, stream, facts);
  }

  /**
   * An outcome, as of any request: the reply's body tells what became of it (core/oauth/users.hpp, operator.hpp). `act`:
   * user.add, user.add_one_time, user.passwd, user.passwd_one_time, user.list, user.remove, user.end_grants, user.erase_data,
   * grants.list, grants.revoke, clients.list, clients.remove.
   * `name`: of a user, a subject, or the id of a grant or client.
   */
  operate(act, { name = "", user = "", client = "", password = "" }, facts) {
    return this.#call("postern_operate", this.#opened.handle, types.outcome, (to) => {
      for (const text of [act, name, user, client, password]) to.text(text);
      types.facts.write(to, facts);
    });
  }

  addUser(name, password, facts) {
    return this.operate("user.add", { name, password }, facts);
  }

  /** Those of the addresses that may be connected to for this URL, by core/flow/egress.hpp. Throws why it may not be asked. */
  judge(url, reach, exceptions, addresses = []) {
    return this.#call("postern_judge", undefined, types.texts, (to) => {
      to.text(url);
      types.reach.write(to, reach);
      types.texts.write(to, exceptions);
      types.texts.write(to, addresses);
    });
  }

  /** Of a request, in bytes: one that is larger is refused, so a host need not read on. */
  get largestBody() {
    return this.#opened.largest_body;
  }

  /** What a quiet stream says, so that everybody between sees that it is alive. */
  get comment() {
    return this.#opened.comment;
  }

  /** How often a stream is checked (core/server/evaluate.hpp), in seconds. */
  get checkEvery() {
    return this.#opened.check_every;
  }

  /** What the keys of records begin with that may be read from a copy, at most a second old (core/store/copied.hpp). */
  get copied() {
    return this.#opened.copied;
  }

  /** Bytes of the instance's memory. It grows with the largest request, never with their number. */
  get memorySize() {
    return this.#exports.memory.buffer.byteLength;
  }

  #ofStream(name, handle, type, stream, facts) {
    return this.#call(name, handle, type, (to) => {
      types.stream.write(to, stream);
      types.facts.write(to, facts);
    });
  }

  #start() {
    this.#exports = new WebAssembly.Instance(this.#module, {}).exports;
    this.#exports._initialize();
    this.#crossing = new Crossing(this.#exports);
    this.#opened = this.#crossing.callWithText("postern_open", this.#settings, types.opened);
  }

  #call(name, handle, type, write) {
    try {
      return this.#crossing.call(name, handle, write, type);
    } catch (error) {
      // A trap leaves the memory as it was in the midst of the work: nobody may call that instance again.
      if (error instanceof WebAssembly.RuntimeError) this.#start();
      throw error;
    }
  }
}
