// Two general OAuth libraries that know nothing of MCP and are strict about what they read: oauth4webapi, which judges each
// reply, and openid-client above it. Discovery, registration, code, a tool, step-up, expiry, refresh, introspection, revocation.
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { clock } from './clock.mjs';
import { equal, main, ok, startServer, step, stopClean } from './lib.mjs';
import { ALL_SCOPES, MODERN, READ_SCOPES, REDIRECT, valueOf } from './oauth.mjs';
import { Visitor } from './web.mjs';

const metadata = {
  client_name: 'A library', redirect_uris: [REDIRECT], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
};
const scopesOf = (text) => (text ?? '').split(' ').sort().join(' ');

/** One message of 2026-07-28, as a library sends it that knows only HTTP. */
function toolCall(name, args = {}) {
  return {
    headers: new Headers({
      'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', 'MCP-Protocol-Version': MODERN, 'Mcp-Method': 'tools/call', 'Mcp-Name': name,
    }),
    body: JSON.stringify({
      jsonrpc: '2.0', id: 1, method: 'tools/call',
      params: {
        name, arguments: args,
        _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN, 'io.modelcontextprotocol/clientCapabilities': {}, 'io.modelcontextprotocol/clientInfo': { name: 'library', version: '1' } },
      },
    }),
  };
}

const insecure = { [oauth.allowInsecureRequests]: true };   // http, on loopback

/** oauth4webapi: what is sent and what is believed are two functions each. */
class Oauth4webapi {
  constructor(server, method) { Object.assign(this, { server, method }); }
  async begin() {
    const resource = new URL(this.server.mcp);
    const refused = await fetch(resource, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
    this.resource = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource, insecure));
    const issuer = new URL(this.resource.authorization_servers[0]);
    this.as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
    this.client = await oauth.processDynamicClientRegistrationResponse(
      await oauth.dynamicClientRegistrationRequest(this.as, { ...metadata, token_endpoint_auth_method: this.method }, insecure));
    const { client_secret: secret } = this.client;
    this.auth = { none: oauth.None, client_secret_post: oauth.ClientSecretPost, client_secret_basic: oauth.ClientSecretBasic }[this.method](secret);
    return refused;
  }
  async authorize(visitor, scope) {
    const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
    const url = new URL(this.as.authorization_endpoint);
    url.search = new URLSearchParams({
      client_id: this.client.client_id, redirect_uri: REDIRECT, response_type: 'code', scope, state, resource: this.server.mcp,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    });
    const parameters = oauth.validateAuthResponse(this.as, this.client, await visitor.authorize(url), state);
    const reply = await oauth.authorizationCodeGrantRequest(this.as, this.client, this.auth, parameters, REDIRECT, verifier, { ...insecure, additionalParameters: { resource: this.server.mcp } });
    this.tokens = await oauth.processAuthorizationCodeResponse(this.as, this.client, reply);
  }
  async refresh() {
    const reply = await oauth.refreshTokenGrantRequest(this.as, this.client, this.auth, this.tokens.refresh_token, insecure);
    this.tokens = await oauth.processRefreshTokenResponse(this.as, this.client, reply);
  }
  call(name, args) {
    const { headers, body } = toolCall(name, args);
    return oauth.protectedResourceRequest(this.tokens.access_token, 'POST', new URL(this.server.mcp), headers, body, insecure);
  }
  async introspect(token) {
    return oauth.processIntrospectionResponse(this.as, this.client, await oauth.introspectionRequest(this.as, this.client, this.auth, token, insecure));
  }
  async revoke(token) {
    await oauth.processRevocationResponse(await oauth.revocationRequest(this.as, this.client, this.auth, token, insecure));
  }
}

class OpenidClient {
  constructor(server, method) { Object.assign(this, { server, method }); }
  async begin() {
    const refused = await fetch(this.server.mcp, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
    this.config = await openid.dynamicClientRegistration(new URL(this.server.url), { ...metadata, ...(this.method && { token_endpoint_auth_method: this.method }) },
      this.method === 'none' ? openid.None() : undefined, { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] });
    return refused;
  }
  async authorize(visitor, scope) {
    const [verifier, state] = [openid.randomPKCECodeVerifier(), openid.randomState()];
    const url = openid.buildAuthorizationUrl(this.config, {
      redirect_uri: REDIRECT, scope, state, resource: this.server.mcp, code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    });
    this.tokens = await openid.authorizationCodeGrant(this.config, await visitor.authorize(url), { pkceCodeVerifier: verifier, expectedState: state }, { resource: this.server.mcp });
  }
  async refresh() { this.tokens = await openid.refreshTokenGrant(this.config, this.tokens.refresh_token); }
  call(name, args) {
    const { headers, body } = toolCall(name, args);
    return openid.fetchProtectedResource(this.config, this.tokens.access_token, new URL(this.server.mcp), 'POST', body, headers);
  }
  introspect(token) { return openid.tokenIntrospection(this.config, token); }
  revoke(token) { return openid.tokenRevocation(this.config, token); }
}

/** The challenge of a refused call, as the library itself reads it. */
async function challengeOf(promise) {
  const error = await promise.then((reply) => new Error(`answered ${reply.status}`), (reason) => reason);
  const { parameters } = [error.cause].flat().find((one) => one?.scheme === 'bearer') ?? {};
  if (!parameters) throw error;
  return { status: error.status, ...parameters };
}

const value = async (reply) => valueOf((await reply.json()).result);

async function story(label, library, { server, visitor }) {
  await step(`${label}: discovery, registration, login, a tool`, async () => {
    equal('  refused first', (await library.begin()).status, 401);
    await library.authorize(visitor, READ_SCOPES);
    equal('  the scopes', scopesOf(library.tokens.scope), scopesOf(READ_SCOPES));
    equal('  whoami', (await value(await library.call('whoami'))).user_name, server.user);
  });
  await step(`${label}: step-up`, async () => {
    const { status, error, scope } = await challengeOf(library.call('write_note', { title: 'a', text: 'b' }));
    equal('  the challenge', [status, error, scopesOf(scope)], [403, 'insufficient_scope', scopesOf(ALL_SCOPES)]);
    await library.authorize(visitor, scope);
    ok('  the note is written', (await value(await library.call('write_note', { title: 'a', text: 'b' }))).id);
  });
  await step(`${label}: expiry`, async () => {
    const before = library.tokens;
    clock.move(before.expires_in + 1);
    const { status, error } = await challengeOf(library.call('whoami'));
    equal('  the challenge', [status, error], [401, 'invalid_token']);
    await library.refresh();
    ok('  rotated', library.tokens.refresh_token !== before.refresh_token);
    equal('  whoami', (await value(await library.call('whoami'))).user_name, server.user);
  });
  await step(`${label}: introspection and revocation`, async () => {
    const { access_token: access } = library.tokens;
    if (library.method === 'none') {
      equal('  who has no secret may not introspect', await library.introspect(access).then(() => 'told', (error) => error.error), 'invalid_client');
    } else {
      const { active, scope } = await library.introspect(access);
      equal('  active, with its scopes', [active, scopesOf(scope)], [true, scopesOf(ALL_SCOPES)]);
    }
    await library.revoke(library.tokens.refresh_token);
    if (library.method !== 'none') equal('  not active any more', (await library.introspect(access)).active, false);
    equal('  the challenge', (await challengeOf(library.call('whoami'))).error, 'invalid_token');
    equal('  no refresh', await library.refresh().then(() => 'refreshed', (error) => error.error), 'invalid_grant');
    await library.authorize(visitor, READ_SCOPES);
    equal('  a new login brings it back', (await value(await library.call('whoami'))).user_name, server.user);
  });
}

await main('interop, OAuth libraries', 120, async () => {
  const server = await startServer({ clock });
  const scene = { server, visitor: new Visitor(server) };
  for (const method of ['none', 'client_secret_post', 'client_secret_basic']) await story(`oauth4webapi, ${method}`, new Oauth4webapi(server, method), scene);
  // Registered without a method, so by RFC 7591 for Basic, it sends its secret in the body.
  for (const method of ['none', 'client_secret_post', undefined]) await story(`openid-client, ${method ?? 'by default'}`, new OpenidClient(server, method), scene);
  await stopClean(server);
});
