// The core's WebAssembly module, and the crossing of strings. The shapes are those of core/flow/codec.hpp.

const utf8 = { write: new TextEncoder(), read: new TextDecoder("utf-8", { fatal: true }) };

/** A deployment in an instance of its own. It holds no state beside its settings: any number of them may serve. */
export class Deployment {
  #module;
  #settings;
  #exports;
  #handle;

  /** `module`: a compiled WebAssembly.Module. `settings`: core/server/settings_json.hpp. Throws why they won't do. */
  constructor(module, settings) {
    this.#module = module;
    this.#settings = settings;
    this.#start();
  }

  /** A pure function: {needs} or {answer}, and events. */
  evaluate(request, facts) {
    return this.#call("postern_evaluate", { request, facts }, this.#handle);
  }

  /** What an open stream says to a topic: {bytes, close}. */
  tell(stream, topic) {
    return this.#call("postern_tell", { stream, topic });
  }

  /** {needs}, the {stream} to go on with, or {close}. */
  check(stream, facts) {
    return this.#call("postern_check", { stream, facts }, this.#handle);
  }

  /** An outcome, as of any request: the reply tells what became of it. */
  addUser(name, password, facts) {
    return this.#call("postern_add_user", { name, password, facts });
  }

  /** Bytes of the instance's memory. It grows with the largest request, never with their number. */
  get memorySize() {
    return this.#exports.memory.buffer.byteLength;
  }

  #start() {
    this.#exports = new WebAssembly.Instance(this.#module, {}).exports;
    this.#exports._initialize();
    this.#handle = this.#call("postern_open", this.#settings).handle;
  }

  #call(name, input, ...handle) {
    try {
      return this.#cross(name, input, handle);
    } catch (error) {
      // A trap leaves the memory as it was in the midst of the work: nobody may call that instance again.
      if (error instanceof WebAssembly.RuntimeError && name !== "postern_open") this.#start();
      throw error;
    }
  }

  #cross(name, input, handle) {
    const { memory, postern_alloc, postern_free, [name]: call } = this.#exports;
    const text = utf8.write.encode(JSON.stringify(input));
    const given = postern_alloc(text.length);
    if (given === 0) throw new RangeError(`the module has no room for ${text.length} bytes`);
    new Uint8Array(memory.buffer, given, text.length).set(text);
    const result = call(...handle, given, text.length);
    postern_free(given);
    // Growth detaches the buffer, so the view is made only now.
    const size = new DataView(memory.buffer).getUint32(result, true);
    const output = JSON.parse(utf8.read.decode(new Uint8Array(memory.buffer, result + 4, size)));
    postern_free(result);
    if (output.error !== undefined) throw new TypeError(output.error);
    return output;
  }
}
