// One person's story with the server, and what strangers try meanwhile. flow.test.mjs checks it; record.mjs keeps every
// evaluation of it as a vector. `check(name, good, detail)` takes what should hold.
import { Visitor } from "./host.mjs";

export const name = "ann";
export const password = "correct horse battery";
// RFC 7636 appendix B.
export const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
export const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

export const callback = "http://127.0.0.1:39007/callback";
const resource = "http://localhost:8000/mcp";
const legacy = "2025-11-25";
const modern = "2026-07-28";

const wellKnown = [
  "/.well-known/oauth-protected-resource",
  "/.well-known/oauth-protected-resource/mcp",
  "/.well-known/oauth-authorization-server",
  "/.well-known/openid-configuration",
];

export async function discovers(host, check) {
  const reply = await host.send("POST", "/mcp", { json: rpc("ping"), headers: accept });
  check("without a token: 401", reply.status === 401, reply.brief);
  const challenged = reply.header("WWW-Authenticate") ?? "";
  check("the challenge names the metadata", challenged.includes(`resource_metadata="http://localhost:8000/.well-known/oauth-protected-resource`), challenged);
  for (const target of wellKnown) {
    const document = await host.send("GET", target);
    check(`GET ${target}`, document.status === 200 && document.json !== undefined, document.brief);
  }
  const server = (await host.send("GET", wellKnown[2])).json ?? {};
  check("issuer, and PKCE by S256 only", server.issuer === "http://localhost:8000" && String(server.code_challenge_methods_supported) === "S256", server);
}

export async function isRefused(host, check) {
  const tried = async (label, expected, method, target, parts) => {
    const reply = await host.send(method, target, parts);
    check(`${label}: ${expected}`, reply.status === expected, reply.brief);
    return reply;
  };
  await tried("nothing there", 404, "GET", "/nothing");
  await tried("another host", 403, "GET", "/", { headers: { Host: "evil.example" } });
  await tried("token by GET", 405, "GET", "/token");
  await tried("token without anything", 400, "POST", "/token", { form: {} });
  await tried("token of an unknown grant type", 400, "POST", "/token", { form: { grant_type: "password", client_id: "x" } });
  await tried("token for an unknown client", 401, "POST", "/token", { form: { grant_type: "authorization_code", client_id: "nobody", code: "c", code_verifier: verifier } });
  await tried("refresh with a made-up token", 400, "POST", "/token", { form: { grant_type: "refresh_token", client_id: (await register(host)).json.client_id, refresh_token: "made-up" } });
  await tried("register without JSON", 400, "POST", "/register", { body: "{", headers: { "Content-Type": "application/json" } });
  await tried("register with a script for a redirect", 400, "POST", "/register", { json: metadata({ redirect_uris: ["javascript:alert(1)"] }) });
  await tried("register with the same member twice", 400, "POST", "/register", { body: '{"redirect_uris":[],"redirect_uris":[]}', headers: { "Content-Type": "application/json" } });
  await tried("authorize for an unknown client", 400, "GET", "/authorize?client_id=nobody&response_type=code");
  await tried("revoke without a client", 400, "POST", "/revoke", { form: { token: "x" } });
  await tried("introspect without credentials", 400, "POST", "/introspect", { form: { token: "x" } });
  await tried("a bearer that is none", 401, "POST", "/mcp", { json: rpc("ping"), headers: accept, bearer: "forged" });
  await tried("preflight", 204, "OPTIONS", "/token", { headers: { Origin: "https://app.example", "Access-Control-Request-Method": "POST" } });
}

export const register = (host, more) => host.send("POST", "/register", { json: metadata(more) });

export async function registers(host, check) {
  const reply = await register(host);
  check("registers", reply.status === 201 && typeof reply.json?.client_id === "string", reply.brief);
  const again = await register(host);
  check("the same metadata is the same client", again.json?.client_id === reply.json?.client_id, again.brief);
  const confidential = await register(host, { token_endpoint_auth_method: "client_secret_basic", client_name: "With a secret" });
  check("a confidential client gets a secret", typeof confidential.json?.client_secret === "string", confidential.brief);
  return reply.json ?? {};
}

/** The visitor logs in where asked, and consents; gives the callback's parameters. */
export async function allows(host, check, client, scope = "user notes:read", visitor = new Visitor(host)) {
  let page = await visitor.get(authorizeTarget(client, scope));
  if (/name="password"/.test(page.body)) {
    check("login page", page.status === 200 && /name="username"/.test(page.body), page.brief);
    const wrong = await visitor.submit(page, { username: name, password: "not the password", action: "login" });
    check("a wrong password: the page again, with a message", /role="alert"/.test(wrong.body), wrong.brief);
    const unknown = await visitor.submit(wrong, { username: "nobody", password, action: "login" });
    check("an unknown user: the same message", alertOf(unknown) === alertOf(wrong) && alertOf(wrong) !== undefined, alertOf(unknown));
    const right = await visitor.submit(page, { username: name, password, action: "login" });
    check("the right password: back to the request", right.status === 303 && right.header("Location")?.startsWith("/authorize?"), right.brief);
    page = await visitor.get(right.header("Location") ?? "/");
  }
  check("consent page names client and user", page.status === 200 && page.body.includes("Story client") && page.body.includes(name), page.brief);
  const stranger = await new Visitor(host).submit(page, { action: "allow" });
  check("another browser can't send this form", stranger.status >= 400 || !(stranger.header("Location") ?? "").includes("code="), stranger.brief);
  const allowed = await visitor.submit(page, { action: "allow" });
  const again = await visitor.submit(page, { action: "allow" });
  check("allow: the callback with code, state and iss", isCallback(allowed), allowed.brief);
  check("allow twice: the same code", again.header("Location") === allowed.header("Location"), again.brief);
  return { query: parametersOf(allowed), visitor };
}

export async function denies(host, check, client, visitor) {
  const page = await visitor.get(authorizeTarget(client, "user notes:read notes:write"));
  const reply = await visitor.submit(page, { action: "deny" });
  const query = parametersOf(reply);
  check("deny: access_denied with state and iss", query.get("error") === "access_denied" && query.get("state") === "s-123" && query.get("iss") === "http://localhost:8000", reply.brief);
}

export const redeem = (host, client, code, more = {}) =>
  host.send("POST", "/token", {
    form: { grant_type: "authorization_code", client_id: client.client_id, code, redirect_uri: callback, code_verifier: verifier, resource, ...more },
  });

export const refresh = (host, client, refresh_token, more = {}) =>
  host.send("POST", "/token", { form: { grant_type: "refresh_token", client_id: client.client_id, refresh_token, ...more } });

export async function redeems(host, check, client, code) {
  const wrong = await redeem(host, client, code, { code_verifier: verifier.replace("d", "e") });
  check("a wrong verifier: invalid_grant", wrong.status === 400 && wrong.json?.error === "invalid_grant", wrong.brief);
  const other = await redeem(host, (await register(host, { client_name: "Another" })).json, code);
  check("another client: invalid_grant", other.status === 400 && other.json?.error === "invalid_grant", other.brief);
  const elsewhere = await redeem(host, client, code, { resource: "https://other.example/mcp" });
  check("another resource: refused", elsewhere.status === 400, elsewhere.brief);
  const reply = await redeem(host, client, code);
  check("the code of RFC 7636 appendix B gives tokens", reply.status === 200 && typeof reply.json?.access_token === "string" && reply.json?.token_type === "Bearer", reply.brief);
  return reply.json ?? {};
}

export async function callsTools(host, check, token) {
  const opened = await mcp(host, token, rpc("initialize", { protocolVersion: legacy, capabilities: {}, clientInfo: { name: "story", version: "1" } }));
  const session = { "Mcp-Session-Id": opened.header("Mcp-Session-Id"), "MCP-Protocol-Version": legacy };
  check("initialize opens a session", opened.status === 200 && opened.answer?.result?.protocolVersion === legacy && session["Mcp-Session-Id"], opened.brief);
  const noted = await mcp(host, token, { jsonrpc: "2.0", method: "notifications/initialized" }, session);
  check("notifications are accepted", noted.status === 202, noted.brief);
  const list = await mcp(host, token, rpc("tools/list"), session);
  check("tools/list", list.answer?.result?.tools?.some((tool) => tool.name === "whoami"), list.brief);
  const who = await mcp(host, token, rpc("tools/call", { name: "whoami", arguments: {} }), session);
  check("tools/call whoami in a session", JSON.stringify(who.answer?.result ?? "").includes(name), who.brief);
  const discovered = await modernCall(host, token, "server/discover");
  check("server/discover in 2026-07-28", discovered.status === 200 && discovered.answer?.result !== undefined, discovered.brief);
  const now = await modernCall(host, token, "tools/call", { name: "whoami", arguments: {} });
  check("tools/call whoami in 2026-07-28", now.status === 200 && JSON.stringify(now.answer?.result ?? "").includes(name), now.brief);
  const unknown = await modernCall(host, token, "tools/call", { name: "no_such_tool", arguments: {} });
  check("an unknown tool is an error", unknown.answer?.error !== undefined, unknown.brief);
  const wrong = await mcp(host, token, rpc("tools/call", { name: "read_note", arguments: { id: 7 } }), session);
  check("arguments against the schema are refused", wrong.answer?.result?.isError === true || wrong.answer?.error !== undefined, wrong.brief);
  const denied = await modernCall(host, token, "tools/call", { name: "write_note", arguments: { title: "t", text: "x" } });
  check("too little scope: 403 that names the scope", denied.status === 403 && /insufficient_scope/.test(denied.header("WWW-Authenticate") ?? "") && /notes:write/.test(denied.header("WWW-Authenticate") ?? ""), denied.brief);
  const mismatch = await modernCall(host, token, "tools/list", {}, { "Mcp-Method": "tools/call" });
  check("header and body disagree: 400", mismatch.status === 400, mismatch.brief);
  const broken = await host.send("POST", "/mcp", { body: "{", bearer: token, headers: { ...accept, "Content-Type": "application/json" } });
  check("broken JSON: 400", broken.status === 400, broken.brief);
  const ended = await host.send("DELETE", "/mcp", { bearer: token, headers: session });
  check("DELETE ends the session", ended.status >= 200 && ended.status < 300, ended.brief);
  const after = await mcp(host, token, rpc("ping"), session);
  check("an ended session: 404", after.status === 404, after.brief);
}

export async function keepsNotes(host, check, token) {
  const written = await modernCall(host, token, "tools/call", { name: "write_note", arguments: { title: "Groceries", text: "Grüße 🥦" } });
  const id = written.answer?.result?.structuredContent?.id;
  check("write_note gives an id", typeof id === "string", written.brief);
  const read = await modernCall(host, token, "tools/call", { name: "read_note", arguments: { id } });
  check("read_note gives the text back", JSON.stringify(read.answer?.result ?? "").includes("Grüße 🥦"), read.brief);
  const list = await modernCall(host, token, "tools/call", { name: "list_notes", arguments: {} });
  check("list_notes shows it", JSON.stringify(list.answer?.result ?? "").includes("Groceries"), list.brief);
  const found = await modernCall(host, token, "resources/read", { uri: `note://${id}` });
  check("the note is a resource", JSON.stringify(found.answer?.result ?? "").includes("Grüße"), found.brief);
  const gone = await modernCall(host, token, "tools/call", { name: "delete_note", arguments: { id } });
  check("delete_note", gone.status === 200 && gone.answer?.result?.isError !== true, gone.brief);
  const missing = await modernCall(host, token, "tools/call", { name: "read_note", arguments: { id } });
  check("a deleted note: a tool error", missing.answer?.result?.isError === true, missing.brief);
}

/** Gives the tokens that are current at the end. */
export async function refreshes(host, check, client, first) {
  const second = await refresh(host, client, first.refresh_token);
  check("refresh gives another refresh token", second.status === 200 && second.json?.refresh_token !== first.refresh_token, second.brief);
  const grace = await refresh(host, client, first.refresh_token);
  check("the previous one, within the grace: the same successor", grace.json?.refresh_token === second.json?.refresh_token, grace.brief);
  const wider = await refresh(host, client, second.json?.refresh_token, { scope: "user notes:read notes:write" });
  check("scopes never widen: invalid_scope", wider.status === 400 && wider.json?.error === "invalid_scope", wider.brief);
  const stranger = await refresh(host, (await register(host, { client_name: "Another" })).json, second.json?.refresh_token);
  check("another client's refresh token: invalid_grant", stranger.status === 400 && stranger.json?.error === "invalid_grant", stranger.brief);
  return second.json ?? {};
}

export async function isReplayed(host, check, client, first, current) {
  const third = await refresh(host, client, current.refresh_token);
  check("the line goes on", third.status === 200, third.brief);
  host.now += 120;
  const replay = await refresh(host, client, first.refresh_token);
  check("an old refresh token: invalid_grant", replay.status === 400 && replay.json?.error === "invalid_grant", replay.brief);
  const victim = await mcp(host, third.json?.access_token, rpc("ping"));
  check("and the grant is revoked: 401", victim.status === 401, victim.brief);
}

export async function isRevoked(host, check, client, tokens) {
  const listening = await modernCall(host, tokens.access_token, "subscriptions/listen", { notifications: { toolsListChanged: true } });
  check("subscriptions/listen opens a stream", listening.status === 200 && listening.stream !== null, listening.brief);
  const Authorization = `Basic ${Buffer.from("files:files-secret").toString("base64")}`;
  const introspect = () => host.send("POST", "/introspect", { form: { token: tokens.access_token }, headers: { Authorization } });
  const before = await introspect();
  check("introspection: active", before.status === 200 && before.json?.active === true, before.brief);
  host.topics.length = 0;
  const reply = await host.send("POST", "/revoke", { form: { client_id: client.client_id, token: tokens.refresh_token } });
  check("revoke: 200", reply.status === 200, reply.brief);
  const after = await introspect();
  check("introspection: not active", after.status === 200 && after.json?.active === false, after.brief);
  const call = await mcp(host, tokens.access_token, rpc("ping"));
  check("a revoked token: 401 invalid_token", call.status === 401 && /invalid_token/.test(call.header("WWW-Authenticate") ?? ""), call.brief);
  const refreshed = await refresh(host, client, tokens.refresh_token);
  check("and no refresh: invalid_grant", refreshed.json?.error === "invalid_grant", refreshed.brief);
  const told = listening.stream ? host.topics.map((topic) => host.deployment.tell(listening.stream, topic)) : [];
  check("the open stream is told to close", told.some((step) => step.close), host.topics);
}

export async function expires(host, check, token) {
  host.now += 4000;
  const reply = await mcp(host, token, rpc("ping"));
  check("an expired token: 401 invalid_token", reply.status === 401 && /invalid_token/.test(reply.header("WWW-Authenticate") ?? ""), reply.brief);
}

// ---------------------------------------------------------------------------------------------------------------------

const accept = { Accept: "application/json, text/event-stream" };

let lastId = 0;
export const rpc = (method, params) => ({ jsonrpc: "2.0", id: ++lastId, method, ...(params && { params }) });

export const mcp = (host, bearer, json, headers = {}) => host.send("POST", "/mcp", { json, bearer, headers: { ...accept, ...headers } });

export function modernCall(host, bearer, method, params = {}, headers = {}) {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": modern,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": { name: "story", version: "1" },
  };
  const named = params.name ?? params.uri;
  return mcp(host, bearer, rpc(method, { ...params, _meta }), {
    "MCP-Protocol-Version": modern,
    "Mcp-Method": method,
    ...(named !== undefined && { "Mcp-Name": named }),
    ...headers,
  });
}

const metadata = (more) => ({
  client_name: "Story client",
  redirect_uris: [callback],
  token_endpoint_auth_method: "none",
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  ...more,
});

const authorizeTarget = (client, scope) =>
  `/authorize?${new URLSearchParams({
    response_type: "code", client_id: client.client_id, redirect_uri: callback, state: "s-123", scope,
    code_challenge: challenge, code_challenge_method: "S256", resource,
  })}`;

const parametersOf = (reply) => new URL(reply.header("Location") ?? "http://none.invalid", "http://localhost:8000").searchParams;

function isCallback(reply) {
  const query = parametersOf(reply);
  return reply.status === 303 && reply.header("Location").startsWith(`${callback}?`) && query.has("code") && query.get("state") === "s-123" && query.get("iss") === "http://localhost:8000";
}

const alertOf = (reply) => /role="alert"[^>]*>([^]*?)<\//.exec(reply.body)?.[1];
