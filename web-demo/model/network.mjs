// The network of the page: every message goes by its URL's origin to somebody who is played here. Nothing leaves the page.

/** Who answers at an origin: {lane, core, handle(request, exchange) -> {status, headers, body}, or null: the message is the end of it}. */
export class Network {
  #hosts = new Map();
  #taps = [];
  #recorder;
  #clock;
  #watch;
  quiet = 0;

  /** `watch.arrow(exchange, "request" | "reply")` sees each message before it goes on, and may keep it waiting. */
  constructor(recorder, clock, watch) {
    this.#recorder = recorder;
    this.#clock = clock;
    this.#watch = watch;
  }

  add(origin, host) {
    this.#hosts.set(origin, host);
  }

  /** A tap sees what passes: {when(exchange), request?(request) -> another, or null: lost; reply?(reply) -> another}. */
  tap(tap) {
    this.#taps.push(tap);
    return () => this.#taps.splice(this.#taps.indexOf(tap), 1);
  }

  /** What happens within `work` is shown to nobody. */
  async aside(work) {
    ++this.quiet;
    try {
      return await work();
    } finally {
      --this.quiet;
    }
  }

  /** {method, url, headers, body} -> the exchange; its reply is null where nobody answered. `more`: asked, inside, changes. */
  async send(from, { method, url, headers = [], body = "" }, more = {}) {
    const { origin } = new URL(url);
    const host = this.#hosts.get(origin);
    const request = { method, target: url.slice(origin.length) || "/", headers: withHost(origin, headers), body };
    const exchange = {
      id: this.#recorder.exchanges.length, from, to: host?.lane ?? "nobody", origin, core: host?.core ?? false, at: this.#clock.tick(),
      request, reply: null, evaluations: [], asked: null, led: null, inside: null, changes: [], ...more,
    };
    if (this.quiet === 0) this.#recorder.exchanges.push(exchange);
    else exchange.id = -1;
    const tap = this.#taps.find((one) => one.when(exchange));
    if (tap?.request) exchange.request = tap.request(request);
    exchange.lost = exchange.request === null;
    exchange.request ??= request;
    await this.#show(exchange, "request");
    if (host === undefined || exchange.lost) return exchange;
    const reply = await host.handle(exchange.request, exchange);
    exchange.reply = tap?.reply && reply ? tap.reply(reply, exchange) : reply;
    if (exchange.reply !== null) await this.#show(exchange, "reply");
    return exchange;
  }

  async #show(exchange, part) {
    if (this.quiet === 0) await this.#watch.arrow?.(exchange, part);
  }
}

const withHost = (origin, headers) =>
  headers.some(([name]) => name === "Host") ? headers : [["Host", new URL(origin).host], ...headers];
