// Requests to other servers, one each, under the core's egress policy as far as a runtime's `fetch` allows: the URL is
// judged, no redirect is followed, body and time are bounded. Which address a name leads to only the runtime knows:
// docs/architecture.md says what each of them does about it.

const longest = 30_000; // milliseconds
const atOnce = 64;

/** `need` -> {status, headers, body, problem}. `exceptions`: hosts that the operator declares although they are private. */
export function egressBy(fetch, deployment, { exceptions = [], log } = {}) {
  let running = 0;
  return async (need) => {
    const began = Date.now();
    ++running;
    const fetched = await judged(need).finally(() => --running);
    // Neither path nor query: codes and tokens may be in them.
    log?.(fetched.status === 0 ? "warning" : "debug", "fetch", {
      method: need.method, host: hostOf(need.url), status: fetched.status, problem: fetched.problem, ms: Date.now() - began });
    return fetched;
  };

  async function judged(need) {
    if (running > atOnce) return nothing("unreachable");
    try {
      deployment.judge(need.url, need.reach, exceptions);
    } catch {
      return nothing("refused");
    }
    const time = AbortSignal.timeout(Math.min(need.milliseconds, longest));
    try {
      return await asked(fetch, need, time);
    } catch {
      return nothing(time.aborted ? "too_slow" : "unreachable");
    }
  }
}

async function asked(fetch, need, signal) {
  const headers = new Headers(need.headers);
  headers.set("Accept-Encoding", "identity"); // what a small compressed body grows to is not known before it has grown
  if (!headers.has("User-Agent")) headers.set("User-Agent", "postern");
  const body = need.body.length === 0 ? undefined : need.body;
  const response = await fetch(need.url, { method: need.method, headers, body, redirect: "manual", signal });
  if (response.status < 200 || response.type === "opaqueredirect") return nothing("unreachable");
  if ((response.headers.get("Content-Encoding") ?? "identity") !== "identity") return nothing("unreachable");
  const bytes = await bounded(response, need.most_bytes);
  if (bytes === null) return nothing("too_large");
  return { status: response.status, headers: [...response.headers], body: bytes, problem: "none" };
}

async function bounded(response, most) {
  const all = [];
  let size = 0;
  if (response.body === null) return new Uint8Array();
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      return null;
    }
    all.push(part.value);
  }
  const bytes = new Uint8Array(size);
  all.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
}

const nothing = (problem) => ({ status: 0, headers: [], body: "", problem });

const hostOf = (url) => (URL.canParse(url) ? new URL(url).host : "");
