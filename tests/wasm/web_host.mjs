// A server by createPostern, spoken to by Request and Response: what story.mjs knows how to visit.
import { createPostern, MemoryStore, passwordsBy } from "../../host-wasm/js/postern.mjs";
import { compiled, Reply, settings, until } from "./host.mjs";
import * as story from "./story.mjs";

export const origin = "http://localhost:8000";

export class WebHost {
  now = 1_700_000_000;
  audit = [];
  log = [];

  static async start({ settings: more, ...options } = {}) {
    const host = new WebHost();
    host.store = new MemoryStore(() => host.now);
    host.postern = await createPostern({
      module: compiled(),
      settings: { ...settings, ...more },
      store: host.store,
      passwords: passwordsBy(1000),
      firstUser: { name: story.name, password: story.password },
      now: () => host.now,
      audit: (event) => host.audit.push(event),
      log: (level, what, fields) => host.log.push({ level, what, ...fields }),
      ...options,
    });
    return host;
  }

  request(method, target, { form, json, body, headers = {}, bearer, signal } = {}) {
    const list = new Headers(Object.entries(headers).filter(([, value]) => value !== undefined));
    if (bearer !== undefined) list.set("Authorization", `Bearer ${bearer}`);
    const type = form ? "application/x-www-form-urlencoded" : json !== undefined ? "application/json" : undefined;
    if (type && !list.has("Content-Type")) list.set("Content-Type", type);
    const text = form ? new URLSearchParams(form).toString() : json !== undefined ? JSON.stringify(json) : body;
    // A Request has a host, names each field once, and walks its path before anybody sees it.
    if (target.includes("/../") || ("Host" in headers && headers.Host === undefined) || "host" in headers) {
      const parts = Object.entries({ Host: "localhost:8000", ...headers }).filter(([, value]) => value !== undefined);
      return this.postern.handle({ method, target, headers: parts, body: null });
    }
    return this.postern.fetch(new Request(origin + target, { method, headers: list, body: text, signal, duplex: "half" }));
  }

  /** The whole of an answer that ends. */
  async send(method, target, options) {
    const response = await this.request(method, target, options);
    const body = await response.text();
    return new Reply({ status: response.status, headers: [...response.headers], body, stream: null }, "");
  }

  /** An answer that goes on: {status, text, ended, close()}. */
  async open(method, target, options) {
    const response = await this.request(method, target, options);
    const reader = response.body.getReader();
    const stream = { status: response.status, headers: response.headers, text: "", ended: false, close: () => reader.cancel() };
    const decoder = new TextDecoder();
    (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read()) stream.text += decoder.decode(part.value, { stream: true });
    })().catch(() => {}).finally(() => (stream.ended = true));
    stream.hears = (part) => until(() => stream.text.includes(part));
    stream.ends = () => until(() => stream.ended);
    return stream;
  }
}
