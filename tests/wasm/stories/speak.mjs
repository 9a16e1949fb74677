// What the stories say to the server: the requests of a client, and what is read out of the replies.
export const name = "ann";
export const password = "correct horse battery";
// RFC 7636 appendix B.
export const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
export const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

export const issuer = "http://localhost:8000";
export const resource = `${issuer}/mcp`;
export const callback = "http://127.0.0.1:39007/callback";
export const legacy = "2025-11-25";
export const modern = "2026-07-28";
export const accept = { Accept: "application/json, text/event-stream" };

export const metadata = (more) => ({
  client_name: "Story client",
  redirect_uris: [callback],
  token_endpoint_auth_method: "none",
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  ...more,
});

export const register = (host, more) => host.send("POST", "/register", { json: metadata(more) });

/** A parameter that is undefined in `more` is left out. */
export function authorizeTarget(client, scope, more = {}) {
  const parameters = {
    response_type: "code", client_id: client.client_id, redirect_uri: callback, state: "s-123", scope,
    code_challenge: challenge, code_challenge_method: "S256", resource, ...more,
  };
  return `/authorize?${new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== undefined))}`;
}

const present = (form) => Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined));

export const redeem = (host, client, code, more = {}, headers = {}) =>
  host.send("POST", "/token", {
    headers,
    form: present({ grant_type: "authorization_code", client_id: client.client_id, code, redirect_uri: callback, code_verifier: verifier, resource, ...more }),
  });

export const refresh = (host, client, refresh_token, more = {}) =>
  host.send("POST", "/token", { form: present({ grant_type: "refresh_token", client_id: client.client_id, refresh_token, ...more }) });

export const basic = (id, secret) => ({ Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` });

/** One id for all: what is recorded must not depend on what was told before. */
export const rpc = (method, params, id = 1) => ({ jsonrpc: "2.0", id, method, ...(params && { params }) });

export const mcp = (host, bearer, json, headers = {}) => host.send("POST", "/mcp", { json, bearer, headers: { ...accept, ...headers } });

export const meta = () => ({
  "io.modelcontextprotocol/protocolVersion": modern,
  "io.modelcontextprotocol/clientCapabilities": {},
  "io.modelcontextprotocol/clientInfo": { name: "story", version: "1" },
});

export function modernCall(host, bearer, method, params = {}, headers = {}) {
  const named = params.name ?? params.uri;
  return mcp(host, bearer, rpc(method, { _meta: meta(), ...params }), {
    "MCP-Protocol-Version": modern,
    "Mcp-Method": method,
    ...(named !== undefined && { "Mcp-Name": named }),
    ...headers,
  });
}

/** Opens a session; gives the headers that its later messages carry. */
export async function initialize(host, bearer, protocolVersion = legacy) {
  const reply = await mcp(host, bearer, rpc("initialize", { protocolVersion, capabilities: {}, clientInfo: { name: "story", version: "1" } }));
  return { reply, session: { "Mcp-Session-Id": reply.header("Mcp-Session-Id"), "MCP-Protocol-Version": reply.answer?.result?.protocolVersion } };
}

export const parametersOf = (reply) => new URL(reply.header("Location") ?? "http://none.invalid", issuer).searchParams;

export function isCallback(reply) {
  const query = parametersOf(reply);
  return reply.status === 303 && reply.header("Location").startsWith(`${callback}?`) && query.has("code") && query.get("state") === "s-123" && query.get("iss") === issuer;
}

export const alertOf = (reply) => /role="alert"[^>]*>([^]*?)<\//.exec(reply.body)?.[1];

/** Logs in, consents, redeems, and checks nothing: the beginning of stories about something else. Gives the tokens. */
export async function tokensFor(host, client, visitor, scope = "user notes:read", more = {}) {
  let page = await visitor.get(authorizeTarget(client, scope, more));
  if (/name="password"/.test(page.body)) {
    const right = await visitor.submit(page, { username: name, password, action: "login" });
    page = await visitor.get(right.header("Location"));
  }
  const allowed = await visitor.submit(page, { action: "allow" });
  return (await redeem(host, client, parametersOf(allowed).get("code"))).json;
}

/** `says(sentence, status, reply)`: checks a status. The sentence ends with it. */
export const statuses = (check) => async (sentence, expected, promised) => {
  const reply = await promised;
  check(`${sentence}: ${expected}`, reply.status === expected, reply.brief);
  return reply;
};
