// The authorization server is elsewhere: oidc-provider has the users and issues the tokens, this server judges them. An
// official client goes there by itself; one of 2025-03-26 finds everything at our root; keys change in the middle; what is
// revoked there ends here, open streams too.
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { startOidcProvider } from '../providers/oidc.mjs';
import { openPerson } from '../providers/person.mjs';
import { clock } from './clock.mjs';
import { equal, freePort, main, ok, step, stopClean, until, within } from './lib.mjs';
import { bearer, callTool, pkce, rpc, valueOf } from './oauth.mjs';
import { silent, start } from './oidc_visit.mjs';
import { Provider } from './story.mjs';
import { postForm, postJson, request } from './web.mjs';

const REDIRECT = 'http://127.0.0.1:39013/callback';
const SCOPES = ['user', 'notes:read', 'notes:write'];
const rejected = (promise) => promise.then(() => undefined, (error) => error);
const call = (client, name, args = {}) => within(10, client.callTool({ name, arguments: args }), `the call of ${name}`);

class Elsewhere extends Provider {
  get redirectUrl() { return REDIRECT; }
  get clientMetadata() { return { ...super.clientMetadata, redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none' }; }
}

/** Our server behind that one. Both have to know each other's address before they start. */
async function behind(format, { lines = () => '', ttl = 3600, clients = [] } = {}) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const oidc = await startOidcProvider({
    resource: { uri: `${url}/mcp`, scopes: SCOPES, format, ttl }, registration: true, introspection: true, clients,
  });
  const server = await start(`[authorization]\nmode = "external"\nissuer = "${oidc.issuer}"\n${lines(oidc)}\n`, { port });
  return { oidc, server };
}

async function end({ oidc, server }, label, secrets) {
  if (oidc.log) console.log(oidc.log.trimEnd().replace(/^/gm, '# oidc-provider: '));
  silent(server, secrets.filter((secret) => secret?.length > 15), label);
  await stopClean(server, label);
  await oidc.stop();
}

async function official(person) {
  const both = await behind('jwt');
  const { oidc, server } = both;
  const provider = new Elsewhere();
  const connect = () => new StreamableHTTPClientTransport(new URL(server.mcp), { authProvider: provider });
  const open = async (transport) => {
    const client = new Client({ name: 'external-story', version: '1' });
    await client.connect(transport);
    return client;
  };
  const enter = async (label) => {
    const first = connect();
    const refused = await rejected(open(first));
    ok(`  ${label}: the client has to ask its user`, refused instanceof UnauthorizedError, String(refused?.stack));
    const asked = provider.redirects.at(-1);
    equal(`  ${label}: it is sent to that server, for this resource`, [asked.origin, asked.searchParams.get('resource')], [oidc.issuer, server.mcp]);
    const { callback, seen } = await person.authorize(asked, { redirect: REDIRECT });
    equal(`  ${label}: none of our pages is on the way`, seen.filter((title) => !/oidc-provider|Back at the client/.test(title)), []);
    await first.finishAuth(callback.searchParams.get('code'));
    return open(connect());
  };
  let client;
  await step('JWTs: from 401 to a connection', async () => {
    client = await enter('first');
    const profile = valueOf(await call(client, 'get_user_profile'));
    ok('  get_user_profile', profile.subject?.startsWith('external:') && profile.client === provider.client.client_id, profile);
    ok('  registered there', oidc.count('/reg', 'POST') === 1 && provider.client?.client_id);
  }, 40);
  if (!client) return end(both, 'JWTs', oidc.secrets);
  await step('JWTs: keys changed in the middle: the old token ends, a new one is good', async () => {
    const before = oidc.count('/jwks');
    oidc.rotateKeys();
    const { refresh_token: old } = provider.held;
    const fresh = await postForm(`${oidc.issuer}/token`, { grant_type: 'refresh_token', refresh_token: old, client_id: provider.client.client_id });
    equal('  a token by the new key', fresh.status, 200);
    equal('  is good at once', (await callTool(server, fresh.json.access_token, 'whoami')).status, 200);
    equal('  after one more look at the keys', oidc.count('/jwks') - before, 1);
    const reply = await callTool(server, provider.held.access_token, 'whoami');
    ok('  the one by the old key: 401', reply.status === 401 && /error="invalid_token"/.test(reply.headers['www-authenticate']), reply.brief);
    provider.saveTokens(fresh.json);
  }, 40);
  await step('JWTs: step-up asks there for more', async () => {
    const refused = await callTool(server, provider.held.access_token, 'write_note', { title: 't', text: 'x' });
    ok('  403 names the scopes', refused.status === 403 && /scope="notes:read notes:write user"/.test(refused.headers['www-authenticate']), refused.brief);
    // This SDK registers for the scopes of the first challenge, and that server keeps a client to them: so another client.
    const wide = (await postJson(`${oidc.issuer}/reg`, { ...provider.clientMetadata, scope: SCOPES.join(' '), application_type: 'native' })).json;
    const { verifier, challenge } = pkce();
    const query = new URLSearchParams({ response_type: 'code', client_id: wide.client_id, redirect_uri: REDIRECT, state: 'more', scope: SCOPES.join(' '),
      code_challenge: challenge, code_challenge_method: 'S256', resource: server.mcp, prompt: 'consent' });
    const { callback } = await person.authorize(`${oidc.issuer}/auth?${query}`, { redirect: REDIRECT });
    const more = await postForm(`${oidc.issuer}/token`, { grant_type: 'authorization_code', code: callback.searchParams.get('code'), redirect_uri: REDIRECT,
      client_id: wide.client_id, code_verifier: verifier, resource: server.mcp });
    equal('  and the call succeeds', (await callTool(server, more.json?.access_token, 'write_note', { title: 't', text: 'x' })).status, 200);
    provider.saveTokens(more.json);
  }, 40);
  await step('JWTs: whose token is for somebody else is nobody', async () => {
    const { access_token: good } = provider.held;
    const parts = good.split('.');
    const claims = JSON.parse(Buffer.from(parts[1], 'base64url'));
    const changed = [parts[0], Buffer.from(JSON.stringify({ ...claims, sub: 'eve' })).toString('base64url'), parts[2]].join('.');
    const unsigned = [Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url'), parts[1], ''].join('.');
    for (const [label, token] of [['changed', changed], ['unsigned', unsigned], ['no token of it', randomBytes(30).toString('base64url')]]) {
      equal(`  ${label}: 401`, (await callTool(server, token, 'whoami')).status, 401);
    }
    oidc.trouble = 'outage';
    equal('  an outage there turns nobody away whose keys are known', (await callTool(server, good, 'whoami')).status, 200);
    oidc.trouble = undefined;
  });
  await rejected(client.close());
  await end(both, 'JWTs', [...oidc.secrets, ...provider.received.map((one) => one.access_token)]);
}

/** 2025-03-26: no resource metadata, no resource; everything at the root of our host. */
async function march(person) {
  const both = await behind('jwt');
  const { oidc, server } = both;
  let tokens;
  await step('2025-03-26: everything is found at our root', async () => {
    const metadata = (await request(`${server.url}/.well-known/oauth-authorization-server`)).json;
    equal('  its metadata, with our endpoints', [metadata.issuer, metadata.authorization_endpoint, metadata.token_endpoint, metadata.registration_endpoint],
      [oidc.issuer, `${server.url}/authorize`, `${server.url}/token`, `${server.url}/register`]);
    const registered = await postJson(`${server.url}/register`, { client_name: 'March', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], application_type: 'native' });
    equal('  /register', registered.status, 201);
    const { verifier, challenge } = pkce();
    const query = new URLSearchParams({ response_type: 'code', client_id: registered.json.client_id, redirect_uri: REDIRECT, state: 'march', scope: 'notes:read', code_challenge: challenge, code_challenge_method: 'S256' });
    const { callback } = await person.authorize(`${server.url}/authorize?${query}`, { redirect: REDIRECT });
    equal('  /authorize leads there and back', callback?.searchParams.get('state'), 'march');
    const code = { grant_type: 'authorization_code', code: callback.searchParams.get('code'), redirect_uri: REDIRECT, client_id: registered.json.client_id };
    const wrong = await postForm(`${server.url}/token`, { ...code, code_verifier: 'x'.repeat(43) });
    equal('  its refusal is handed back', [wrong.status, wrong.json?.error], [400, 'invalid_grant']);
    const again = await person.authorize(`${server.url}/authorize?${query}`, { redirect: REDIRECT });
    const reply = await postForm(`${server.url}/token`, { ...code, code: again.callback.searchParams.get('code'), code_verifier: verifier });
    ok('  /token', reply.status === 200 && reply.json.access_token, reply.brief);
    tokens = reply.json;
    equal('  and is let in', (await callTool(server, tokens?.access_token, 'list_notes')).status, 200);
    const refreshed = await postForm(`${server.url}/token`, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_id: registered.json.client_id });
    ok('  refresh at /token', refreshed.status === 200, refreshed.brief);
    equal('  which is good', (await callTool(server, refreshed.json?.access_token, 'list_notes')).status, 200);
    oidc.secrets.push(tokens.access_token, refreshed.json?.access_token);
  }, 60);
  await step('no token reaches another server', async () => {
    const before = oidc.requests.length;
    const reply = await postForm(`${server.url}/token`, { grant_type: 'client_credentials' }, { headers: bearer(tokens?.access_token) });
    equal('  a bearer token at /token is refused', reply.status, 401);
    const after = oidc.requests.slice(before).filter((one) => one.method === 'POST');
    equal('  and told to nobody', after.length, 0);
    ok('  nor was one ever', oidc.requests.every((one) => !/^bearer/i.test(one.headers.authorization ?? '')));
    for (const path of ['/account', '/revoke', '/introspect']) equal(`  ${path} is not here`, (await request(`${server.url}${path}`)).status, 404);
  });
  await end(both, '2025-03-26', oidc.secrets);
}

/** Opaque tokens: that server is asked about each, and about those of open streams. */
async function opaque(person) {
  const us = { client_id: 'postern-resource', client_secret: randomBytes(24).toString('base64url'), redirect_uris: [], response_types: [], grant_types: [] };
  const both = await behind('opaque', {
    clients: [us],
    lines: (oidc) => `introspection_url = "${oidc.issuer}/token/introspection"\nclient_id = "${us.client_id}"\nclient_secret = "${us.client_secret}"`,
  });
  const { oidc, server } = both;
  let access;
  await step('opaque tokens: introspected', async () => {
    const registered = await postJson(`${oidc.issuer}/reg`, { client_name: 'Opaque', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none', application_type: 'native' });
    const { verifier, challenge } = pkce();
    const query = new URLSearchParams({ response_type: 'code', client_id: registered.json.client_id, redirect_uri: REDIRECT, state: 's', scope: 'notes:read user', code_challenge: challenge, code_challenge_method: 'S256', resource: server.mcp });
    const { callback } = await person.authorize(`${oidc.issuer}/auth?${query}`, { redirect: REDIRECT });
    const reply = await postForm(`${oidc.issuer}/token`, { grant_type: 'authorization_code', code: callback.searchParams.get('code'), redirect_uri: REDIRECT, client_id: registered.json.client_id, code_verifier: verifier });
    access = reply.json?.access_token;
    const replies = await Promise.all(Array.from({ length: 10 }, () => callTool(server, access, 'whoami')));
    equal('  ten calls', replies.map((one) => one.status), Array(10).fill(200));
    const asked = oidc.count('/token/introspection');
    equal('  ten more', (await Promise.all(Array.from({ length: 10 }, () => callTool(server, access, 'whoami')))).map((one) => one.status), Array(10).fill(200));
    equal('  ask nothing more', oidc.count('/token/introspection'), asked);
    equal('  an unknown token', (await callTool(server, randomBytes(30).toString('base64url'), 'whoami')).status, 401);
  }, 40);
  await step('opaque tokens: revoked there, the stream closes within 15 s and the call is 401', async () => {
    const stream = await listen(server, access);
    equal('  a stream is open', [stream.status, stream.ended], [200, false]);
    oidc.revokeEverything('ada');
    await until(() => stream.ended, 15, 'the end of the stream');
    ok('  it has closed, though the clock of what is believed stands still', stream.ended);
    clock.move(16); // what introspection said to a request is believed for 15 s
    equal('  and the call is 401', (await callTool(server, access, 'whoami')).status, 401);
    stream.close();
  }, 60);
  await end(both, 'opaque tokens', [...oidc.secrets, us.client_secret, access, 'x'.repeat(20)]);
}

/** subscriptions/listen of 2026-07-28, held open. */
function listen(server, access) {
  const message = rpc('subscriptions/listen', { notifications: { toolsListChanged: true },
    _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} } });
  return new Promise((done, fail) => {
    const sent = http.request(server.mcp, { method: 'POST', headers: {
      ...bearer(access), 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'subscriptions/listen',
    } }, (reply) => {
      const stream = { status: reply.statusCode, ended: false, close: () => sent.destroy() };
      reply.on('data', () => {});
      reply.on('close', () => { stream.ended = true; });
      done(stream);
    });
    sent.once('error', fail);
    sent.end(JSON.stringify(message));
  });
}

await main('interop, authorization server elsewhere', 150, async () => {
  const person = await openPerson();
  try {
    await official(person);
    await march(person);
    await opaque(person);
  } finally {
    await person.close();
  }
});
