// A person's browser: cookies, redirects, and the forms of the pages that it shows.

import { readPage, submission, suggestion } from "./forms.mjs";

const mostRedirects = 20; // in a row

export class Browser {
  #network;
  #decide;
  #cookies = new Map(); // by origin, by name

  /** `decide(page)`: {action, fields}, or null: the person goes away. `page`: {url, html, suggested: {button, filled}}. */
  constructor(network, { lane = "browser", person, decide = willing }) {
    Object.assign(this, { lane, person });
    this.#network = network;
    this.#decide = decide;
  }

  /**
   * Opens the URL and goes where it leads. Ends where a URL begins with `until`: {callback: that URL}; or where there is
   * nothing more to press: {exchange}. `stop(exchange)` ends it earlier. `more` goes with the first message.
   */
  async visit(url, { until, wanted, stop = () => false, more = {} } = {}) {
    let exchange = await this.go("GET", url, undefined, more);
    for (let redirects = 0; redirects < mostRedirects; ) {
      const { reply } = exchange;
      if (reply === null || stop(exchange)) return { exchange };
      const location = header(reply, "Location");
      if (location !== undefined && reply.status >= 300 && reply.status < 400) {
        const next = new URL(location, exchange.origin).href;
        if (until !== undefined && next.startsWith(until)) return this.#arrive(next);
        exchange = await this.go("GET", next);
        ++redirects;
        continue;
      }
      const sent = await this.#press(exchange, wanted);
      if (sent === null) return { exchange };
      exchange = sent;
      redirects = 0;
    }
    throw new Error("the browser goes in circles");
  }

  /** One request with this browser's cookies. `headers`: beside or instead of those that it sends itself. */
  async go(method, url, fields, more = {}, headers = {}) {
    const exchange = await this.#network.send(this.lane, this.request(method, url, fields, headers), more);
    this.#keepCookies(exchange);
    return exchange;
  }

  request(method, url, fields, headers = {}) {
    const own = { Accept: "text/html", "Sec-Fetch-Mode": "navigate" };
    if (fields !== undefined) {
      // The pages send no referrer, so their forms have the origin "null".
      Object.assign(own, { "Content-Type": "application/x-www-form-urlencoded", Origin: "null", "Sec-Fetch-Site": "same-origin" });
    }
    const cookies = [...(this.#cookies.get(new URL(url).origin) ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");
    if (cookies !== "") own.Cookie = cookies;
    return { method, url, headers: Object.entries({ ...own, ...headers }), body: fields === undefined ? "" : new URLSearchParams(fields).toString() };
  }

  async #press(exchange, wanted) {
    if (!(header(exchange.reply, "Content-Type") ?? "").startsWith("text/html")) return null;
    const html = exchange.reply.body;
    const url = exchange.origin + exchange.request.target;
    const suggested = suggestion(readPage(html), this.person, wanted);
    if (suggested === null) return null;
    const decided = await this.#decide({ url, html, suggested, exchange });
    return decided === null ? null : this.go("POST", new URL(decided.action, url).href, decided.fields);
  }

  async #arrive(callback) {
    const exchange = await this.go("GET", callback);
    return { callback, exchange };
  }

  #keepCookies({ origin, reply }) {
    for (const [name, value] of reply?.headers ?? []) {
      if (name.toLowerCase() !== "set-cookie") continue;
      const [, key, content] = /^([^=]+)=([^;]*)/.exec(value);
      if (!this.#cookies.has(origin)) this.#cookies.set(origin, new Map());
      if (/max-age=0\b/i.test(value)) this.#cookies.get(origin).delete(key);
      else this.#cookies.get(origin).set(key, content);
    }
  }
}

const willing = async ({ suggested }) => submission(suggested.button, suggested.filled);

export const header = (message, name) => message?.headers.find(([field]) => field.toLowerCase() === name.toLowerCase())?.[1];
