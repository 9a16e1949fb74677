// The table of attacks: each is pressed, run against the core, and says what the core said.

import { attacks, tryAttack } from "../model/attacks.mjs";
import { learn } from "../model/decode.mjs";
import { NotReached } from "../model/lab.mjs";
import { traceOf } from "../model/trace.mjs";
import { changesTable, detailOf } from "./detail.mjs";
import { names } from "./diagram.mjs";
import { element, table } from "./dom.mjs";

export class AttackTable {
  #module;
  #switches;
  #rows = new Map();
  #results = new Map(); // by attack

  /** `switches()`: those of the page. */
  constructor(place, { module, switches }) {
    this.#module = module;
    this.#switches = switches;
    place.replaceChildren(...attacks.map((attack) => this.#row(attack)));
  }

  async all() {
    for (const attack of attacks) await this.#try(attack);
  }

  /** What was asked and said in an attack, as a trace file has it. */
  trace(id) {
    return traceOf(this.#results.get(id).world, []);
  }

  /** They were tried in a world of other switches. */
  clear() {
    this.#results.clear();
    for (const { place, badge } of this.#rows.values()) {
      place.replaceChildren();
      Object.assign(badge, { textContent: "", className: "badge" });
    }
  }

  #row(attack) {
    const badge = element("span", { is: "badge" });
    const place = element("div", { is: "verdict", aria: { live: "polite" } });
    const button = element("button", { type: "button", textContent: "Try it", aria: { label: `Try: ${attack.title}` }, on: { click: () => this.#try(attack) } });
    this.#rows.set(attack.id, { place, badge, button });
    return element("li", { is: "attack", id: `attack-${attack.id}` },
      element("div", { is: "attack-head" }, element("h3", { textContent: attack.title }), badge, button),
      element("p", { is: "soft", textContent: attack.story }), place);
  }

  async #try(attack) {
    const { place, badge, button } = this.#rows.get(attack.id);
    button.disabled = true;
    try {
      const result = await tryAttack(this.#module, this.#switches(), attack);
      this.#results.set(attack.id, result);
      Object.assign(badge, { textContent: result.refused ? "refused" : "not refused", className: `badge ${result.refused ? "good" : "bad"}` });
      place.replaceChildren(...(await verdictOf(result)));
    } catch (error) {
      if (!(error instanceof NotReached)) throw error;
      Object.assign(badge, { textContent: "not tried", className: "badge" });
      place.replaceChildren(element("p", { is: "soft", textContent: `Under these switches the client goes no further: ${error.message}` }));
    } finally {
      button.disabled = false;
    }
  }
}

async function verdictOf(result) {
  const { world: { recorder }, exchanges, changes } = result;
  const known = { challenges: new Set() };
  for (const exchange of recorder.exchanges) learn(known, exchange);
  const said = [["by", result.by === "client" ? "the client" : names[result.by]]];
  if (result.status !== null) said.push(["on the wire", `${result.status} ${result.error}`.trim()]);
  said.push(["exact reason", result.reason || "none is audited: refused at the door"]);
  if (result.detail) said.push(["in words", result.detail]);
  if (result.sentence) said.push(["to the user", result.sentence]);
  if (result.clause) said.push(["clause", result.clause]);
  return [
    table(said),
    changes.length > 0 ? changesTable(changes) : element("p", { is: "soft", textContent: `Nothing in the message was changed: ${exchanges[0].note}.` }),
    // What was changed is told above.
    ...exchanges.map((exchange) => lazily("The whole message, and the core's trace", () => detailOf({ ...exchange, changes: [] }, { evaluations: recorder.evaluations, known }))),
  ];
}

function lazily(title, make) {
  const place = element("div", { is: "detail" });
  const whole = element("details", { is: "whole" }, element("summary", { textContent: title }), place);
  whole.addEventListener("toggle", async () => whole.open && place.childElementCount === 0 && place.replaceChildren(...(await make())), { once: true });
  return whole;
}
