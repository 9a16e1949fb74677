// Login by OpenID: the whole story with a real provider, an official client and a real browser, keys that change on the
// way, and the provider's end of it; every lie that a provider, or somebody between, could tell; then the brands and a plain
// OAuth 2 provider, each as its documents say.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { startOidcProvider } from '../providers/oidc.mjs';
import { openPerson } from '../providers/person.mjs';
import { keyOf, rows, startQuirk } from '../providers/quirks.mjs';
import { equal, group, main, ok, sleep, startServer, step, stopClean, within } from './lib.mjs';
import { answer, authorization, callTool, redeem, refresh, register as registerAt, valueOf } from './oauth.mjs';
import { Provider } from './story.mjs';
import { formsOf, request, Visitor } from './web.mjs';

const REDIRECT = 'http://127.0.0.1:39011/callback';          // other programs listen at theirs at the same time
const register = (server) => registerAt(server, { redirect_uris: [REDIRECT] });
class Elsewhere extends Provider { get redirectUrl() { return REDIRECT; } }

const rejected = (promise) => promise.then(() => undefined, (error) => error);
const call = (client, name) => within(10, client.callTool({ name, arguments: {} }), `the call of ${name}`);

async function start(toml, { check = 900, args = [] } = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-oidc-'));
  const config = path.join(folder, 'postern.toml');
  writeFileSync(config, toml);
  const server = await startServer({ args: ['--config', config, '--provider-check', String(check), ...args] });
  const stop = server.stop.bind(server);
  server.stop = (...given) => { rmSync(folder, { recursive: true, force: true }); return stop(...given); };
  return server;
}

/** No secret of a provider reaches the log. */
function silent(server, secrets, label) {
  const told = secrets.filter((secret) => server.log.includes(secret));
  ok(`${label}: there are secrets to look for`, secrets.length > 3 && secrets.every((secret) => secret?.length > 15), secrets.length);
  equal(`${label}: no secret of a provider is in the log`, told.map((secret) => secret.slice(0, 8)), []);
}

// ---- a real provider, a real browser ------------------------------------------------------------

const client = { client_id: 'postern', client_secret: randomBytes(24).toString('base64url') };

async function story(person) {
  // A minute before its end a token is renewed: two seconds after it was given.
  const [oidc, other] = await Promise.all([startOidcProvider({ accessTtl: 62 }), startQuirk('standard', { id: 'other', toml: 'label = "Other"' })]);
  const server = await start(`${oidc.toml('corp', client, 'label = "Corp"\nscope = "openid profile email groups offline_access"\nauthorize_parameters = "prompt=consent"\nallow = { email_domains = ["corp.example"], groups = ["staff"] }')}${other.toml}`);
  oidc.addClient({ ...client, redirect_uris: [`${server.url}/corp/callback`] });
  try {
    await official(server, oidc, person);
    const mine = await rotation(server, oidc, person);
    const idle = await signIn(server, person);
    if (mine) await renewal(server, oidc, mine, idle);
    await strangers(server, oidc, person);
    await rotatedTooSoon(server, oidc, person);
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
    const { provider: by, profile } = valueOf(await call(opened, 'get_user_profile'));
    equal('  get_user_profile', [by, profile?.name, profile?.email], ['corp', 'Ada Lovelace', 'ada@corp.example']);
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
    await sleep(2500);
    const before = oidc.count('/token');
    const replies = await Promise.all(Array.from({ length: 12 }, () => callTool(server, mine.access, 'whoami')));
    ok('  every call is answered', replies.every((one) => one.status === 200), replies.map((one) => one.status));
    equal('  the provider was asked once', oidc.count('/token') - before, 1);
    oidc.trouble = 'outage';
    await sleep(2500);
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
  }, 40);
}

// ---- lies -----------------------------------------------------------------------------------------

/** A person without a window: our pages, the provider's redirects, and back. Gives what the client hears. */
async function arrive(server, id, { visitor = new Visitor({}), tamper = (url) => url } = {}) {
  const registered = await register(server);
  const asked = authorization(server, registered);
  const there = await depart(server, visitor, asked.url, id);
  if (there.origin === new URL(REDIRECT).origin) return { registered, asked, callback: there };
  const sent = (await request(there)).headers.location;
  const back = tamper(new URL(sent), there);
  const reply = await request(back, { headers: { Cookie: visitor.cookies(), 'Sec-Fetch-Site': 'cross-site' }, seconds: 20 });
  const location = reply.headers.location;
  return { registered, asked, there, back, reply, callback: location ? new URL(location) : undefined };
}

/** Up to where our server sends the browser when its person allowed. */
async function depart(server, visitor, url, id) {
  let page = await visitor.load(url);
  const choice = formsOf(page.text).find((one) => one.inputs.some((input) => input.name === 'provider' && input.value === id));
  if (choice) page = await visitor.load(new URL(choice.action || url, url).href, { method: 'POST', fields: { ...choice.hidden, provider: id } });
  const reply = await visitor.press(url, page, 'allow');
  if (!reply.headers.location) throw new Error(`not sent on: ${reply.brief}`);
  return new URL(reply.headers.location);
}

const heard = (visit) => [visit.callback?.searchParams.get('error'), visit.callback?.searchParams.get('error_description'), visit.callback?.searchParams.has('code') ?? false];
const UNBELIEVED = ['server_error', 'What the login service signed can not be believed.', false];
const WRONG_ISSUER = ['server_error', 'The answer did not come from the login service.', false];
const AWAY = ['temporarily_unavailable', 'The login service can not be reached. Try again later.', false];
const NOT_ALLOWED = ['access_denied', 'This user may not use this server.', false];
const REFUSED = ['server_error', 'The login service did not accept this login.', false];

const now = () => Math.floor(Date.now() / 1000);
const claims = (change) => ({ claims: (all) => ({ ...all, ...change(all) }) });
/** What the provider at `corp` does for one login, and what the client then hears. */
const lies = [
  ['an ID token with another nonce', claims(() => ({ nonce: 'x' })), UNBELIEVED],
  ['without a nonce', claims(() => ({ nonce: undefined })), UNBELIEVED],
  ['for another client', claims(() => ({ aud: 'somebody-else' })), UNBELIEVED],
  ['for several, the party being another', claims((all) => ({ aud: [all.aud, 'somebody-else'], azp: 'somebody-else' })), UNBELIEVED],
  ['for several without a party', claims((all) => ({ aud: [all.aud, 'somebody-else'] })), UNBELIEVED],
  ['that has expired', claims(() => ({ exp: now() - 120 })), UNBELIEVED],
  ['that never expires', claims(() => ({ exp: undefined })), UNBELIEVED],
  ['from tomorrow', claims(() => ({ iat: now() + 86400 })), UNBELIEVED],
  ['of nobody', claims(() => ({ sub: '' })), UNBELIEVED],
  ['of another issuer', claims(() => ({ iss: 'http://127.0.0.1:9' })), UNBELIEVED],
  ['of the issuer with a slash', claims((all) => ({ iss: `${all.iss}/` })), UNBELIEVED],
  ['with alg none', { token: { alg: 'none' } }, UNBELIEVED],
  ['with HS256 by the public key', { token: { alg: 'HS256' } }, UNBELIEVED],
  ['signed by a stranger under the name of a known key', { token: { key: keyOf('stranger'), kid: keyOf('good').kid } }, UNBELIEVED],
  ['signed by a stranger under a name of its own', { token: { key: keyOf('stranger') } }, UNBELIEVED],
  ['that is none', { tokenAnswer: (all) => ({ ...all, id_token: 'ey.ey.ey' }) }, UNBELIEVED],
  ['left out', { tokenAnswer: (all) => ({ ...all, id_token: undefined }) }, UNBELIEVED],
  ['a response that names another issuer', { response: (all) => ({ ...all, iss: 'http://127.0.0.1:9' }) }, WRONG_ISSUER],
  ['a response that names none, of a provider that does', { response: (all) => ({ ...all, iss: undefined }) }, WRONG_ISSUER],
  ['an error from another issuer', { response: ({ state }) => ({ state, error: 'access_denied', iss: 'http://127.0.0.1:9' }) }, WRONG_ISSUER],
  ['a response without a code', { response: (all) => ({ ...all, code: undefined }) }, REFUSED],
  ['a token answer that is an error', { tokenAnswer: () => ({ error: 'invalid_grant', error_description: '<script>' }) }, REFUSED],
  ['a token answer of two megabytes', { tokenAnswer: (all) => ({ ...all, more: 'x'.repeat(2 << 20) }) }, AWAY],
  ['a token endpoint that points elsewhere', { tokenRedirect: '/elsewhere' }, AWAY],
  ['a token of an unknown type', { tokenAnswer: (all) => ({ ...all, token_type: 'mac' }) }, AWAY],
];
/** The same at `picky`, which lets in verified addresses of a domain, of a group. */
const info = (change) => ({ info: (all) => ({ ...all, ...change }) });
const guests = [
  ['an address that is not verified', info({ email_verified: false }), NOT_ALLOWED],
  ['an address of which that is not said', info({ email_verified: undefined }), NOT_ALLOWED],
  ['an address of another domain', info({ email: 'ada@corp.example.evil.example' }), NOT_ALLOWED],
  ['another group', info({ groups: ['guests'] }), NOT_ALLOWED],
  ['no groups', info({ groups: undefined }), NOT_ALLOWED],
  ['the userinfo of another user', info({ sub: 'somebody-else' }), ['server_error', 'The login service did not say who the user is.', false]],
  ['a signed claim against the userinfo', { claims: (all) => ({ ...all, groups: ['guests'] }) }, NOT_ALLOWED],
];

async function attacks() {
  const begin = (id, tweak, toml) => startQuirk('standard', { id, tweak, toml });
  const [corp, picky, forged, keyless, slow, other] = await Promise.all([
    begin('corp'), begin('picky', {}, 'allow = { email_domains = ["corp.example"], groups = ["staff"] }'),
    begin('forged', { discovery: (all) => ({ ...all, issuer: 'http://127.0.0.1:9' }) }),
    begin('keyless', { keys: 503 }), begin('slow', { tokenDelay: 13_000 }), begin('other'),
  ]);
  const all = [corp, picky, forged, keyless, slow, other];
  const server = await start(all.map((one) => one.toml).join(''));
  for (const one of all) one.callback = `${server.url}/${one.id}/callback`;
  const waiting = arrive(server, 'slow');        // it takes as long as we wait for a token endpoint
  waiting.catch(() => {});

  await group('lies of a provider', async () => {
    const honest = await arrive(server, 'corp');
    equal('an honest provider: its user is let in', (await redeem(server, honest.registered, { ...honest.asked, code: honest.callback?.searchParams.get('code') })).status, 200);
    for (const [name, tweak, expected] of lies) {
      Object.assign(corp.tweak, tweak);
      const visit = await arrive(server, 'corp');
      equal(name, heard(visit), expected);
      equal(`${name}: the client is told by us`, [visit.callback?.searchParams.get('iss'), visit.callback?.searchParams.get('state')], [server.url, visit.asked.state]);
      for (const key of Object.keys(tweak)) delete corp.tweak[key];
    }
    equal('no redirect was followed', corp.count('/elsewhere'), 0);
    equal('the keys were read once, and once more for an unknown one', corp.count(corp.endpoints.jwks), 2);
    ok('and then an honest login works', (await arrive(server, 'corp')).callback?.searchParams.has('code'));
  }, 60);
  await group('who is let in', async () => {
    ok('a member with a verified address', (await arrive(server, 'picky')).callback?.searchParams.has('code'));
    for (const [name, tweak, expected] of guests) {
      Object.assign(picky.tweak, tweak);
      equal(name, heard(await arrive(server, 'picky')), expected);
      for (const key of Object.keys(tweak)) delete picky.tweak[key];
    }
  }, 40);
  await group('a provider that is not what it says, or not there', async () => {
    equal('a discovery document of another issuer', heard(await arrive(server, 'forged')), AWAY);
    equal('and nothing was sent there', [forged.count('/authorize'), forged.count('/token')], [0, 0]);
    equal('no keys to be had', heard(await arrive(server, 'keyless')), AWAY);
    await other.close();
    equal('nobody at home', heard(await arrive(server, 'other')), AWAY);
  }, 40);
  await group('mix-up: the answer of one provider at the callback of another', async () => {
    const visitor = new Visitor({});
    const visit = await arrive(server, 'corp', { visitor, tamper: (url) => new URL(`${server.url}/picky/callback${url.search}`) });
    equal('it belongs to no login there', [visit.reply.status, visit.callback], [400, undefined]);
    const before = [corp.count('/token'), picky.count('/token')];
    const right = await visitor.load(`${server.url}/corp/callback${visit.back.search}`, { site: 'cross-site' });
    ok('and is good at its own, once', /[?&]code=/.test(right.headers.location), right.brief);
    equal('only its own was asked', [corp.count('/token') - before[0], picky.count('/token') - before[1]], [1, 0]);
    const again = await visitor.load(`${server.url}/corp/callback${visit.back.search}`, { site: 'cross-site' });
    equal('the second time not', [again.status, again.headers.location], [400, undefined]);
  });
  await group('a code of somebody else, put into the answer', async () => {
    const victim = await arrive(server, 'corp', { tamper: (url) => { victimCode = url.searchParams.get('code'); url.searchParams.set('code', 'x'); return url; } });
    equal('a code that the provider does not know', heard(victim), REFUSED);
    const injected = await arrive(server, 'corp', { tamper: (url) => { url.searchParams.set('code', victimCode); return url; } });
    equal('the code of another login: PKCE holds it', heard(injected), REFUSED);
    ok('it was PKCE', corp.refused.at(-1).includes('verifier'), corp.refused);
  });
  await group('a token endpoint that does not answer', async () => {
    equal('the client is told', heard(await waiting), AWAY);
    equal('and it was asked once', slow.count('/token'), 1);
  });
  silent(server, all.flatMap((one) => one.secrets), 'lies');
  await stopClean(server, 'lies');
  await Promise.all(all.filter((one) => one !== other).map((one) => one.close()));
}
let victimCode;

// ---- brands -----------------------------------------------------------------------------------------

async function brands() {
  // A minute before its end a token is renewed: two seconds after it was given.
  const brandNames = Object.keys(rows).filter((name) => name !== 'standard');
  const standIns = await Promise.all(brandNames.map((name) => startQuirk(name, { lifetime: 62 })));
  const owner = await startQuirk('entra', { id: 'entra-owned', toml: 'allow = { email_domains = ["corp.example"] }' });
  const everyone = [...standIns, owner];
  const server = await start(everyone.map((one) => one.toml).join(''), { check: 1 });
  for (const one of everyone) one.callback = `${server.url}/${one.id}/callback`;
  await Promise.all(standIns.map((one) => group(one.id, () => brand(server, one), 40)));
  await group('Entra', () => entra(server, owner, standIns.find((one) => one.id === 'entra-common')));
  silent(server, everyone.flatMap((one) => one.secrets), 'brands');
  await stopClean(server, 'brands');
  await Promise.all(everyone.map((one) => one.close()));
}

async function brand(server, standIn) {
  const { id, row } = standIn;
  const visit = await arrive(server, id);
  const { status, json: tokens } = await redeem(server, visit.registered, { ...visit.asked, code: visit.callback?.searchParams.get('code') });
  if (!ok(`${id}: from consent to tokens`, status === 200, { heard: heard(visit), refused: standIn.refused })) return;
  const use = (tool) => callTool(server, tokens.access_token, tool);
  const renewals = () => standIn.requests.filter((one) => one.body.get('grant_type') === 'refresh_token').length;
  const whoami = valueOf(answer(await use('whoami'))?.result);
  ok(`${id}: the user's name is ${row.name}`, JSON.stringify(whoami).includes(`"${row.name}"`), whoami);
  const { provider, profile } = valueOf(answer(await use('get_user_profile'))?.result) ?? {};
  ok(`${id}: get_user_profile asks it`, provider === id && JSON.stringify(profile).includes('ada'), { provider, profile });
  for (const round of ['once', 'twice']) {
    await sleep(2600);
    const reply = await use('get_user_profile');   // it asks there at once, by the token that came just now
    ok(`${id}: renewed ${round}, the user is still let in`, JSON.stringify(valueOf(answer(reply)?.result)?.profile)?.includes('ada'), reply.brief);
  }
  equal(`${id}: by its refresh token`, renewals(), 2);
  equal(`${id}: nothing was refused on the way`, standIn.refused, []);
  standIn.revokeEverything();
  equal(`${id}: what it ended is ended here`, (await use('get_user_profile')).status, 401);
}

/** No email_verified there: `xms_edov` says that the address is of a domain which the tenant owns. And tenants are issuers. */
async function entra(server, owner, common) {
  equal('Entra: an address alone lets nobody in', heard(await arrive(server, owner.id)), NOT_ALLOWED);
  owner.tweak.claims = (all) => ({ ...all, email_verified: true });
  equal('Entra: nor does a claim that it does not have', heard(await arrive(server, owner.id)), NOT_ALLOWED);
  owner.tweak.claims = (all) => ({ ...all, xms_edov: true });
  ok('Entra: an address whose domain the tenant owns does', (await arrive(server, owner.id)).callback?.searchParams.has('code'));
  for (const tid of ['00000000-0000-0000-0000-000000000000', '../x', undefined]) {
    common.tweak.claims = (all) => ({ ...all, tid });
    equal(`Entra: tenant ${tid} does not speak for another`, heard(await arrive(server, common.id)), UNBELIEVED);
  }
}

// ---- all of it --------------------------------------------------------------------------------------

await main('interop, OpenID', 120, async () => {
  const person = await openPerson();
  try {
    await Promise.all([story(person), attacks(), brands()]);
  } finally {
    await person.close();
  }
});
