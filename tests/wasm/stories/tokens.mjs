// The token endpoint: codes, refresh tokens, their refusals; revocation and introspection.
import { authorizeTarget, basic, callback, mcp, modernCall, parametersOf, redeem, refresh, register, resource, rpc, statuses, tokensFor, verifier } from "./speak.mjs";

export async function redeems(host, check, client, code) {
  const wrong = await redeem(host, client, code, { code_verifier: verifier.replace("d", "e") });
  check("a wrong verifier: invalid_grant", wrong.status === 400 && wrong.json?.error === "invalid_grant", wrong.brief);
  const another = (await register(host, { client_name: "Another" })).json;
  check("another client registers", typeof another?.client_id === "string");
  const other = await redeem(host, another, code);
  check("another client: invalid_grant", other.status === 400 && other.json?.error === "invalid_grant", other.brief);
  const elsewhere = await redeem(host, client, code, { resource: "https://other.example/mcp" });
  check("another resource: refused", elsewhere.status === 400, elsewhere.brief);
  const reply = await redeem(host, client, code);
  check("the code of RFC 7636 appendix B gives tokens", reply.status === 200 && typeof reply.json?.access_token === "string" && reply.json?.token_type === "Bearer", reply.brief);
  return reply.json ?? {};
}

/** A code that was allowed, and not yet redeemed. */
async function codeFor(host, client, visitor) {
  const page = await visitor.get(authorizeTarget(client, "user notes:read"));
  return parametersOf(await visitor.submit(page, { action: "allow" })).get("code");
}

/** `visitor` is logged in. */
export async function isRefusedTokens(host, check, client, visitor) {
  const says = statuses(check);
  const ask = (form, headers) => host.send("POST", "/token", { form, headers });
  await says("token without anything", 400, ask({}));
  await says("an unknown grant type", 400, ask({ grant_type: "password", client_id: client.client_id }));
  await says("no client", 400, ask({ grant_type: "authorization_code", code: "c", code_verifier: verifier }));
  await says("an unknown client", 401, redeem(host, { client_id: "nobody" }, "c"));
  await says("JSON for a form", 400, host.send("POST", "/token", { json: { grant_type: "authorization_code" } }));
  await says("the grant type twice", 400, host.send("POST", "/token", { body: "grant_type=refresh_token&grant_type=x", headers: { "Content-Type": "application/x-www-form-urlencoded" } }));
  await says("a form with a broken escape", 400, host.send("POST", "/token", { body: "grant_type=%zz", headers: { "Content-Type": "application/x-www-form-urlencoded" } }));
  await says("no code", 400, redeem(host, client, undefined));
  await says("a made-up code", 400, redeem(host, client, "made-up"));
  const code = await codeFor(host, client, visitor);
  check("a code, to try things with", typeof code === "string");
  await says("no verifier", 400, redeem(host, client, code, { code_verifier: undefined }));
  await says("a verifier that is too short", 400, redeem(host, client, code, { code_verifier: "short" }));
  await says("another redirect", 400, redeem(host, client, code, { redirect_uri: `${callback}/x` }));
  await says("a secret from a client that has none", 401, redeem(host, client, code, { client_secret: "s" }));
  await says("Basic from a client that has no secret", 401, redeem(host, client, code, { client_id: undefined }, basic(client.client_id, "s")));
  await says("Basic that is no base64", 401, redeem(host, client, code, { client_id: undefined }, { Authorization: "Basic ***" }));
  await says("two ways to say who the client is", 400, redeem(host, client, code, { client_secret: "s" }, basic(client.client_id, "s")));
  host.now += 61;
  await says("a minute later", 400, redeem(host, client, code));
  const fresh = await codeFor(host, client, visitor);
  const tokens = await says("in time", 200, redeem(host, client, fresh, { resource: undefined }));
  await says("the code twice: its grant ends", 400, redeem(host, client, fresh));
  await says("and its access token with it", 401, mcp(host, tokens.json.access_token, rpc("ping")));
}

/** A client with a secret, which goes in the header or in the body, whichever it registered. */
export async function provesItself(host, check, visitor) {
  const says = statuses(check);
  for (const method of ["client_secret_basic", "client_secret_post"]) {
    const client = (await register(host, { token_endpoint_auth_method: method, client_name: `With ${method}` })).json;
    check(`${method}: registers, and gets a secret`, typeof client?.client_secret === "string");
    const page = await visitor.get(authorizeTarget(client, "user"));
    const code = parametersOf(await visitor.submit(page, { action: "allow" })).get("code");
    check(`${method}: is allowed`, typeof code === "string");
    const by = (secret) =>
      method === "client_secret_basic"
        ? redeem(host, client, code, { client_id: undefined }, basic(client.client_id, secret))
        : redeem(host, client, code, { client_secret: secret });
    await says(`${method}: no secret`, 401, redeem(host, client, code));
    await says(`${method}: a wrong secret`, 401, by("wrong"));
    const both = redeem(host, client, code, { client_secret: client.client_secret }, basic(client.client_id, client.client_secret));
    await says(`${method}: the secret in both places`, 400, both);
    const tokens = await says(`${method}: the secret`, 200, by(client.client_secret));
    const inHeader = basic(client.client_id, client.client_secret);
    const inBody = { client_id: client.client_id, client_secret: client.client_secret };
    let token = tokens.json?.refresh_token;
    for (const [place, form, headers] of [["in the header", {}, inHeader], ["in the body", inBody, {}]]) {
      const ask = (path, more) => host.send("POST", path, { form: { ...form, ...more }, headers });
      const next = await says(`${method}: a refresh with it ${place}`, 200, ask("/token", { grant_type: "refresh_token", refresh_token: token }));
      token = next.json?.refresh_token;
      const told = await ask("/introspect", { token });
      check(`${method}: an introspection with it ${place}`, told.json?.active === true, told.brief);
    }
    await says(`${method}: a revocation with it in the other place`, 200, host.send("POST", "/revoke", method === "client_secret_basic" ? { form: { token, ...inBody } } : { form: { token }, headers: inHeader }));
    await says(`${method}: which ends the grant`, 400, host.send("POST", "/token", { form: { grant_type: "refresh_token", refresh_token: token }, headers: inHeader }));
  }
}

/** Gives the tokens that are current at the end. */
export async function refreshes(host, check, client, first) {
  const says = statuses(check);
  await says("a made-up refresh token", 400, refresh(host, client, "made-up"));
  await says("no refresh token", 400, refresh(host, client, undefined));
  await says("an access token in its place", 400, refresh(host, client, first.access_token));
  const second = await refresh(host, client, first.refresh_token);
  check("refresh gives another refresh token", second.status === 200 && second.json?.refresh_token !== first.refresh_token, second.brief);
  const grace = await refresh(host, client, first.refresh_token);
  check("the previous one, within the grace: the same successor", grace.json?.refresh_token === second.json?.refresh_token, grace.brief);
  const wider = await refresh(host, client, second.json?.refresh_token, { scope: "user notes:read notes:write" });
  check("scopes never widen: invalid_scope", wider.status === 400 && wider.json?.error === "invalid_scope", wider.brief);
  const another = (await register(host, { client_name: "Another" })).json;
  check("another client registers", typeof another?.client_id === "string");
  const stranger = await refresh(host, another, second.json?.refresh_token);
  check("another client's refresh token: invalid_grant", stranger.status === 400 && stranger.json?.error === "invalid_grant", stranger.brief);
  await says("another resource", 400, refresh(host, client, second.json?.refresh_token, { resource: "https://other.example/" }));
  const narrower = await refresh(host, client, second.json?.refresh_token, { scope: "user", resource });
  check("scopes may narrow", narrower.status === 200 && narrower.json?.scope === "user", narrower.brief);
  return narrower.json ?? {};
}

export async function isReplayed(host, check, client, first, current) {
  const third = await refresh(host, client, current.refresh_token);
  check("the line goes on", third.status === 200, third.brief);
  host.now += 120;
  const replay = await refresh(host, client, first.refresh_token);
  check("an old refresh token: invalid_grant", replay.status === 400 && replay.json?.error === "invalid_grant", replay.brief);
  const victim = await mcp(host, third.json?.access_token, rpc("ping"));
  check("and the grant is revoked: 401", victim.status === 401, victim.brief);
  const late = await refresh(host, client, third.json?.refresh_token);
  check("for the honest one too: invalid_grant", late.json?.error === "invalid_grant", late.brief);
}

const introspect = (host, token, headers = basic("files", "files-secret"), form = {}) => host.send("POST", "/introspect", { form: { token, ...form }, headers });

export async function isRevoked(host, check, client, tokens) {
  const listening = await modernCall(host, tokens.access_token, "subscriptions/listen", { notifications: { toolsListChanged: true } });
  check("subscriptions/listen opens a stream", listening.status === 200 && listening.stream !== null, listening.brief);
  const before = await introspect(host, tokens.access_token);
  check("introspection: active", before.status === 200 && before.json?.active === true, before.brief);
  host.topics.length = 0;
  const reply = await host.send("POST", "/revoke", { form: { client_id: client.client_id, token: tokens.refresh_token } });
  check("revoke: 200", reply.status === 200, reply.brief);
  const after = await introspect(host, tokens.access_token);
  check("introspection: not active", after.status === 200 && after.json?.active === false, after.brief);
  const call = await mcp(host, tokens.access_token, rpc("ping"));
  check("a revoked token: 401 invalid_token", call.status === 401 && /invalid_token/.test(call.header("WWW-Authenticate") ?? ""), call.brief);
  const refreshed = await refresh(host, client, tokens.refresh_token);
  check("and no refresh: invalid_grant", refreshed.json?.error === "invalid_grant", refreshed.brief);
  const told = listening.stream ? host.topics.map((topic) => host.deployment.tell(listening.stream, topic)) : [];
  check("the open stream is told to close", told.some((step) => step.close), host.topics);
}

export async function isRefusedRevocation(host, check, client, tokens) {
  const says = statuses(check);
  const revoke = (form, headers) => host.send("POST", "/revoke", { form, headers });
  await says("revocation by GET", 405, host.send("GET", "/revoke"));
  await says("revocation without a client", 400, revoke({ token: "x" }));
  await says("revocation by an unknown client", 401, revoke({ client_id: "nobody", token: tokens.refresh_token }));
  await says("revocation without a token", 400, revoke({ client_id: client.client_id }));
  const other = (await register(host, { client_name: "Another" })).json;
  check("another client registers", typeof other?.client_id === "string");
  await says("revocation by another client", 400, revoke({ client_id: other.client_id, token: tokens.refresh_token }));
  await says("and nothing has ended", 200, mcpInitialize(host, tokens.access_token));
  await says("revocation of what is no token", 200, revoke({ client_id: client.client_id, token: "no token" }));
  await says("revocation of an access token", 200, revoke({ client_id: client.client_id, token: tokens.access_token, token_type_hint: "access_token" }));
  await says("ends its grant", 401, mcpInitialize(host, tokens.access_token));
  await says("revoked twice", 200, revoke({ client_id: client.client_id, token: tokens.access_token }));
}

const mcpInitialize = (host, bearer) => mcp(host, bearer, rpc("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "story", version: "1" } }));

export async function isIntrospected(host, check, client, tokens) {
  const says = statuses(check);
  const active = (reply) => reply.status === 200 && reply.json?.active;
  await says("introspection by GET", 405, host.send("GET", "/introspect"));
  await says("introspection by nobody", 400, introspect(host, "x", {}));
  await says("introspection by a public client", 401, introspect(host, "x", {}, { client_id: client.client_id }));
  await says("introspection with a wrong secret", 401, introspect(host, tokens.access_token, basic("files", "wrong")));
  await says("introspection by an unknown caller", 401, introspect(host, tokens.access_token, basic("nobody", "x")));
  await says("introspection of nothing", 400, host.send("POST", "/introspect", { form: {}, headers: basic("files", "files-secret") }));
  for (const [sentence, token, expected] of [["an access token", tokens.access_token, true], ["a refresh token", tokens.refresh_token, true],
    ["a changed access token", `${tokens.access_token.slice(0, -2)}AA`, false], ["what is no token", "no token", false]]) {
    const reply = await introspect(host, token);
    check(`introspection of ${sentence}: ${expected ? "active" : "not active"}`, active(reply) === expected, reply.brief);
  }
  host.now += 3601;
  const late = await introspect(host, tokens.access_token);
  check("introspection of an expired access token: not active", active(late) === false, late.brief);
}

export async function expires(host, check, token) {
  host.now += 4000;
  const reply = await mcp(host, token, rpc("ping"));
  check("an expired token: 401 invalid_token", reply.status === 401 && /invalid_token/.test(reply.header("WWW-Authenticate") ?? ""), reply.brief);
}

// What stands in the Authorization field, and what is answered. RFC 6750 s. 3.
export async function isChallenged(host, check, client, visitor) {
  const says = statuses(check);
  const { access_token, refresh_token } = await tokensFor(host, client, visitor);
  check("tokens, to try things with", typeof access_token === "string");
  const call = (headers, target = "/mcp") => host.send("POST", target, { json: rpc("ping"), headers: { Accept: "application/json, text/event-stream", ...headers } });
  await says("no token", 401, call({}));
  await says("a bearer that is none", 401, call({ Authorization: "Bearer forged" }));
  await says("Bearer without a token", 401, call({ Authorization: "Bearer" }));
  await says("another scheme", 401, call({ Authorization: `Basic ${access_token}` }));
  await says("two tokens in one field", 401, call({ Authorization: `Bearer ${access_token} ${access_token}` }));
  await says("two fields", 400, call({ Authorization: `Bearer ${access_token}`, authorization: `Bearer ${access_token}` }));
  await says("the token in the URL", 401, call({}, `/mcp?access_token=${access_token}`));
  await says("a refresh token in its place", 401, call({ Authorization: `Bearer ${refresh_token}` }));
  await says("a token with one character changed", 401, call({ Authorization: `Bearer ${access_token.replace(/.$/, (last) => (last === "A" ? "B" : "A"))}` }));
  await says("the same at /sse, with metadata of its own", 401, host.send("GET", "/sse", { headers: { Accept: "text/event-stream" } }));
  const early = await call({ Authorization: `bearer ${access_token}` });
  check("the scheme in any case, and a session is missing: 400", early.status === 400, early.brief);
  const stepUp = await modernCall(host, access_token, "tools/call", { name: "write_note", arguments: { title: "t", text: "x" } });
  const challenged = stepUp.header("WWW-Authenticate") ?? "";
  check("too little scope: 403 that names the scope", stepUp.status === 403 && /insufficient_scope/.test(challenged) && /notes:write/.test(challenged), stepUp.brief);
  const more = await tokensFor(host, client, visitor, "user notes:write");
  check("the step-up is allowed", more?.scope?.includes("notes:write"), more);
  const written = await modernCall(host, more.access_token, "tools/call", { name: "write_note", arguments: { title: "t", text: "x" } });
  check("and enough then: 200", written.status === 200, written.brief);
  await expires(host, check, more.access_token);
}
