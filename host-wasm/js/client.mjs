// An MCP client's authorization in the core's module. The shapes are those of core/client/codec.hpp.

const utf8 = { write: new TextEncoder(), read: new TextDecoder("utf-8", { fatal: true }) };

/** A pure function in an instance of its own. */
export class Client {
  #module;
  #exports;

  /** `module`: a compiled WebAssembly.Module. */
  constructor(module) {
    this.#module = module;
    this.#start();
  }

  /** A step: {phase, path, needs}, or {phase, path, state, action}. Throws what is wrong with the input. */
  advance(config, state, event, facts) {
    try {
      return this.#cross({ config, state, event, facts });
    } catch (error) {
      // A trap leaves the memory as it was in the midst of the work: nobody may call that instance again.
      if (error instanceof WebAssembly.RuntimeError) this.#start();
      throw error;
    }
  }

  #start() {
    this.#exports = new WebAssembly.Instance(this.#module, {}).exports;
    this.#exports._initialize();
  }

  #cross(input) {
    const { memory, postern_input, postern_client } = this.#exports;
    const text = utf8.write.encode(JSON.stringify(input));
    const given = postern_input(text.length);
    if (given === 0) throw new RangeError(`the module has no room for ${text.length} bytes`);
    new Uint8Array(memory.buffer, given, text.length).set(text);
    const answer = postern_client(text.length);
    // Growth detaches the buffer, so the view is made only now. The layout of an answer: host-wasm/abi.cpp.
    const [size, kind, structure] = new Uint32Array(memory.buffer.slice(answer, answer + 12));
    const said = utf8.read.decode(new Uint8Array(memory.buffer, answer + 12 + structure, size - 4 - structure));
    if (kind !== 0) throw new TypeError(said);
    return JSON.parse(said);
  }
}

/**
 * One event, to its end. `world`: now() in seconds, entropy() of 32 bytes as base64, fetch(need) giving the reply
 * {status, headers, body} or null where nobody answers, and perhaps shown(step), which sees every step on the way.
 */
export async function happens(client, { config, state, event }, world) {
  const facts = { now: world.now(), entropy: world.entropy(), answers: [] };
  for (let round = 0; round < 8; ++round) {
    const step = client.advance(config, state, event, facts);
    world.shown?.(step);
    if (step.needs === undefined) return step;
    for (const need of step.needs) facts.answers.push([need, fact(await world.fetch(need))]);
  }
  throw new Error("eight rounds were not enough");
}

const fact = (reply) =>
  reply === null
    ? { fact: "fetched", status: 0, headers: [], body: "", problem: "unreachable" }
    : { fact: "fetched", status: reply.status, headers: reply.headers, body: reply.body, problem: "none" };
