// What a tool is given while it runs, above all requests to the API of the identity provider that its user logged in with.
// The core says what is sent and puts in the user's token there; the tool has only the answer.

import { bytesOf } from "./text.mjs";

/** A tool's second argument. `request`: of the call; `stale` is set where what it has read may not be true any more. */
export function contextOf(principal, world, request) {
  const fetchAsUser = async (path, init) => {
    const asked = askedOf(path, init);
    if (world.fetchAsUser === undefined) throw failure("none", "this host asks no identity provider");
    const told = await world.fetchAsUser(principal, asked, request);
    if (told.kind === "gone") request.stale = true; // the call ends with a challenge, 401
    if (told.kind !== "answered") throw failure(told.kind, told.problem);
    return answered(told);
  };
  return { ...principal, principal, fetchAsUser };
}

const failure = (code, message) => Object.assign(new Error(`fetchAsUser: ${message}`), { code });

/** As `fetch` of the web takes it, as far as it has a meaning here. */
function askedOf(path, init = {}) {
  if (typeof path !== "string") throw new TypeError("fetchAsUser: expected a path below the provider's API, '/user/repos', or '' for the profile");
  const { method = "GET", headers, body = "", ...more } = init;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) throw new TypeError(`fetchAsUser: expected method, headers and body, received ${unknown}`);
  if (typeof body !== "string" && !(body instanceof Uint8Array)) {
    throw new TypeError("fetchAsUser: expected a body of text or a Uint8Array; JSON.stringify makes a text");
  }
  return { method: String(method).toUpperCase(), target: path, headers: [...new Headers(headers)], body };
}

function answered({ status, headers, body }) {
  const fields = new Headers();
  for (const [name, value] of headers) fields.append(name, value);
  const none = status === 204 || status === 205 || status === 304;
  return new Response(none ? null : bytesOf(body), { status, headers: fields });
}

/**
 * For `world.fetchAsUser` where the store is: {kind, status, headers, body, problem}. `evaluate(facts)`: the core's
 * postern_fetch_as_user. `drive`: drive.mjs's `run`. An evaluation of its own while the tool runs, since that may take longer
 * than its token lives. It knows what the call holds and has done: a refresh token that the gate has used is good once.
 */
export async function fetchedAsUser(evaluate, drive, world, request) {
  const writes = (commit) => {
    request.stale = true;
    request.sink?.writes?.(commit);
  };
  const reply = await drive(evaluate, world, { id: request.sink?.id, writes }, {}, request);
  const [[name, outcome] = [], ...headers] = reply.headers;
  if (name !== "Postern-Upstream") return { kind: "unreachable", problem: "this server can not do it now" };
  const [kind] = outcome.split(" ");
  if (kind !== "answered") return { kind, problem: reply.body };
  return { kind, status: reply.status, headers, body: reply.body };
}
