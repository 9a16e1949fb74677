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

  addUser(name, password, { oneTime = false } = {}) {
    return this.#act(oneTime ? "user.add_one_time" : "user.add", { name, password });
  }

  setPassword(name, password, { oneTime = false } = {}) {
    return this.#act(oneTime ? "user.passwd_one_time" : "user.passwd", { name, password });
  }

  listUsers() {
    return this.#act("user.list");
  }

  /**
   * First the login, then the grants, one of a redemption that slipped in between included, and the data when nobody can write
   * more. Who logs in elsewhere has no login here: then `name` is the subject.
   */
  async removeUser(name, { keepData = false } = {}) {
    const removed = await this.#act("user.remove", { name });
    if (removed.status !== 200 && removed.status !== 404) return removed;
    const subject = removed.subject ?? name;
    const rest = await this.#untilNone("user.end_grants", { name: subject });
    if (rest.status !== 200) return rest;
    const data = keepData ? { status: 200, erased: 0 } : await this.#untilNone("user.erase_data", { name: subject }, "erased");
    if (data.status !== 200) return data;
    if (removed.status === 404 && rest.ended + data.erased === 0) return removed;
    return { status: 200, subject, ended: (removed.ended ?? 0) + rest.ended, erased: data.erased };
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

  /** A commit ends so many at the most; `member` says how many. */
  async #untilNone(act, texts, member = "ended") {
    for (let all = 0; ; ) {
      const step = await this.#act(act, texts);
      if (step.status === 404 && all > 0) return { status: 200, [member]: all }; // the one that was named is gone now
      if (step.status !== 200) return step;
      all += step[member];
      if (step[member] === 0) return { status: 200, [member]: all };
    }
  }
}

const given = (choices) => Object.fromEntries(Object.entries(choices).filter(([, text]) => text !== undefined));
