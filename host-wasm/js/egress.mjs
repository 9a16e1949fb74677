// Requests to other servers, one each, under the core's egress policy: the URL is judged here, no redirect is followed, body
// and time are bounded. Which addresses a name leads to, only a runtime's own means can tell: `fetched` uses the web's
// `fetch`, which does not; node_fetch.mjs does. docs/architecture.md says what that leaves open.

import { joined } from "./text.mjs";

const longest = 30_000; // milliseconds
const atOnce = 64;

/**
 * `need` (core/flow/need.hpp, Fetch) -> {status, headers, body, problem}. `ask(need, judged)` does it: it gives {status,
 * headers, chunks}, an async iterable of bytes, or rejects; `judged` is {signal, addresses(list)}, the latter those of the
 * list that may be connected to. `exceptions`: hosts that the operator declares although they are private.
 */
export function egressBy(ask, deployment, { exceptions = [], log } = {}) {
  let running = 0;
  return async (need) => {
    const began = Date.now();
    ++running;
    const result = await judged(need).finally(() => --running);
    // Neither path nor query: codes and tokens may be in them.
    log?.(result.status === 0 ? "warning" : "debug", "fetch", {
      method: need.method, host: hostOf(need.url), status: result.status, problem: result.problem, ms: Date.now() - began });
    return result;
  };

  async function judged(need) {
    if (running > atOnce) return nothing("unreachable");
    const addresses = (list) => deployment.judge(need.url, need.reach, exceptions, list);
    try {
      addresses([]);
    } catch {
      return nothing("refused");
    }
    const signal = AbortSignal.timeout(Math.min(need.milliseconds, longest));
    try {
      return await bounded(await ask(need, { signal, addresses }), need.most_bytes);
    } catch (error) {
      return nothing(signal.aborted ? "too_slow" : (error.problem ?? "unreachable"));
    }
  }
}

/** An error that tells the core why. */
export const problem = (name) => Object.assign(new Error(name), { problem: name });

export function headersOf(need) {
  const headers = new Headers(need.headers);
  headers.set("Accept-Encoding", "identity"); // what a small compressed body grows to is not known before it has grown
  if (!headers.has("User-Agent")) headers.set("User-Agent", "postern");
  return headers;
}

/** By the runtime's `fetch`. */
export async function fetched(need, { signal }) {
  const body = need.body.length === 0 ? undefined : need.body;
  const response = await fetch(need.url, { method: need.method, headers: headersOf(need), body, redirect: "manual", signal });
  if (response.type === "opaqueredirect") throw problem("unreachable");
  return { status: response.status, headers: [...response.headers], chunks: response.body ?? [] };
}

async function bounded({ status, headers, chunks }, most) {
  const encoding = headers.find(([name]) => name.toLowerCase() === "content-encoding")?.[1] ?? "identity";
  if (status < 200 || encoding !== "identity") throw problem("unreachable");
  const parts = [];
  let size = 0;
  for await (const chunk of chunks) { // leaving it ends the connection
    size += chunk.length;
    if (size > most) throw problem("too_large");
    parts.push(chunk);
  }
  return { status, headers, body: joined(parts, size), problem: "none" };
}

const nothing = (name) => ({ status: 0, headers: [], body: "", problem: name });

const hostOf = (url) => (URL.canParse(url) ? new URL(url).hostname : "");
