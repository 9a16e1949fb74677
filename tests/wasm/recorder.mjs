// Tells the chapters, and keeps every evaluation of them as text: a file of tests/vectors each.
import { createHash } from "node:crypto";

import { Deployment } from "../../host-wasm/js/module.mjs";
import { compiled, Host, settings, Visitor } from "./host.mjs";
import { chapters } from "./chapters.mjs";
import { toJson } from "./pairs.mjs";
import * as speak from "./stories/speak.mjs";

export const folder = new URL("../vectors/", import.meta.url);

/** {name, pairs, text} of each chapter. Nothing in it differs from one recording to the next. */
export async function* record() {
  const module = compiled();
  for (const chapter of chapters) yield recording(module, chapter);
}

export const recording = (module, chapter) => new Recording(module, chapter).tell();

// The members as core/flow/codec.hpp tells of them.
const ordered = ({ method, target, headers, body }) => ({ method, target, headers, body });

class Recording {
  #draws = 0;
  #pairs = [];
  #named = 0; // the pairs before this one have their sentence
  #sentences = new Set();
  #failed = [];

  constructor(module, { name, settings: more, before, tell }) {
    Object.assign(this, { name, before, story: tell });
    this.settings = { ...settings, decoy_password: "$plain$of nobody", ...more };
    // Entropy is counted, from a beginning of the chapter's own; a password is its own hash.
    this.host = new Host({
      deployment: new Deployment(module, this.settings),
      entropy: () => createHash("sha256").update(`${name} ${++this.#draws}`).digest(),
      passwords: { hash: async (password) => `$plain$${password}`, verify: async (phc, password) => phc === `$plain$${password}` },
      evaluated: (request, facts, outcome) =>
        this.#pairs.push({ name: "", request: ordered(toJson(request)), facts: recordable(facts), outcome: toJson(outcome) }),
    });
  }

  async tell() {
    const { host } = this;
    await host.addUser(speak.name, speak.password);
    const told = await this.before?.(host, new Visitor(host));
    this.#pairs = [];
    await this.story(host, (sentence, good, detail) => this.#check(sentence, good, detail), told);
    if (this.#named < this.#pairs.length) this.#failed.push(["the last requests have no sentence"]);
    if (this.#failed.length > 0) throw new Error(`${this.name}: ${JSON.stringify(this.#failed, null, 1)}`);
    const lines = this.#pairs.map((pair) => JSON.stringify(pair)).join(",\n");
    const text = `{"settings":${JSON.stringify(this.settings)},\n"pairs":[\n${lines}\n]}\n`;
    return { name: this.name, pairs: this.#pairs.length, text };
  }

  // What is checked is the name of the evaluations that led there. Those that still asked are told apart by what they asked.
  #check(sentence, good, detail) {
    if (!good) this.#failed.push([sentence, detail]);
    for (; this.#named < this.#pairs.length; ++this.#named) {
      const { request, outcome } = this.#pairs[this.#named];
      const asked = outcome.needs?.map(({ need }) => need).join(", ");
      const step = `${request.method} ${request.target.split("?")[0]}${asked ? `, which asks to ${asked.replaceAll("_", " ")}` : ""}`;
      this.#pairs[this.#named].name = this.#once(`${sentence} (${step.slice(0, 120)})`);
    }
  }

  #once(name) {
    let unique = name;
    for (let i = 2; this.#sentences.has(unique); ++i) unique = `${name}, ${i}`;
    this.#sentences.add(unique);
    return unique;
  }
}

// The three members in the order in which core/flow/codec.hpp tells of them.
function recordable(facts) {
  const { now, entropy, answers } = toJson(facts);
  return { now, entropy, answers };
}
