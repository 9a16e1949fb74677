// Login by OpenID: the whole story with a real provider, an official client and a real browser, keys that change on the
// way, and the provider's end of it. Beside it the lies (oidc_lies.mjs) and the brands (oidc_brands.mjs).
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { startOidcProvider } from '../providers/oidc.mjs';
import { openPerson } from '../providers/person.mjs';
import { startQuirk } from '../providers/quirks.mjs';
import { clock } from './clock.mjs';
import { binaries, equal, main, ok, root, step, stopClean, within } from './lib.mjs';
import { authorization, callTool, redeem, refresh, valueOf } from './oauth.mjs';
import { brands } from './oidc_brands.mjs';
import { attacks } from './oidc_lies.mjs';
import { REDIRECT, register, silent, start } from './oidc_visit.mjs';
import { Provider } from './story.mjs';
import { formsOf, request } from './web.mjs';

class Elsewhere extends Provider { get redirectUrl() { return REDIRECT; } }

const rejected = (promise) => promise.then(() => undefined, (error) => error);
const call = (client, name) => within(10, client.callTool({ name, arguments: {} }), `the call of ${name}`);

const client = { client_id: 'postern', client_secret: randomBytes(24).toString('base64url') };

/** Seconds that the provider's access tokens live; a minute before their end they are renewed. */
const LIFETIME = 300;

async function story(person) {
  const [oidc, other] = await Promise.all([startOidcProvider({ accessTtl: LIFETIME }), startQuirk('standard', { id: 'other', toml: 'label = "Other"' })]);
  const server = await start(`${oidc.toml('corp', client, 'label = "Corp"\nscope = "openid profile email groups offline_access"\nauthorize_parameters = "prompt=consent"\nallow = { email_domains = ["corp.example"], groups = ["staff"] }')}${other.toml}`);
  oidc.addClient({ ...client, redirect_uris: [`${server.url}/corp/callback`] });
  try {
    await official(server, oidc, person);
    const mine = await rotation(server, oidc, person);
    await rotatedTooSoon(server, oidc, person);
    const idle = await signIn(server, person);
    if (mine) await renewal(server, oidc, mine, idle);
    await strangers(server, oidc, person);
    silent(server, [client.client_secret, ...oidc.secrets], 'oidc-provider');
  } finally {
    if (oidc.log) console.log(oidc.log.trimEnd().replace(/^/gm, '# oidc-provider: '));
    await stopClean(server, 'oidc-provider');
    await oidc.stop();
    await other.close();
  }
}

async function official(server, oidc, person) {
  const provider = new Elsewhere({ token_endpoint_auth_method: 'none', redirect_uris: [REDIRECT] });
  const connect = () => new StreamableHTTPClientTransport(new URL(server.mcp), { authProvider: provider });
  await step('from 401 to a connection by OpenID', async () => {
    const first = connect();
    const refused = await rejected(new Client({ name: 'oidc-story', version: '1' }).connect(first));
    ok('  the client has to ask its user', refused instanceof UnauthorizedError, String(refused));
    const page = formsOf((await request(provider.redirects.at(-1))).text);
    ok('  the page offers both providers beside a password', ['corp', 'other'].every((id) => page.some((one) => one.inputs.some(({ name, value }) => name === 'provider' && value === id)))
      && page.some((one) => one.has('password')), page);
    const { callback, seen } = await person.authorize(provider.redirects.at(-1), { redirect: REDIRECT, provider: 'Corp' });
    ok('  login, our consent, theirs, the client: in this order',
      /^Log in/.test(seen[0]) && /^Allow access/.test(seen[1]) && /oidc-provider/.test(seen[2]) && seen.at(-1) === 'Back at the client', seen);
    equal('  the state comes back, and our issuer', [callback?.searchParams.get('state'), callback?.searchParams.get('iss')], [provider.lastState, server.url]);
    await first.finishAuth(callback.searchParams.get('code'));
    const opened = new Client({ name: 'oidc-story', version: '1' });
    await opened.connect(connect());
    ok('  whoami', JSON.stringify(valueOf(await call(opened, 'whoami'))).includes('"ada"'));
    const profile = valueOf(await call(opened, 'get_user_profile'));
    equal('  get_user_profile', [profile?.name, profile?.email], ['Ada Lovelace', 'ada@corp.example']);
    await rejected(opened.close());
  }, 40);
  const asked = oidc.requests.find((one) => one.path === '/auth')?.query;
  ok('asked there: PKCE, nonce, state, and no resource', asked?.get('code_challenge_method') === 'S256' && asked.get('nonce') && asked.get('state') && !asked.has('resource'), String(asked));
  equal('discovery and keys were read once', [oidc.count('/.well-known/openid-configuration'), oidc.count('/jwks')], [1, 1]);
}

/** Registration to tokens at a browser. */
async function signIn(server, person, more = {}) {
  const registered = await register(server);
  const asked = authorization(server, registered);
  const { callback, seen, text } = await person.authorize(asked.url, { redirect: REDIRECT, provider: 'Corp', ...more });
  const reply = await redeem(server, registered, { ...asked, code: callback?.searchParams.get('code') });
  return { client: registered, callback, seen, text, tokens: reply.json, access: reply.json?.access_token };
}

async function rotation(server, oidc, person) {
  return step('after the provider changed its keys the next login works', async () => {
    oidc.rotateKeys();
    const mine = await signIn(server, person);
    ok('  tokens', mine.access, mine.callback?.href);
    equal('  the keys were read once more', oidc.count('/jwks'), 2);
    return mine;
  }, 40);
}

/** Those who are in: their tokens are renewed, and end when the provider's do. */
async function renewal(server, oidc, mine, idle) {
  await step('the provider renews what it granted, and ends it', async () => {
    clock.move(LIFETIME - 59);
    const before = oidc.count('/token');
    const replies = await Promise.all(Array.from({ length: 12 }, () => callTool(server, mine.access, 'whoami')));
    ok('  every call is answered', replies.every((one) => one.status === 200), replies.map((one) => one.status));
    equal('  the provider was asked once', oidc.count('/token') - before, 1);
    oidc.trouble = 'outage';
    clock.move(LIFETIME - 59);
    equal('  its outage is bridged', (await callTool(server, mine.access, 'whoami')).status, 200);
    oidc.trouble = undefined;
    oidc.revokeEverything('ada');
    const reply = await callTool(server, mine.access, 'get_user_profile');
    ok('  revoked there: 401', reply.status === 401 && /error="invalid_token"/.test(reply.headers['www-authenticate']), reply.brief);
    equal('  and no refresh', (await refresh(server, mine.client, mine.tokens.refresh_token)).json?.error, 'invalid_grant');
  }, 40);
  await step('ended there while nobody asked: the next renewal hears of it', async () => {
    const reply = await callTool(server, idle.access, 'whoami');
    equal('  401 at the next call', reply.status, 401);
  });
}

async function strangers(server, oidc, person) {
  await step('who is not allowed, and who says no, are sent back with an error', async () => {
    const no = await signIn(server, person, { there: 'cancel' });
    equal('  no at the provider', [no.callback?.searchParams.get('error'), no.callback?.searchParams.has('code')], ['access_denied', false]);
    oidc.signIn = 'eve';
    const eve = await signIn(server, person);
    equal('  another e-mail domain', [eve.callback?.searchParams.get('error'), eve.callback?.searchParams.get('error_description')], ['access_denied', 'This user may not use this server.']);
  }, 40);
}

async function rotatedTooSoon(server, oidc, person) {
  await step('changed again within the minute, the keys are not read at every login', async () => {
    oidc.rotateKeys();
    for (const round of ['first', 'second']) {
      const { callback } = await signIn(server, person);
      equal(`  the ${round} login fails`, [callback?.searchParams.get('error'), callback?.searchParams.has('code')], ['server_error', false]);
    }
    equal('  without another look', oidc.count('/jwks'), 2);
    clock.move(61);
    ok('  a minute later it works', (await signIn(server, person)).access);
  }, 40);
}

/** What docs/providers.md shows is a configuration that is taken. */
function documented() {
  const [, toml] = /```toml\n([\s\S]*?)```/.exec(readFileSync(path.join(root, 'docs/providers.md'), 'utf8'));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-oidc-'));
  const config = path.join(folder, 'postern.toml');
  writeFileSync(config, toml.replaceAll('<tenant id>', 'common'));
  const secrets = Object.fromEntries([...toml.matchAll(/client_secret_env = "(\w+)"/g)].map(([, name]) => [name, 'secret']));
  const done = spawnSync(path.join(binaries, 'postern'), ['serve', '--check', '--config', config, '--data', path.join(folder, 'data')], {
    cwd: folder, encoding: 'utf8', timeout: 10_000, env: { PATH: process.env.PATH, ...secrets },
  });
  ok('the tables of docs/providers.md are taken', done.status === 0 && toml.match(/\[\[provider\]\]/g).length === 8, done.stderr + done.stdout);
  rmSync(folder, { recursive: true, force: true });
}

await main('interop, OpenID', 120, async () => {
  documented();
  const person = await openPerson();
  try {
    // The clock is one for all of them.
    await story(person);
    await brands();
    await attacks();
  } finally {
    await person.close();
  }
});
