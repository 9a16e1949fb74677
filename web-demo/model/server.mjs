// A deployment of the core as somebody on the network. The loop, the store and the passwords are the npm package's own.

import { drive, run } from "../postern/drive.mjs";
import { MemoryStore } from "../postern/memory_store.mjs";
import { Deployment } from "../postern/module.mjs";
import { newKeyRing } from "../postern/key_ring.mjs";
import { passwordsBy } from "../postern/passwords.mjs";
import { toBase64 } from "../postern/text.mjs";

// For a user who exists while the page is open. A server keeps the 600,000 rounds of the package.
const passwords = passwordsBy(1000);

export class Server {
  #world;
  #deployment;

  /** `core`: {module, recorder, network, clock}. `door(request)`: what stands in front of it changes a request. */
  constructor({ module, recorder, network, clock }, { origin, lane, settings, door = (request) => request }) {
    Object.assign(this, { origin, lane, core: true });
    const whole = { public_url: origin, key_ring: newKeyRing(), decoy_password: passwords.decoy(), ...settings };
    recorder.deployments[origin] = whole;
    this.#deployment = new Deployment(module, whole);
    this.#world = {
      now: clock.now,
      entropy: () => crypto.getRandomValues(new Uint8Array(32)),
      store: new MemoryStore(clock.now),
      passwords,
    };
    this.handle = async (request, exchange) => {
      const observed = recorder.observed(origin, this.#deployment, ({ id }) => exchange.evaluations.push(id));
      const frames = [];
      let began = null;
      const send = (more, headers) => (frames.push(...more), (began ??= headers));
      const fetch = (need) => this.#fetch(need, network, exchange);
      const reply = await drive(observed, door(request), { ...this.#world, fetch }, { send });
      if (began === null) return { status: reply.status, headers: reply.headers, body: reply.body };
      return { status: 200, headers: began, body: frames.join("") + reply.body };
    };
    network.add(origin, this);
  }

  addUser(name, password) {
    return run((facts) => this.#deployment.addUser(name, password, facts), this.#world);
  }

  async #fetch(need, network, inside) {
    const nothing = (problem) => ({ status: 0, headers: [], body: "", problem });
    if (!this.#mayReach(need)) return nothing("refused");
    const { reply } = await network.send(this.lane, need, { inside: inside.id });
    return reply === null ? nothing("unreachable") : { ...reply, problem: "none" };
  }

  /** By the core's egress policy. Names lead to no address here; an address in the URL is judged as one. */
  #mayReach({ url, reach }) {
    try {
      this.#deployment.judge(url, reach, []);
    } catch {
      return false;
    }
    const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
    return !/^[\d.]+$|:/.test(host) || this.#deployment.judge(url, reach, [], [host]).length > 0;
  }
}

/** A secret as the settings keep it: its SHA-256. */
export async function secretHash(text) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return toBase64(hash).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
