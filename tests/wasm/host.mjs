// A whole server in this process: the module, a store in memory, a clock that the test moves; and who speaks to it.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { drive, run } from "../../host-wasm/js/drive.mjs";
import { MemoryStore } from "../../host-wasm/js/memory_store.mjs";
import { Deployment } from "../../host-wasm/js/module.mjs";
import { passwordsBy } from "../../host-wasm/js/passwords.mjs";

/** POSTERN_WASM names another file than the preset's. */
export const wasmPath = process.env.POSTERN_WASM ?? fileURLToPath(new URL("../../build/wasm/postern.wasm", import.meta.url));

export const compiled = () => new WebAssembly.Module(readFileSync(wasmPath));

export const settings = {
  public_url: "http://localhost:8000",
  key_ring: [{ id: "testkey1", key: Buffer.alloc(32, 7).toString("base64url") }],
  decoy_password: passwordsBy(1000).decoy(),
  resource_servers: [
    { id: "files", secret_hash: "hs1aE69i1N0B_zsZU2zeHhL2HsMYAyjWdtKaZ4QGLmQ" }, // SHA-256 of "files-secret"
  ],
};

export class Host {
  now = 1_700_000_000;
  store = new MemoryStore(() => this.now);
  events = [];
  audit = [];
  topics = [];

  /** `evaluated(request, facts, outcome)` sees each evaluation of a request. `world.fetch` can be set: nobody else is there. */
  constructor({ deployment, entropy = () => randomBytes(32), passwords = passwordsBy(1000), evaluated } = {}) {
    this.deployment = deployment ?? new Deployment(compiled(), settings);
    this.observed = evaluated && {
      evaluate: (request, facts) => {
        const outcome = this.deployment.evaluate(request, facts);
        evaluated(request, structuredClone(facts), outcome);
        return outcome;
      },
    };
    this.world = {
      now: () => this.now,
      entropy,
      passwords,
      store: this.store,
      publish: (topics) => this.topics.push(...topics),
      audit: (events) => this.audit.push(...events),
    };
  }

  /** What happens within `work` is not observed. */
  async aside(work) {
    const { observed } = this;
    this.observed = undefined;
    try {
      return await work();
    } finally {
      this.observed = observed;
    }
  }

  addUser(name, password) {
    return run((facts) => this.deployment.addUser(name, password, facts), this.world);
  }

  /** Sends one request. `form`, `json` or `body`; `headers` as an object. */
  async send(method, target, { form, json, body, headers = {}, bearer } = {}) {
    const list = Object.entries({ Host: "localhost:8000", ...headers }).filter(([, value]) => value !== undefined);
    if (bearer !== undefined) list.push(["Authorization", `Bearer ${bearer}`]);
    const type = form ? "application/x-www-form-urlencoded" : json !== undefined ? "application/json" : undefined;
    if (type && headers["Content-Type"] === undefined) list.push(["Content-Type", type]);
    const text = form ? new URLSearchParams(form).toString() : json !== undefined ? JSON.stringify(json) : (body ?? "");
    this.events.length = 0;
    const reply = await drive(this.observed ?? this.deployment, { method, target, headers: list, body: text }, this.world, {
      send: (frames) => this.events.push(...frames),
    });
    return new Reply(reply, this.events.join(""));
  }
}

export class Reply {
  constructor({ status, headers, body, stream }, events) {
    Object.assign(this, { status, headers, body, stream, text: events + body });
  }

  header(name) {
    return this.headers.find(([field]) => field.toLowerCase() === name.toLowerCase())?.[1];
  }

  get json() {
    try {
      return JSON.parse(this.body);
    } catch {
      return undefined;
    }
  }

  /** The JSON-RPC answer, be it JSON or the last event of a stream. */
  get answer() {
    if (this.json !== undefined) return this.json;
    const data = this.text.split("\n\n").filter((event) => event.includes("data:")).at(-1) ?? "";
    try {
      return JSON.parse(data.replace(/^[^]*?data: ?/, ""));
    } catch {
      return undefined;
    }
  }

  get brief() {
    return `${this.status} ${this.body.slice(0, 300)}`;
  }
}

/** A browser: cookies, forms, redirects within the server. */
export class Visitor {
  #cookies = new Map();

  constructor(host) {
    this.host = host;
  }

  get(target) {
    return this.#go("GET", target);
  }

  /** Sends the form of a page that this visitor was shown. */
  submit(page, fields) {
    const action = unescaped(/<form[^>]*\saction="([^"]*)"/.exec(page.body)?.[1] ?? "/authorize");
    const hidden = [...page.body.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
      /\sname="([^"]*)"/.exec(input)[1],
      unescaped(/\svalue="([^"]*)"/.exec(input)?.[1] ?? ""),
    ]);
    return this.#go("POST", action, { ...Object.fromEntries(hidden), ...fields });
  }

  async #go(method, target, form) {
    const Cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ") || undefined;
    const origin = form ? { Origin: "null", "Sec-Fetch-Site": "same-origin" } : {};
    const reply = await this.host.send(method, target, { form, headers: { Cookie, ...origin } });
    for (const [name, value] of reply.headers) {
      if (name.toLowerCase() !== "set-cookie") continue;
      const [, key, content] = /^([^=]+)=([^;]*)/.exec(value);
      if (/max-age=0\b/i.test(value)) this.#cookies.delete(key);
      else this.#cookies.set(key, content);
    }
    return reply;
  }
}

const unescaped = (html) =>
  html.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** Whether it comes true in five seconds. */
export async function until(condition) {
  for (const end = Date.now() + 5000; Date.now() < end; await new Promise((done) => setTimeout(done, 5))) {
    if (await condition()) return true;
  }
  return false;
}

let count = 0;
let failed = 0;

/** One TAP line. */
export function check(name, good, detail = "") {
  ++count;
  if (!good) ++failed;
  console.log(`${good ? "ok" : "not ok"} - ${name}`);
  if (!good && detail !== "") console.log(`# ${typeof detail === "string" ? detail : JSON.stringify(detail)}`);
  return good;
}

/** After the last check: the plan, and the exit code. */
export function done() {
  console.log(`1..${count}`);
  if (failed > 0) process.exitCode = 1;
}
