// The page: switches, controls, and one play at a time.

import { learn } from "../model/decode.mjs";
import { play } from "../model/story.mjs";
import { readTrace, traceOf, verify } from "../model/trace.mjs";
import { createWorld, lanesOf, person } from "../model/world.mjs";
import { AttackTable } from "./attack_table.mjs";
import { detailOf } from "./detail.mjs";
import { Diagram, names } from "./diagram.mjs";
import { byId } from "./dom.mjs";
import { Pace, Stopped } from "./pace.mjs";
import { Visit } from "./visit.mjs";

const wide = matchMedia("(min-width: 64rem)");

class Page {
  #module;
  #pace = null;
  #play = null; // {source: {evaluations, exchanges}, known, text(): the trace file}
  #diagram = new Diagram({ head: byId("lanes"), list: byId("messages") }, (...arrow) => this.#open(...arrow));
  #visit = new Visit(byId("browser"), () => this.#leaveToVisitor());
  #resume = false;
  attacks;

  constructor(module) {
    this.#module = module;
    this.attacks = new AttackTable(byId("attacks"), { module, switches });
    byId("switches").addEventListener("change", () => (this.#reset(), this.attacks.clear()));
    byId("play").addEventListener("click", () => (this.#pace?.playing && !this.#ending ? this.#pause() : this.#go()));
    byId("step").addEventListener("click", () => this.#step());
    byId("reset").addEventListener("click", () => this.#reset());
    byId("speed").addEventListener("change", () => this.#hurry());
    byId("all-attacks").addEventListener("click", () => this.attacks.all());
    byId("save").addEventListener("click", () => this.#save());
    byId("open").addEventListener("change", ({ target }) => this.#replay(target));
    this.#reset();
  }

  /** What is shown now, for whoever checks it: the trace file's text. */
  get trace() {
    return this.#play?.text() ?? null;
  }

  get #ending() {
    return ["done", "stopped"].includes(byId("stage").dataset.state);
  }

  #go() {
    if (this.#ending) this.#reset();
    if (this.#pace === null) this.#begin();
    byId("play").textContent = "Pause";
    this.#pace.play();
  }

  #pause() {
    this.#pace.pause();
    byId("play").textContent = "Play";
  }

  /** Whoever writes into a page is not hurried; when it is sent, the play goes on as before. */
  #leaveToVisitor() {
    if (!this.#pace?.playing) return;
    this.#resume = true;
    this.#pause();
  }

  #step() {
    if (this.#ending) this.#reset();
    if (this.#pace === null) this.#begin();
    else this.#pace.step();
    byId("play").textContent = "Play";
  }

  #hurry() {
    this.#diagram.calm = speed() === 0;
    if (this.#pace) this.#pace.milliseconds = speed();
  }

  #reset() {
    this.#pace?.stop();
    this.#pace = this.#play = null;
    this.#diagram.begin(lanesOf(switches()));
    this.#visit.hide();
    byId("detail").replaceChildren();
    byId("stage").dataset.state = "empty";
    byId("save").disabled = true;
    byId("play").textContent = "Play";
    this.#say("Nothing has been sent yet.");
  }

  async #begin() {
    const pace = (this.#pace = new Pace(speed()));
    byId("stage").dataset.state = "playing";
    this.#diagram.calm = speed() === 0;
    const known = { challenges: new Set() };
    const watch = {
      act: (title) => this.#diagram.act(title),
      arrow: async (exchange, part) => {
        learn(known, exchange);
        this.#diagram.arrow(exchange, part);
        this.#say(`${names[exchange.from]} ${part === "request" ? "to" : "hears from"} ${names[exchange.to]}`);
        await pace.beat();
      },
      decide: (page) => this.#decide(page, pace),
    };
    try {
      const world = await createWorld(this.#module, switches(), watch);
      if (pace !== this.#pace) return;
      this.#play = { source: world.recorder, known, text: () => traceOf(world, this.#diagram.entries) };
      byId("save").disabled = false;
      const whole = await play(world);
      if (pace === this.#pace) this.#ended(whole);
    } catch (error) {
      if (error instanceof Stopped) return;
      this.#say(`The page itself failed: ${error.message}`);
      throw error;
    }
  }

  /** The person at the browser: the visitor, or whoever presses Step, or time. */
  async #decide(page, pace) {
    const shown = this.#visit.show(page);
    if (!wide.matches) byId("browser").scrollIntoView({ block: "nearest" });
    const person = (async () => {
      await pace.beat();
      shown.fill();
      await pace.beat();
      return shown.submit();
    })();
    try {
      const decided = await Promise.race([shown.pressed, person]);
      person.catch(() => {}); // it is reset later, or beats on unheard
      if (this.#resume) this.#go();
      return decided;
    } finally {
      this.#resume = false;
      this.#visit.hide();
    }
  }

  #ended(whole) {
    const last = this.#play.source.evaluations.findLast(({ by }) => by === "client");
    const { action } = last.output;
    const failed = action?.action === "failed";
    this.#diagram.end({
      good: whole,
      text: failed ? `The client does not go on: ${action.why}` : `The client comes to: ${action?.action ?? last.output.phase}`,
      more: failed ? `${action.sentence} ${action.detail}. ${action.clause}` : "",
    });
    byId("stage").dataset.state = whole ? "done" : "stopped";
    this.#pace.pause();
    byId("play").textContent = "Again";
    this.#say(`${this.#play.source.exchanges.length} messages, ${this.#play.source.evaluations.length} evaluations.`);
  }

  async #open(exchange, part, row) {
    const detail = byId("detail");
    if (wide.matches) byId("panel").append(detail);
    else row.after(detail);
    detail.replaceChildren(...(await detailOf(exchange, { evaluations: this.#play.source.evaluations, known: this.#play.known })));
    detail.dataset.exchange = exchange.id;
    if (wide.matches) detail.scrollTop = 0;
  }

  #save() {
    const url = URL.createObjectURL(new Blob([this.trace], { type: "application/json" }));
    const link = document.createElement("a");
    Object.assign(link, { href: url, download: "postern-trace.json" });
    link.click();
    URL.revokeObjectURL(url);
  }

  /** A trace file is asked again, evaluation by evaluation, and shown. */
  async #replay(input) {
    const [file] = input.files;
    if (!file) return;
    const verdict = byId("replayed");
    try {
      const text = await file.text();
      const trace = readTrace(text);
      const { same, differ } = verify(this.#module, trace);
      this.#reset();
      this.#show(trace, text);
      verdict.textContent = differ.length === 0
        ? `Replayed: the core was asked all ${same} evaluations again, and gave the same outcomes, byte by byte.`
        : `Not the same: ${differ.length} differ, the first is ${differ[0].by} ${differ[0].id}.`;
      verdict.dataset.good = differ.length === 0;
    } catch (error) {
      verdict.textContent = error.message;
      verdict.dataset.good = false;
    }
    input.value = "";
  }

  #show(trace, text) {
    const known = { challenges: new Set() };
    this.#play = { source: trace, known, text: () => text };
    this.#pace = new Pace(0);
    this.#diagram.calm = true;
    this.#diagram.begin(lanesOf(trace.switches));
    for (const exchange of trace.exchanges) learn(known, exchange);
    for (const entry of trace.acts) {
      if (entry.act !== undefined) this.#diagram.act(entry.act);
      else this.#diagram.arrow(trace.exchanges[entry.exchange], entry.part);
    }
    this.#ended(true);
    byId("save").disabled = false;
  }

  #say(text) {
    byId("status").textContent = text;
  }
}

const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;
const switches = () => ({ revision: chosen("revision"), users: chosen("users"), registration: chosen("registration") });
const speed = () => Number(byId("speed").value);

byId("person").textContent = person.name;
byId("password").textContent = person.password;
const module = await fetch(new URL("../postern.wasm", import.meta.url)).then((file) => file.arrayBuffer()).then((bytes) => WebAssembly.compile(bytes));
globalThis.demo = new Page(module);
document.body.dataset.ready = "true";
