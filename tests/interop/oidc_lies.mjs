// Every lie that a provider, or somebody between, could tell: the client hears a fixed error, and no code is made.
import { keyOf, startQuirk } from '../providers/quirks.mjs';
import { equal, group, ok, stopClean } from './lib.mjs';
import { redeem } from './oauth.mjs';
import { arrive, AWAY, heard, NOT_ALLOWED, REFUSED, silent, start, UNBELIEVED, WRONG_ISSUER } from './oidc_visit.mjs';
import { Visitor } from './web.mjs';

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

export async function attacks() {
  let victimCode;
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
