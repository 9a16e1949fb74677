// What the operator sees and changes: users, grants, clients. Each act is an evaluation like any request; what takes more than
// one commit goes on here until nothing is left to do, as core/oauth/users.hpp and operator.hpp want it.

import { run } from "./drive.mjs";
import { told } from "./options.mjs";

/** The names of its methods. */
export const acts = ["addUser", "setPassword", "listUsers", "removeUser", "listGrants", "revokeGrants", "listClients", "removeClient"];

export class Operator {
  #deployment;
  #world;
  #newId;

  constructor(deployment, world, newId) {
    this.#deployment = deployment;
    this.#world = world;
    this.#newId = newId;
  }

  addUser(name, password) {
    return this.#act("user.add", { name, password });
  }

  setPassword(name, password) {
    return this.#act("user.passwd", { name, password });
  }

  listUsers() {
    return this.#act("user.list");
  }

  /** A redemption may have slipped in between the two steps of the removal: its grant is ended, too. */
  async removeUser(name) {
    const removed = await this.#act("user.remove", { name });
    if (removed.status !== 200) return removed;
    const rest = await this.#untilNone("user.end_grants", { name: removed.subject });
    return rest.status === 200 ? { ...removed, ended: removed.ended + rest.ended } : rest;
  }

  listGrants({ user, client } = {}) {
    return this.#act("grants.list", given({ user, client }));
  }

  async revokeGrants({ id, user, client, all } = {}) {
    const chosen = given({ name: id, user, client });
    if (Object.keys(chosen).length + (all === true ? 1 : 0) !== 1) throw new TypeError("revokeGrants: expected one of id, user, client and all: true");
    return this.#untilNone("grants.revoke", chosen);
  }

  listClients() {
    return this.#act("clients.list");
  }

  async removeClient(id) {
    const removed = await this.#act("clients.remove", { name: id });
    if (removed.status !== 200) return removed;
    const rest = await this.#untilNone("grants.revoke", { client: id });
    return rest.status === 200 ? { status: 200, ended: removed.ended + rest.ended } : rest;
  }

  async #act(act, texts = {}) {
    for (const [name, text] of Object.entries(texts)) {
      if (typeof text !== "string" || text === "") throw new TypeError(`${act}: ${name}: expected a text, got ${told(text)}`);
    }
    const { status, body } = await run((facts) => this.#deployment.operate(act, texts, facts), this.#world, { id: this.#newId() });
    if (status === 503) return { status, error: "the store is busy or failing; nothing was changed" };
    return { status, ...JSON.parse(body) };
  }

  /** A commit ends so many at the most. */
  async #untilNone(act, texts) {
    for (let ended = 0; ; ) {
      const step = await this.#act(act, texts);
      if (step.status === 404 && ended > 0) return { status: 200, ended }; // the one that was named is gone now
      if (step.status !== 200) return step;
      ended += step.ended;
      if (step.ended === 0) return { status: 200, ended };
    }
  }
}

const given = (choices) => Object.fromEntries(Object.entries(choices).filter(([, text]) => text !== undefined));
