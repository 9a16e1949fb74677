// The MCP client: what it does about authorization, the core says step by step; its MCP requests are made here.

import { Client, happens } from "../postern/client.mjs";
import { toBase64 } from "../postern/text.mjs";

export const clientOrigin = "https://app.example";
export const callbackUrl = `${clientOrigin}/callback`;
export const documentUrl = `${clientOrigin}/client.json`;
export const clientName = "Reading list";

export class McpClient {
  state = null;
  lane = "client";
  #network;
  #clock;
  #core;
  #last = null; // the newest evaluation
  #arrived = []; // exchanges whose outcome the next evaluation will judge
  #session = {};
  #id = 0;

  /** `core`: {module, recorder, network, clock}. `config`: core/client/codec.hpp. */
  constructor({ module, recorder, network, clock }, config) {
    this.config = { client_name: clientName, client_uri: clientOrigin, redirect_uri: callbackUrl, ...config };
    this.#network = network;
    this.#clock = clock;
    this.#core = recorder.observedClient(new Client(module), (evaluation) => this.#evaluated(evaluation));
  }

  get modern() {
    return this.config.revision >= "2026";
  }

  /** The evaluation that was last: why a message goes. */
  get reason() {
    return this.#last?.id ?? null;
  }

  /** One event, to its end: the action. `exchange`: what brought it. */
  async on(event, exchange) {
    if (exchange) this.#arrived.push(exchange);
    const world = {
      now: this.#clock.now,
      entropy: () => toBase64(crypto.getRandomValues(new Uint8Array(32))),
      fetch: async (need) => {
        const fetched = await this.#network.send(this.lane, need, { asked: this.reason });
        this.#arrived.push(fetched);
        return fetched.reply;
      },
    };
    const step = await happens(this.#core, { config: this.config, state: structuredClone(this.state), event }, world);
    this.state = step.state;
    return step.action;
  }

  /** Sends one MCP request as the core says, and tells it the answer: {exchange, action}. */
  async call(method, params = {}) {
    const sending = await this.on({ event: "send", url: this.config.server_url });
    if (sending.action !== "send_request") return { exchange: null, action: sending };
    const exchange = await this.#network.send(this.lane, this.request(method, params, sending.headers), { asked: this.reason });
    const { reply } = exchange;
    if (reply === null) return { exchange, action: { action: "proceed" } };
    if (method === "initialize" && reply.status === 200) this.#keepSession(reply);
    const headers = reply.headers.filter(([name]) => name.toLowerCase() === "www-authenticate");
    const action = await this.on({ event: "answered", status: reply.status, headers, generation: sending.generation }, exchange);
    return { exchange, action };
  }

  /** The HTTP request of an MCP method, in the shape of this client's revision. */
  request(method, params = {}, headers = []) {
    const { revision, server_url: url } = this.config;
    const own = { Accept: "application/json, text/event-stream", "Content-Type": "application/json" };
    const message = { jsonrpc: "2.0", method, params };
    if (!method.startsWith("notifications/")) message.id = ++this.#id;
    const named = params.name ?? params.uri;
    if (this.modern) {
      message.params = { _meta: this.#meta(), ...params };
      Object.assign(own, { "MCP-Protocol-Version": revision, "Mcp-Method": method, ...(named && { "Mcp-Name": named }) });
    } else {
      Object.assign(own, this.#session);
    }
    return { method: "POST", url, headers: [...Object.entries(own), ...headers], body: JSON.stringify(message) };
  }

  get session() {
    return this.#session["Mcp-Session-Id"];
  }

  /** How a connection begins. */
  get firstCall() {
    if (this.modern) return ["server/discover"];
    return ["initialize", { protocolVersion: this.config.revision, capabilities: {}, clientInfo: { name: clientName, version: "1.0" } }];
  }

  /** The client's web server: its metadata document, and where browsers come back to. */
  async handle({ target }) {
    const { pathname } = new URL(target, clientOrigin);
    if (pathname === "/callback") return null;
    if (pathname !== "/client.json") return { status: 404, headers: [], body: "" };
    const document = {
      client_id: documentUrl, client_name: clientName, client_uri: clientOrigin, redirect_uris: [callbackUrl],
      grant_types: ["authorization_code", "refresh_token"], response_types: ["code"], token_endpoint_auth_method: "none",
    };
    return { status: 200, headers: [["Content-Type", "application/json"], ["Cache-Control", "max-age=3600"]], body: JSON.stringify(document) };
  }

  #evaluated(evaluation) {
    this.#last = evaluation;
    for (const exchange of this.#arrived) exchange.led = evaluation.id;
    this.#arrived = [];
  }

  #keepSession(reply) {
    const id = reply.headers.find(([name]) => name.toLowerCase() === "mcp-session-id")?.[1];
    this.#session = { ...(id && { "Mcp-Session-Id": id }), ...(this.config.revision >= "2025-06" && { "MCP-Protocol-Version": this.config.revision }) };
  }

  #meta() {
    return {
      "io.modelcontextprotocol/protocolVersion": this.config.revision,
      "io.modelcontextprotocol/clientCapabilities": {},
      "io.modelcontextprotocol/clientInfo": { name: clientName, version: "1.0" },
    };
  }
}
