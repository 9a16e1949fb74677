// Attacks on the authorization server.
import { equal, host, launchProgram, ok, startServer } from './lib.mjs';
import { form, formsOf, postForm, postJson, request, Visitor } from './web.mjs';
import { ALL_SCOPES, authorization, callTool, metadata, obtainCode, pkce as newPkce, READ_SCOPES, redeem, REDIRECT, refresh, register, revoke, signIn } from './oauth.mjs';

const isError = (reply, status, error) => reply.status === status && reply.json?.error === error;
const works = async (server, access) => (await callTool(server, access, 'whoami')).status === 200;
/** An error page: nothing is sent anywhere. */
const isPage = (reply) => reply.status >= 400 && reply.status < 500 && !reply.headers.location && /^text\/html/.test(reply.headers['content-type'] ?? '');

/** The error that an authorization request sends back to its client, or what came instead. */
async function sentBack(visitor, url) {
  const { page } = await visitor.consentPage(url);
  const location = page.headers.location;
  return location ? Object.fromEntries(new URL(location).searchParams) : { status: page.status, text: page.text.slice(0, 200) };
}

export async function codes({ server, visitor }) {
  const owner = await register(server);
  const thief = await register(server, { client_name: 'Thief', redirect_uris: [REDIRECT, 'https://thief.example/cb'] });
  const asked = await obtainCode(server, visitor, owner);
  const rows = [
    ['the wrong client', () => redeem(server, thief, asked)],
    ['the wrong verifier', () => redeem(server, owner, { ...asked, verifier: newPkce().verifier })],
    ['the wrong redirect', () => redeem(server, owner, { ...asked, redirect: 'http://127.0.0.1:39007/other' })],
    ['another port in the redirect', () => redeem(server, owner, { ...asked, redirect: 'http://127.0.0.1:40007/callback' })],
    ['the wrong resource', () => redeem(server, owner, asked, { resource: 'https://other.example/mcp' })],
    ['no verifier', () => redeem(server, owner, asked, { code_verifier: undefined })],
    ['an unknown client', () => redeem(server, { client_id: 'nobody' }, asked)],
    ['a code cut short', () => redeem(server, owner, { ...asked, code: asked.code.slice(0, -1) })],
  ];
  for (const [what, attack] of rows) {
    const reply = await attack();
    ok(`code, ${what}: refused`, (reply.status === 400 || reply.status === 401) && reply.json?.error && !reply.json.access_token, reply.brief);
  }
  const unknown = await redeem(server, { client_id: 'nobody' }, asked);
  ok('code, an unknown client is told so: 401 invalid_client, so that it registers again', isError(unknown, 401, 'invalid_client'), unknown.brief);
  const first = await redeem(server, owner, asked);
  ok('code: after all that it still works for its owner', first.status === 200 && first.json.access_token, first.brief);
  ok('code: the reply may not be stored', /no-store/.test(first.headers['cache-control'] ?? ''), first.brief);
  ok('code: the token works', await works(server, first.json.access_token));
  const stranger = await redeem(server, thief, asked);
  ok('replay by a stranger: refused, and costs the owner nothing', stranger.status === 400 && await works(server, first.json.access_token), stranger.brief);
  const replay = await redeem(server, owner, asked);
  ok('replay: refused', isError(replay, 400, 'invalid_grant'), replay.brief);
  ok('replay: what the code gave is revoked, access', !(await works(server, first.json.access_token)));
  ok('replay: and refresh', isError(await refresh(server, owner, first.json.refresh_token), 400, 'invalid_grant'));
}

/** CVE-2025-4143 and its kind: no way to a code without a challenge, no way to a token without the verifier. */
export async function pkce({ server, visitor }) {
  const client = await register(server);
  const { verifier } = newPkce();
  const rows = [
    ['no challenge at all', { code_challenge: undefined, code_challenge_method: undefined }],
    ['a method without a challenge', { code_challenge: undefined }],
    ['plain', { code_challenge: verifier, code_challenge_method: 'plain' }],
    ['a challenge without a method, which means plain', { code_challenge_method: undefined }],
    ['s256 in small letters', { code_challenge_method: 's256' }],
    ['an empty challenge', { code_challenge: '' }],
    ['a challenge of 42 characters', { code_challenge: verifier.slice(1) }],
    ['a challenge of 129 characters', { code_challenge: 'a'.repeat(129) }],
    ['a challenge of other characters', { code_challenge: `${verifier.slice(0, 42)}=` }],
  ];
  for (const [what, more] of rows) {
    const asked = authorization(server, client, more);
    const back = await sentBack(visitor, asked.url);
    ok(`pkce, ${what}: sent back as invalid_request, with state and iss`, back.error === 'invalid_request' && back.state === asked.state && back.iss === server.url && !back.code, back);
  }
  for (const [what, value] of [['empty', ''], ['too short', 'a'.repeat(42)], ['too long', 'a'.repeat(129)], ['the challenge itself', 'challenge']]) {
    const asked = await obtainCode(server, visitor, client);
    const reply = await redeem(server, client, asked, { code_verifier: value === 'challenge' ? asked.challenge : value });
    ok(`pkce, a verifier ${what}: refused`, reply.status === 400 && /^invalid_(grant|request)$/.test(reply.json?.error), reply.brief);
  }
}

export async function redirects({ server, visitor }) {
  const loopback = await register(server);
  const web = await register(server, { redirect_uris: ['https://client.example/cb'] });
  const lookalikes = [
    [loopback, [`${REDIRECT}/`, 'http://127.0.0.1:39007/Callback', `${REDIRECT}?x=1`, `${REDIRECT}#f`, 'http://127.0.0.1:39007/x/../callback', 'http://127.0.0.1:39007/./callback',
      'http://127.0.0.1:39007@evil.example/callback', 'http://127.0.0.1.evil.example/callback', 'http://localhost:39007/callback', 'https://127.0.0.1:39007/callback',
      'http://127.0.0.1:39007\\@evil.example/callback', 'http://127.0.0.1:39007/callback%2f', 'http://127.0.0.1:39007/%63allback', 'http://0x7f000001:39007/callback', 'http://127.1:39007/callback',
      'http://2130706433:39007/callback', 'http://[::1]:39007/callback', 'http://127.0.0.1:99999/callback', 'http://127.0.0.1:/callback@evil.example', `${REDIRECT}\n`, ` ${REDIRECT}`, `${REDIRECT}\u0000`, 'javascript:alert(1)']],
    [web, ['https://client.example:444/cb', 'https://client.example/cb/', 'https://client.example/cb?', 'https://client.example.evil.example/cb', 'https://evil.example/client.example/cb', 'https://client.example@evil.example/cb',
      'http://client.example/cb', 'https://client.example/cb/../cb', 'https://client.example/cb#', 'https://sub.client.example/cb', 'https://client.example//cb', 'https://client.example/CB', '//client.example/cb', 'https:client.example/cb', 'https://client.example./cb']],
  ];
  for (const [client, list] of lookalikes) {
    for (const redirect_uri of list) {
      const reply = await visitor.load(authorization(server, client, { redirect_uri }).url);
      ok(`redirect ${JSON.stringify(redirect_uri)}: an error page, no redirect`, isPage(reply), reply.brief);
    }
  }
  const other = await visitor.load(authorization(server, loopback, { redirect_uri: 'http://127.0.0.1:40123/callback' }).url);
  ok('redirect: another port of the same loopback address is the same client (RFC 8252)', other.status === 200, other.brief);
  ok('redirect: an unknown client gets a page', isPage(await visitor.load(authorization(server, { client_id: 'nobody' }).url)));
}

export async function registrations({ server }) {
  const dangerous = ['javascript:alert(1)', 'JavaScript:alert(1)', 'java\tscript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'blob:https://h/x', 'about:blank', 'http://evil.example/cb', 'http://localhost.evil.example/cb',
    'https://user:secret@h.example/cb', 'https://h.example/cb#f', 'https://h.example\\@evil.example/cb', 'https://', 'https:///cb', 'callback', '', 'https://h.example/c\u0001b', 'https://h.example/c b', 'http://127.0.0.1:0x50/cb', 'https://h.example:99999/cb', 'ws://h.example/', '//h.example/cb', 'https://*.client.example/cb', 'https://*/cb', 'https://%2a.client.example/cb', 'https://.client.example/cb', 'http://localhost:*/cb'];
  for (const uri of dangerous) {
    const reply = await postJson(`${server.url}/register`, metadata({ redirect_uris: [uri] }));
    ok(`register ${JSON.stringify(uri)}: refused`, reply.status === 400 && /^invalid_(redirect_uri|client_metadata)$/.test(reply.json?.error), reply.brief);
  }
  for (const [what, more] of Object.entries({ 'no redirect': { redirect_uris: [] }, 'redirects that are no list': { redirect_uris: 'https://a.example' }, 'a redirect that is no text': { redirect_uris: [5] }, 'a thousand redirects': { redirect_uris: Array.from({ length: 1000 }, (_, index) => `https://a${index}.example/`) },
    'a name that is no text': { client_name: { a: 1 } }, 'an unknown method': { token_endpoint_auth_method: 'magic' }, 'a grant that is not given': { grant_types: ['password'] }, 'implicit': { response_types: ['token'] } })) {
    const reply = await postJson(`${server.url}/register`, metadata(more));
    ok(`register ${what}: refused with an OAuth error`, reply.status === 400 && reply.json?.error, reply.brief);
  }
  const cursor = ['cursor://anysphere.cursor-mcp/oauth/callback', 'https://www.cursor.example/agents/mcp/oauth/callback', 'http://localhost:8787/callback'];
  const mixed = await postJson(`${server.url}/register`, metadata({ redirect_uris: cursor }));
  equal('register: a mixed set is registered as a whole', [mixed.status, mixed.json?.redirect_uris], [201, cursor]);
  const some = await postJson(`${server.url}/register`, metadata({ redirect_uris: ['newclient://callback', ...cursor, 'https://*.client.example/cb', 'javascript:alert(1)'] }));
  equal('register: of a set the acceptable ones are kept and named', [some.status, some.json?.redirect_uris], [201, cursor]);
  const ports = Array.from({ length: 20 }, (_, index) => `http://localhost:${39000 + index}/cb`);
  const many = await postJson(`${server.url}/register`, metadata({ redirect_uris: [...ports, ...cursor] }));
  equal('register: ports of loopback count once', [many.status, many.json?.redirect_uris], [201, [...ports, ...cursor]]);
  const scoped = await postJson(`${server.url}/register`, metadata({ scope: 'openid offline_access notes:read' }));
  equal('register: the scope that is kept is answered', [scoped.status, scoped.json?.scope], [201, 'notes:read']);
  const [one, two] = [await register(server), await register(server)];
  equal('register: the same public client is the same registration, so it cannot flood', one.client_id, two.client_id);
  const elsewhere = await register(server, { redirect_uris: [REDIRECT.replace('39007', '51234')] });
  equal('register: the port of a loopback redirect makes no difference', elsewhere.client_id, one.client_id);
  const [x, y] = [await register(server, { token_endpoint_auth_method: 'client_secret_basic' }), await register(server, { token_endpoint_auth_method: 'client_secret_basic' })];
  ok('register: confidential clients are each their own', x.client_id !== y.client_id && x.client_secret !== y.client_secret && x.client_secret.length >= 32);
}

/** RFC 6749 section 3.1: a parameter must not come twice. */
export async function repeated({ server, visitor }) {
  const client = await register(server);
  const asked = authorization(server, client);
  for (const name of ['client_id', 'redirect_uri']) ok(`repeated ${name}: an error page`, isPage(await visitor.load(`${asked.url}&${form({ [name]: asked.fields[name] })}`)));
  for (const name of ['state', 'code_challenge', 'code_challenge_method', 'response_type', 'scope']) {
    const reply = await visitor.load(`${asked.url}&${form({ [name]: asked.fields[name] })}`);
    ok(`repeated ${name}: refused`, isPage(reply) || /error=invalid_request/.test(reply.headers.location ?? ''), reply.brief);
  }
  const code = await obtainCode(server, visitor, client);
  const fields = form({ grant_type: 'authorization_code', code: code.code, redirect_uri: code.redirect, code_verifier: code.verifier, client_id: client.client_id });
  for (const name of ['code', 'client_id', 'grant_type', 'code_verifier']) {
    const reply = await postForm(`${server.url}/token`, `${fields}&${name}=x`);
    ok(`repeated ${name} at /token: refused`, reply.status === 400 && reply.json?.error === 'invalid_request', reply.brief);
  }
  equal('repeated: and the code is still good', (await redeem(server, client, code)).status, 200);
}

export async function audience({ server, visitor }) {
  const client = await register(server);
  for (const resource of ['https://other.example/mcp', `${server.mcp}/deeper`, `${server.url}/other`, `${server.mcp}#f`, 'mcp', `http://127.0.0.1:${server.port}/mcp`]) {
    const asked = authorization(server, client, { resource });
    const back = await sentBack(visitor, asked.url);
    ok(`audience: ${resource} is invalid_target`, back.error === 'invalid_target' && back.state === asked.state, back);
  }
  const upper = server.mcp.replace('http://localhost', 'HTTP://LOCALHOST');
  ok('audience: scheme and host are compared without case', (await obtainCode(server, visitor, client, { resource: upper })).code);
  const elsewhere = await startServer({ store: 'memory' });
  const theirs = await signIn(elsewhere, new Visitor(elsewhere));
  equal('audience: a token of another server is worth nothing here', (await callTool(server, theirs.access, 'whoami')).status, 401);
  equal('audience: nor is its refresh token', (await refresh(server, client, theirs.refresh)).json?.error, 'invalid_grant');
  await elsewhere.stop();
}

export async function tokens({ server, visitor }) {
  const { client, access, refresh: refreshToken, asked } = await signIn(server, visitor);
  const flipped = access.slice(0, -8) + (access.at(-8) === 'A' ? 'B' : 'A') + access.slice(-7);
  for (const [what, token] of Object.entries({ flipped, cut: access.slice(0, -4), longer: `${access}AAAA`, 'a refresh token': refreshToken, 'a used code': asked.code, 'a space': `${access} x`, empty: '', huge: 'a'.repeat(7000), 'not base64': '%%%' })) {
    const reply = await callTool(server, token, 'whoami');
    ok(`token, ${what}: not accepted`, reply.status === 401 || (reply.status === 400 && /a space|empty/.test(what)), reply.brief);
  }
  for (const [what, headers] of Object.entries({ Basic: { Authorization: `Basic ${access}` }, 'no scheme': { Authorization: access }, DPoP: { Authorization: `DPoP ${access}` } })) {
    equal(`token, ${what}: not accepted`, (await callTool(server, undefined, 'whoami', {}, { headers })).status, 401);
  }
  equal('token: the scheme is read without case', (await callTool(server, undefined, 'whoami', {}, { headers: { Authorization: `bEARER ${access}` } })).status, 200);
  const query = await callTool({ ...server, mcp: `${server.mcp}?access_token=${access}` }, undefined, 'whoami');
  equal('token in the query string: not accepted', query.status, 401);
  const both = await request(server.mcp, { method: 'POST', body: '{}', headers: ['Authorization', `Bearer ${access}`, 'Authorization', 'Bearer x', 'Content-Type', 'application/json'] });
  ok('two Authorization fields: refused', both.status === 400 || both.status === 401, both.brief);
  for (const token of [access, asked.code, 'x', '']) ok('refresh with something else: invalid_grant or invalid_request', /^invalid_(grant|request)$/.test((await refresh(server, client, token)).json?.error));
  ok('token: the honest one still works', await works(server, access));
}

export async function scopes({ server, visitor }) {
  const narrow = await signIn(server, visitor, { scope: READ_SCOPES });
  const wider = await refresh(server, narrow.client, narrow.refresh, { scope: ALL_SCOPES });
  ok('scopes: a refresh never widens', isError(wider, 400, 'invalid_scope'), wider.brief);
  const kept = await refresh(server, narrow.client, narrow.refresh, { scope: 'user' });
  equal('scopes: it may narrow', [kept.status, kept.json?.scope], [200, 'user']);
  equal('scopes: and narrow it is', (await callTool(server, kept.json?.access_token, 'list_notes')).status, 403);
  ok('scopes: a refresh token always comes back', kept.json?.refresh_token);
  const habit = 'openid offline_access notes:read admin';
  const asked = await signIn(server, visitor, { scope: habit });
  equal('scopes: what nobody declared is left out', asked.tokens.scope, 'notes:read');
  const again = await refresh(server, asked.client, asked.refresh, { scope: habit });
  equal('scopes: and left out again at a refresh', [again.status, again.json?.scope], [200, 'notes:read']);
  const { url, page } = await visitor.consentPage(authorization(server, asked.client, { scope: 'notes:read' }).url);
  const { flow } = formsOf(page.text).find((one) => one.offers('allow')).hidden;
  const forged = await visitor.load(new URL('/authorize', url), { method: 'POST', fields: { flow, action: 'allow', 'scope:admin': 'yes' } });
  ok('scopes: a box that the page did not offer is refused', isPage(forged), forged.brief);
  const { error } = await sentBack(visitor, authorization(server, narrow.client, { scope: 'user "' }).url);
  equal('scopes: what is no scope is invalid_scope', error, 'invalid_scope');
  const implied = await signIn(server, visitor, { scope: 'notes:write' });
  equal('scopes: notes:write implies notes:read', (await callTool(server, implied.access, 'list_notes')).status, 200);
  const lacking = await callTool(server, implied.access, 'whoami');
  const named = lacking.headers['www-authenticate']?.match(/scope="([^"]*)"/)?.[1].split(' ') ?? [];
  ok('scopes: and not user; the challenge names all that is needed then', lacking.status === 403 && named.includes('user') && named.includes('notes:write'), lacking.brief);
}

/** --default-scopes: what the first challenge asks for, and what a client gets that asks for nothing known. */
export async function firstScopes() {
  const server = await startServer({ store: 'memory', args: ['--default-scopes', 'notes:write user'] });
  const early = await callTool(server, undefined, 'whoami');
  equal('first scopes: the challenge asks for them', early.headers['www-authenticate']?.match(/scope="([^"]*)"/)?.[1], 'notes:write user');
  for (const scope of ['', 'openid profile', 'mcp']) {
    const { tokens } = await signIn(server, new Visitor(server), { scope });
    equal(`first scopes: "${scope}" gives them`, tokens.scope, 'notes:write user');
  }
  await server.stop();
  if (['node', 'deno'].includes(host)) return; // A library there, without a command line of its own.
  const wrong = launchProgram('postern', ['serve', '--data', `${server.folder}/none`, '--default-scopes', 'user admin']);
  const { code } = await wrong.ended;
  const lines = wrong.err.trim().split('\n');
  ok('first scopes: one that is not declared is one line and exit code 2',
    code === 2 && lines.length === 1 && lines[0].includes("'admin' is not declared; expected some of: notes:read notes:write user"), wrong.err);
}

export async function clientAuthentication({ server, visitor }) {
  for (const method of ['client_secret_basic', 'client_secret_post']) {
    const client = await register(server, { token_endpoint_auth_method: method });
    const asked = await obtainCode(server, visitor, client);
    const send = (more, headers = {}) => postForm(`${server.url}/token`, { grant_type: 'authorization_code', code: asked.code, redirect_uri: asked.redirect, code_verifier: asked.verifier, ...more }, { headers });
    const basic = (secret) => ({ Authorization: `Basic ${Buffer.from(`${client.client_id}:${secret}`).toString('base64')}` });
    const rows = {
      'no secret': await send({ client_id: client.client_id }),
      'a wrong secret in the body': await send({ client_id: client.client_id, client_secret: 'wrong' }),
      'a wrong secret in the header': await send({}, basic('wrong')),
      'broken Basic': await send({}, { Authorization: 'Basic %%%' }),
    };
    for (const [what, reply] of Object.entries(rows)) ok(`${method}, ${what}: 401 invalid_client`, isError(reply, 401, 'invalid_client'), reply.brief);
    ok(`${method}: a wrong Basic is challenged with Basic`, /^Basic/i.test(rows['a wrong secret in the header'].headers['www-authenticate'] ?? ''), rows['a wrong secret in the header'].brief);
    const twice = await send({ client_id: client.client_id, client_secret: client.client_secret }, basic(client.client_secret));
    ok(`${method}, two methods at once: refused`, twice.status === 400 || twice.status === 401, twice.brief);
    const given = await redeem(server, client, asked);
    equal(`${method}: and the honest client loses nothing`, given.status, 200);
    const places = [[{}, basic(client.client_secret)], [{ client_id: client.client_id, client_secret: client.client_secret }, {}]];
    let current = given.json.refresh_token;
    for (const [fields, headers] of places) {
      const renewed = await postForm(`${server.url}/token`, { grant_type: 'refresh_token', refresh_token: current, ...fields }, { headers });
      equal(`${method}: its secret may come in either place, at /token`, renewed.status, 200);
      current = renewed.json?.refresh_token ?? current;
      const told = await postForm(`${server.url}/introspect`, { token: current, ...fields }, { headers });
      equal(`${method}: at /introspect`, [told.status, told.json?.active], [200, true]);
      equal(`${method}: at /revoke`, (await postForm(`${server.url}/revoke`, { token: 'no-such-token', ...fields }, { headers })).status, 200);
    }
  }
}

export async function revocation({ server, visitor }) {
  const mine = await signIn(server, visitor);
  const device = await signIn(server, visitor, { client: mine.client });
  const stranger = await register(server, { client_name: 'Stranger', redirect_uris: ['https://stranger.example/cb'] });
  const attempt = await revoke(server, stranger, mine.refresh);
  ok('revoke by another client: changes nothing', attempt.status < 500 && await works(server, mine.access), attempt.brief);
  equal('revoke of an unknown token: 200', (await revoke(server, mine.client, 'no-such-token')).status, 200);
  equal('refresh by another client: invalid_grant', (await refresh(server, stranger, mine.refresh)).json?.error, 'invalid_grant');
  ok('and the owner goes on', await works(server, mine.access) && (await refresh(server, mine.client, mine.refresh)).status === 200);
  equal('revoke of the access token: 200', (await revoke(server, mine.client, mine.access)).status, 200);
  ok('revoke: the grant is gone with all its tokens', !(await works(server, mine.access)) && (await refresh(server, mine.client, mine.refresh)).status === 400);
  ok('revoke: the other device of the same user stays logged in', await works(server, device.access) && (await refresh(server, device.client, device.refresh)).status === 200);
}

/** The pages' forms, sent by someone who is not the page. */
export async function forms({ server, visitor, other }) {
  const client = await register(server);
  const asked = authorization(server, client);
  const { url, page } = await visitor.consentPage(asked.url);
  const { flow } = formsOf(page.text).find((one) => one.offers('allow')).hidden;
  const post = (who, fields, more) => who.load(new URL('/authorize', url), { method: 'POST', fields, ...more });
  const rows = {
    'without cookies': await post(new Visitor(server), { flow, action: 'allow' }),
    'with the cookies of another user': await other.consentPage(asked.url).then(() => post(other, { flow, action: 'allow' })),
    'from another site': await post(visitor, { flow, action: 'allow' }, { site: 'cross-site', headers: { Origin: 'https://evil.example' } }),
    'with a flow that was changed': await post(visitor, { flow: `${flow.slice(0, -6)}AAAAAA`, action: 'allow' }),
    'without a flow': await post(visitor, { action: 'allow' }),
    'with an unknown action': await post(visitor, { flow, action: 'everything' }),
  };
  for (const [what, reply] of Object.entries(rows)) ok(`form ${what}: refused, nothing goes to the client`, isPage(reply), reply.brief);
  const good = await post(visitor, { flow, action: 'allow' });
  ok('form: the honest one goes through', new URL(good.headers.location ?? server.url).searchParams.get('code'), good.brief);
}
