// The bare protocol, request by request: what a test uses when it must do what no well-behaved client does.
import { createHash, randomBytes } from 'node:crypto';
import { postForm, postJson, request } from './web.mjs';

export const REDIRECT = 'http://127.0.0.1:39007/callback';
export const LEGACY = '2025-11-25';
export const MODERN = '2026-07-28';
export const READ_SCOPES = 'user notes:read';
export const ALL_SCOPES = 'user notes:read notes:write';

export function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

export function metadata(more = {}) {
  return {
    client_name: 'Interop test client', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], ...more,
  };
}

export async function register(server, more = {}) {
  const reply = await postJson(`${server.url}/register`, metadata(more));
  if (reply.status !== 201) throw new Error(`registration: ${reply.brief}`);
  return reply.json;
}

/** An authorization request and what its client must remember for it. */
export function authorization(server, client, more = {}) {
  const { verifier, challenge } = pkce();
  const state = randomBytes(16).toString('base64url');
  const redirect = client.redirect_uris?.[0] ?? REDIRECT;
  const fields = {
    response_type: 'code', client_id: client.client_id, redirect_uri: redirect, state, scope: READ_SCOPES,
    code_challenge: challenge, code_challenge_method: 'S256', resource: server.mcp, ...more,
  };
  const query = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { url: `${server.url}/authorize?${query}`, verifier, challenge, state, redirect: fields.redirect_uri, fields };
}

/** The visitor allows; answers the code and the request that it belongs to. */
export async function obtainCode(server, visitor, client, more = {}) {
  const asked = authorization(server, client, more);
  const callback = await visitor.authorize(asked.url);
  const code = callback.searchParams.get('code');
  if (!code) throw new Error(`no code in ${callback}`);
  return { ...asked, code, callback };
}

function clientFields(client) {
  return client.client_secret && client.token_endpoint_auth_method === 'client_secret_post'
    ? { client_id: client.client_id, client_secret: client.client_secret } : { client_id: client.client_id };
}

export function clientHeaders(client) {
  if (client.token_endpoint_auth_method !== 'client_secret_basic') return {};
  const text = `${encodeURIComponent(client.client_id)}:${encodeURIComponent(client.client_secret)}`;
  return { Authorization: `Basic ${Buffer.from(text).toString('base64')}` };
}

function authenticated(client, fields) {
  return client.token_endpoint_auth_method === 'client_secret_basic' ? fields : { ...clientFields(client), ...fields };
}

export function redeem(server, client, asked, more = {}) {
  return postForm(`${server.url}/token`, authenticated(client, {
    grant_type: 'authorization_code', code: asked.code, redirect_uri: asked.redirect, code_verifier: asked.verifier,
    resource: server.mcp, ...more,
  }), { headers: clientHeaders(client) });
}

export function refresh(server, client, refreshToken, more = {}) {
  return postForm(`${server.url}/token`, authenticated(client, {
    grant_type: 'refresh_token', refresh_token: refreshToken, ...more,
  }), { headers: clientHeaders(client) });
}

export function revoke(server, client, token, more = {}) {
  return postForm(`${server.url}/revoke`, authenticated(client, { token, ...more }), { headers: clientHeaders(client) });
}

/** Registration to tokens in one go. */
export async function signIn(server, visitor, { scope = READ_SCOPES, client, ...more } = {}) {
  const owner = client ?? (await register(server));
  const asked = await obtainCode(server, visitor, owner, { scope, ...more });
  const reply = await redeem(server, owner, asked);
  if (reply.status !== 200) throw new Error(`token: ${reply.brief}`);
  return { client: owner, asked, tokens: reply.json, access: reply.json.access_token, refresh: reply.json.refresh_token };
}

// ---- MCP ------------------------------------------------------------------------------------------

let nextId = 1;

export function rpc(method, params) { return { jsonrpc: '2.0', id: nextId++, method, ...(params ? { params } : {}) }; }

export const bearer = (token) => (token ? { Authorization: `Bearer ${token}` } : {});

/** The JSON-RPC messages of a reply, be it JSON or a stream of events. */
export function messages(reply) {
  if (!/^text\/event-stream/i.test(reply.headers['content-type'] ?? '')) return reply.json === undefined ? [] : [reply.json].flat();
  return reply.text.split(/\r?\n\r?\n/).flatMap((event) => {
    const data = event.split(/\r?\n/).filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim()).join('\n');
    return data ? [JSON.parse(data)] : [];
  });
}

export function answer(reply) { return messages(reply).find((message) => 'result' in message || 'error' in message); }

export function postMcp(server, token, message, { headers = {}, ...rest } = {}) {
  return postJson(server.mcp, message, { headers: { Accept: 'application/json, text/event-stream', ...bearer(token), ...headers }, ...rest });
}

/** A request in the protocol of 2026-07-28: no session, everything in the one message. */
export function modern(server, token, method, params = {}, { headers = {}, ...rest } = {}) {
  const message = rpc(method, {
    ...params,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': MODERN, 'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': { name: 'interop', version: '1' }, ...params._meta,
    },
  });
  const name = { 'tools/call': params.name, 'prompts/get': params.name, 'resources/read': params.uri }[method];
  return postMcp(server, token, message, {
    headers: { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': method, ...(name ? { 'Mcp-Name': name } : {}), ...headers }, ...rest,
  });
}

export function callTool(server, token, name, args = {}, more = {}) {
  return modern(server, token, 'tools/call', { name, arguments: args }, more);
}

/** The value that a tool gives back, from its structured content or the text that mirrors it. */
export function valueOf(result) {
  if (result?.structuredContent) return result.structuredContent;
  const text = result?.content?.find((item) => item.type === 'text')?.text;
  try { return JSON.parse(text); } catch { return text; }
}

/** An initialised session of 2025. */
export async function openSession(server, token, version = LEGACY) {
  const reply = await postMcp(server, token, rpc('initialize', {
    protocolVersion: version, capabilities: {}, clientInfo: { name: 'interop', version: '1' },
  }));
  if (reply.status !== 200) throw new Error(`initialize: ${reply.brief}`);
  const id = reply.headers['mcp-session-id'];
  const headers = { 'Mcp-Session-Id': id, 'MCP-Protocol-Version': version };
  await postMcp(server, token, { jsonrpc: '2.0', method: 'notifications/initialized' }, { headers });
  return {
    id, headers, result: answer(reply)?.result,
    post: (bearerToken, message, more = {}) => postMcp(server, bearerToken, message, { headers: { ...headers, ...more } }),
    end: (bearerToken) => request(server.mcp, { method: 'DELETE', headers: { ...bearer(bearerToken), ...headers } }),
  };
}
