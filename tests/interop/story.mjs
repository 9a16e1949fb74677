// The story that every official TypeScript client must be able to live, told once: it meets a locked door, finds out who can
// open it, registers, asks its user, works, outlives its token, asks for more, is thrown out, and comes back.
// Nothing of the client is replaced. Its fetch is only watched, and the browser is a visitor that presses the real buttons.
import { randomBytes } from 'node:crypto';
import { clock } from './clock.mjs';
import { equal, ok, startServer, step, stopClean, within } from './lib.mjs';
import { Visitor } from './web.mjs';
import { ALL_SCOPES, callTool, MODERN, READ_SCOPES, REDIRECT, revoke, valueOf } from './oauth.mjs';

/** The provider that a developer writes: everything in memory, one user, one server. */
export class Provider {
  constructor(more = {}) {
    this.more = more;
    this.redirects = [];
    this.received = [];
  }
  get redirectUrl() { return REDIRECT; }
  get clientMetadata() {
    return {
      client_name: 'Story client', redirect_uris: [REDIRECT], grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'], ...this.more,
    };
  }
  state() { this.lastState = randomBytes(16).toString('base64url'); return this.lastState; }
  clientInformation() { return this.client; }
  saveClientInformation(client) { this.client = client; }
  tokens() { return this.held; }
  saveTokens(tokens) { this.held = tokens; this.received.push(tokens); }
  redirectToAuthorization(url) { this.redirects.push(new URL(url)); }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  codeVerifier() { return this.verifier; }
  saveDiscoveryState(found) { this.found = found; }
  discoveryState() { return this.found; }
  invalidateCredentials(what) {
    if (what === 'all' || what === 'tokens') this.held = undefined;
    if (what === 'all' || what === 'client') this.client = undefined;
    if (what === 'all' || what === 'discovery') this.found = undefined;
  }
}

/** Watches what the client sends and what comes back. Changes nothing. */
export class Wire {
  constructor(notice) {
    this.seen = [];
    this.fetch = async (target, init = {}) => {
      const url = new URL(target instanceof Request ? target.url : target);
      const reply = await fetch(target, init);
      const headers = new Headers(init.headers);
      this.seen.push({
        method: init.method ?? 'GET', path: url.pathname, status: reply.status, version: headers.get('mcp-protocol-version'),
        session: headers.has('mcp-session-id'), body: typeof init.body === 'string' ? init.body : String(init.body ?? ''),
        challenge: reply.headers.get('www-authenticate') ?? '',
      });
      notice?.(reply);
      return reply;
    };
  }
  take() { return this.seen.splice(0); }
}

function rejection(promise) { return promise.then(() => undefined, (error) => error ?? new Error('rejected without a reason')); }

/** Whether an SDK said that its user has to authorize, here or further down the chain of causes. */
function asksForUser(sdk, error) {
  for (let cause = error; cause; cause = cause.cause) if (cause instanceof sdk.UnauthorizedError) return true;
  return false;
}

/** Goes through the door: connect, be refused, let the visitor decide, connect again. */
async function enter(sdk, server, provider, wire, visitor, label) {
  const first = sdk.transport(new URL(server.mcp), provider, wire.fetch);
  const refused = await rejection(sdk.client().connect(first));
  ok(`${label}: the first connect says that the user must authorize`, asksForUser(sdk, refused), String(refused?.stack));
  const asked = provider.redirects.at(-1);
  if (!asked) throw new Error('the client never asked its user');
  const callback = await visitor.authorize(asked);
  equal(`${label}: the state comes back`, callback.searchParams.get('state'), provider.lastState);
  equal(`${label}: the answer names its issuer`, callback.searchParams.get('iss'), server.url);
  await sdk.finish(first, callback);
  await first.close();
  const client = sdk.client();
  const transport = sdk.transport(new URL(server.mcp), provider, wire.fetch);
  await client.connect(transport);
  return { client, transport, asked };
}

/** Scopes are a set: their order says nothing. */
const scopesOf = (text) => (text ?? '').split(' ').sort().join(' ');

const call = (client, name, args = {}) => within(10, client.callTool({ name, arguments: args }), `the call of ${name}`);

export async function story(sdk, providerOptions = {}) {
  const server = await startServer();
  const visitor = new Visitor(server);
  const provider = sdk.provider(providerOptions);
  const wire = new Wire((reply) => sdk.notice?.(reply, provider));
  const habit = sdk.asksToStay ? ' offline_access' : '';

  const opened = await step('from 401 through discovery, registration, consent and code to a connection',
    () => enter(sdk, server, provider, wire, visitor, 'first time'), 30);
  if (!opened) return;
  let { client, transport } = opened;
  const early = wire.take();
  equal('the door answers 401 first', [early[0].method, early[0].path, early[0].status], ['POST', '/mcp', 401]);
  ok('the challenge names the metadata and the scopes to begin with',
    early[0].challenge.includes(`resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp"`)
    && scopesOf(early[0].challenge.match(/scope="([^"]*)"/)?.[1]) === scopesOf(READ_SCOPES), early[0].challenge);
  ok('the resource metadata was read', early.some((one) => one.path === '/.well-known/oauth-protected-resource/mcp' && one.status === 200), early);
  ok('the server metadata was read', early.some((one) => one.path === '/.well-known/oauth-authorization-server' && one.status === 200), early);
  ok('the client registered itself', early.some((one) => one.path === '/register' && one.status === 201), early);
  equal('it asked for the scopes of the challenge', scopesOf(opened.asked.searchParams.get('scope')), scopesOf(READ_SCOPES + habit));
  equal('and the answer says what it was given', scopesOf(provider.held?.scope), scopesOf(READ_SCOPES));
  equal('it asked for this resource', opened.asked.searchParams.get('resource'), server.mcp);
  ok('tokens came with a lifetime and a refresh token', provider.held?.refresh_token && provider.held.expires_in === 3600, Object.keys(provider.held ?? {}));
  sdk.speaks(client, early);

  await step('tools/list shows the tools', async () => {
    const { tools } = await within(10, client.listTools());
    const names = tools.map((tool) => tool.name);
    for (const name of ['whoami', 'get_user_profile', 'list_notes', 'read_note', 'write_note', 'delete_note']) {
      ok(`  ${name} is listed, described and has a schema`, tools.some((tool) => tool.name === name && tool.description && tool.inputSchema?.type === 'object'), names);
    }
  });
  await step('whoami gives the name of the user', async () => {
    const result = await call(client, 'whoami');
    ok('  the name', JSON.stringify(valueOf(result)).includes(server.user), result);
  });
  await step('list_notes is empty for a new user', async () => {
    const result = await call(client, 'list_notes');
    ok('  no error', !result.isError, result);
  });

  const title = `Shopping ${randomBytes(4).toString('hex')}`;
  const text = 'Milk, bread, „Äpfel“ & <b>not bold</b> 🦊';
  const id = await step('step-up: write_note leads to a wider consent and then succeeds', async () => {
    wire.take();
    const before = provider.redirects.length;
    const refused = await rejection(call(client, 'write_note', { title, text }));
    ok('  the client asks its user again', asksForUser(sdk, refused) && provider.redirects.length === before + 1, String(refused?.stack));
    const seen = wire.take();
    const forbidden = seen.find((one) => one.status === 403);
    ok('  because of a 403 insufficient_scope', /error="insufficient_scope"/.test(forbidden?.challenge ?? ''), seen);
    equal('  that names the granted and the needed scopes', scopesOf(forbidden?.challenge.match(/scope="([^"]*)"/)?.[1]), scopesOf(ALL_SCOPES));
    const asked = provider.redirects.at(-1);
    equal('  the new request asks for all of them', scopesOf(asked.searchParams.get('scope')), scopesOf(ALL_SCOPES + habit));
    await sdk.finish(transport, await visitor.authorize(asked));
    const result = await call(client, 'write_note', { title, text });
    ok('  the same call now succeeds', !result.isError && valueOf(result)?.id !== undefined, result);
    return valueOf(result)?.id;
  }, 30);
  await step('the note is read back, letter by letter', async () => {
    const value = valueOf(await call(client, 'read_note', { id }));
    equal('  title and text', [value?.title, value?.text], [title, text]);
    const list = JSON.stringify(valueOf(await call(client, 'list_notes')));
    ok('  it is in the list', list.includes(title), list);
  });
  await step('what was granted before still works', async () => {
    ok('  whoami', JSON.stringify(valueOf(await call(client, 'whoami'))).includes(server.user));
  });

  await step('revoked: the next call is 401, the refresh fails, the user is asked', async () => {
    const { access_token: access, refresh_token: refresh } = provider.held;
    const reply = await revoke(server, provider.client, refresh);
    equal('  /revoke answers 200', reply.status, 200);
    wire.take();
    const before = provider.redirects.length;
    const refused = await rejection(call(client, 'whoami'));
    ok('  the client asks its user again', asksForUser(sdk, refused) && provider.redirects.length > before, String(refused?.stack));
    const seen = wire.take();
    ok('  the call was answered 401 invalid_token', seen.some((one) => one.status === 401 && /error="invalid_token"/.test(one.challenge)), seen);
    ok('  the refresh was answered 400', seen.some((one) => one.path === '/token' && one.status === 400), seen);
    equal('  the old access token is dead for everyone', (await callTool(server, access, 'whoami')).status, 401);
    await rejection(client.close());
  }, 30);
  const again = await step('a clean new authorization brings it back',
    () => enter(sdk, server, provider, wire, visitor, 'second time'), 30);
  if (again) {
    client = again.client;
    await step('and the note is still there', async () => {
      equal('  text', valueOf(await call(client, 'read_note', { id }))?.text, text);
      await rejection(client.close());
    });
  }
  await stopClean(server);
  await outlives(sdk, providerOptions);
}

/** Access tokens run out: the client must refresh, twice, without its user. */
async function outlives(sdk, providerOptions) {
  const server = await startServer({ clock });
  const visitor = new Visitor(server);
  const provider = sdk.provider(providerOptions);
  const wire = new Wire((reply) => sdk.notice?.(reply, provider));
  const opened = await step('tokens that run out: connected', () => enter(sdk, server, provider, wire, visitor, 'before expiry'), 30);
  if (!opened) return;
  await step('refresh after expiry, twice, without the user', async () => {
    const tokens = new Set([provider.held.refresh_token]);
    const asked = provider.redirects.length;
    for (const round of ['first', 'second']) {
      clock.move(provider.held.expires_in + 1);
      const result = await call(opened.client, 'whoami');
      ok(`  ${round} expiry: the call succeeds`, JSON.stringify(valueOf(result)).includes(server.user), result);
      ok(`  ${round} expiry: the refresh token was rotated`, !tokens.has(provider.held.refresh_token));
      tokens.add(provider.held.refresh_token);
    }
    equal('  the user was not asked', provider.redirects.length, asked);
    ok('  the expired calls were answered 401 invalid_token', wire.seen.some((one) => one.status === 401 && /error="invalid_token"/.test(one.challenge)), wire.seen);
  }, 30);
  await rejection(opened.client.close());
  await stopClean(server, 'after expiry');
}

export { MODERN };
