// The worker in front of the object, wherever the client is: it answers what it can by the request and by copies of what
// says whether the caller is still let in, and hands the rest over. And how the two speak of what was written.

import { Copies, mayBeCopied } from "./copies.mjs";

const bodiless = new Set(["GET", "HEAD", "OPTIONS"]);
const wrote = "Postern-Wrote"; // from the object to the front, and no further
const everything = "*";
const mostTold = 32; // keys: a field has its limits

export class Front {
  #postern;
  #object;
  #copies;

  /** `postern`: without a store. `object()`: the object's stub. `seconds`: how old a copy may be. */
  constructor(postern, object, seconds) {
    this.#postern = postern;
    this.#object = object;
    this.#copies = new Copies(postern.copied, seconds, (keys) => object().copies(keys));
  }

  /**
   * A body that nobody vouches for (a form, a registration) is the object's at once. An object can't be reached by a Host that
   * makes no URL; the core refuses that before it reads anything.
   */
  fetch(request, ctx) {
    const authorization = request.headers.get("authorization");
    if (authorization === null && !bodiless.has(request.method) && URL.canParse(request.url)) return this.#shown(this.#object().fetch(request));
    const answered = this.#answered(request, ctx, authorization === null ? undefined : this.#copies.of(authorization));
    ctx.waitUntil(answered); // a client that goes away is no reason to stop: what it asked for may have effects
    return answered;
  }

  /** What a tool in front asks in its user's name: the object has the user's tokens. */
  async fetchAsUser(principal, asked) {
    const told = await this.#object().fetchAsUser(principal, asked);
    if (told.kind === "gone") this.#copies.dropAll();
    return told;
  }

  async #answered(request, ctx, copies) {
    const { response, rest } = await this.#postern.ahead(request, copies);
    const filling = copies?.filling();
    if (filling !== undefined) ctx.waitUntil(filling);
    if (response !== undefined) return response;
    return this.#shown(rest.done.length > 0 ? this.#object().goOn(rest) : this.#object().fetch(unread(request, rest.carried.body)));
  }

  /** The object's answer as the client may see it, once the copies of what was written are gone. */
  async #shown(asked) {
    const reply = await asked;
    const keys = reply.headers.get(wrote);
    if (keys === null) return reply;
    if (keys === everything) this.#copies.dropAll();
    else this.#copies.drop(keys.split(" "));
    const shown = new Response(reply.body, reply);
    shown.headers.delete(wrote);
    return shown;
  }
}

/** The request as it came, also when its body has been read. */
function unread(request, body) {
  if (!request.bodyUsed) return request;
  const { method, headers } = request;
  return new Request(request.url, { method, headers, redirect: "manual", body: method === "GET" || method === "HEAD" ? null : body });
}

/** In the object: the answer of `work(watch)`, with a word to the front of what was written meanwhile. */
export async function tellingWrites(prefixes, work) {
  const keys = new Set();
  const writes = ({ puts, deletes }) => {
    for (const key of [...puts.map((put) => put.key), ...deletes]) if (mayBeCopied(key, prefixes)) keys.add(key);
  };
  const response = await work({ writes });
  if (keys.size > 0) response.headers.set(wrote, fit(keys) ? [...keys].join(" ") : everything);
  return response;
}

const fit = (keys) => keys.size <= mostTold && [...keys].every((key) => /^[\x21-\x7e]+$/.test(key));
