// Where an attack is tried: a world of its own, brought to the point where it begins, and what the attacker holds by then.

import { Browser } from "./browser.mjs";
import { callbackUrl } from "./client.mjs";
import { changed, differences, sendable } from "./differences.mjs";
import { judgeAction, judgeExchange } from "./judge.mjs";
import { authorizes } from "./story.mjs";
import { createWorld, person } from "./world.mjs";

/** The client refused before the attack began: under these switches it can't be tried. */
export class NotReached extends Error {
  constructor(action) {
    super(`${action.sentence ?? action.action} (${action.why ?? ""})`);
  }
}

export class Lab {
  static async open(module, switches) {
    const lab = new Lab();
    lab.module = module;
    lab.world = await createWorld(module, switches);
    return lab;
  }

  get network() {
    return this.world.network;
  }

  get client() {
    return this.world.client;
  }

  /** The client asks, is refused, and looks for its way: the action. */
  async asks() {
    return (await this.client.call(...this.client.firstCall)).action;
  }

  /** The same to the URL that the browser is to open. */
  async challenged() {
    const action = await this.asks();
    if (action.action !== "open_browser") throw new NotReached(action);
    return action;
  }

  /** The authorization request, as the browser would send it: {origin, request}. */
  async asked() {
    const { url } = await this.challenged();
    const { origin, host } = new URL(url);
    const { headers } = this.world.browser.request("GET", url);
    return { origin, request: { method: "GET", target: url.slice(origin.length), headers: [["Host", host], ...headers], body: "" } };
  }

  /** The same until the browser came back: the callback URL that the client has not seen yet. */
  async consented() {
    const { url } = await this.challenged();
    return (await this.world.browser.visit(url, { until: callbackUrl })).callback;
  }

  /** The same until the client has tokens, and a session where its revision has them. */
  async connected() {
    const action = await this.challenged();
    await authorizes(this.world, action.url);
    await this.client.call(...this.client.firstCall);
  }

  /** The request of that kind that the client makes within `work`. `lost`: it never arrives, since the attacker was first. */
  async overheard(path, work, { lost = false } = {}) {
    let heard = null;
    const end = this.network.tap({
      when: ({ from, request }) => from === "client" && request.target.split("?", 1)[0] === path,
      request: (request) => ((heard = request), lost ? null : request),
    });
    await work();
    end();
    return heard;
  }

  /** The attacker sends a request that is changed, and the core says what it thinks of it. */
  async sends(origin, original, changes, note) {
    const request = changed(original, changes);
    const changesShown = differences(original, request).map((one) => ({ ...one, part: "request" }));
    const exchange = await this.network.send("attacker", sendable(origin, request), { changes: changesShown, note });
    return this.verdict(exchange);
  }

  verdict(exchange, more = []) {
    return { exchanges: [exchange, ...more], changes: exchange.changes, ...judgeExchange(exchange, this.world.recorder) };
  }

  /** The client is called back at a URL that was changed on the way. */
  async callsBack(original, query) {
    const url = new URL(original);
    for (const [name, value] of Object.entries(query)) value === undefined ? url.searchParams.delete(name) : url.searchParams.set(name, value);
    const target = (text) => ({ method: "GET", target: text.slice(new URL(text).origin.length) });
    const changes = differences(target(original), target(url.href)).map((one) => ({ ...one, part: "request" }));
    const exchange = await this.network.send("attacker", { method: "GET", url: url.href }, { changes });
    const action = await this.client.on({ event: "called_back", url: url.href }, exchange);
    return { exchanges: [exchange], changes, ...judgeAction(action) };
  }

  /** A document that the client reads is changed on the way: `edit(body)` gives what it reads. */
  async misleads(path, edit) {
    let misled = null;
    const end = this.network.tap({
      when: ({ from, request }) => from === "client" && request.target.startsWith(path),
      reply: (reply, exchange) => {
        if (reply.status !== 200) return reply;
        const lie = { ...reply, body: JSON.stringify(edit(JSON.parse(reply.body))) };
        exchange.changes = differences(reply, lie).map((one) => ({ ...one, part: "reply" }));
        misled = exchange;
        return lie;
      },
    });
    const action = await this.asks();
    end();
    if (misled === null) throw new NotReached(action);
    return { exchanges: [misled], changes: misled.changes, ...judgeAction(action) };
  }

  /** A second browser: the attacker's, who has an account too. */
  otherBrowser() {
    return new Browser(this.network, { lane: "attacker", person });
  }

  /** The MCP request that the client would send now, with its token. */
  mcpRequest(method, params) {
    const { url, headers, ...rest } = this.client.request(method, params, [["Authorization", `Bearer ${this.client.state.tokens.access}`]]);
    const { origin, pathname, host } = new URL(url);
    return { origin, request: { ...rest, target: pathname, headers: [["Host", host], ...headers] } };
  }
}
