// Stand-ins for OpenID providers of other brands on loopback, and for a plain OAuth 2 provider: one small server, and a
// row for each, which says what the brand does otherwise and what it refuses, as its public documents tell. `tweak` makes
// one lie, for the attacks.
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import http from 'node:http';

const word = (prefix = '') => prefix + randomBytes(18).toString('base64url');
const TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';
const standardScopes = ['openid', 'profile', 'email'];

const person = {
  sub: '248289761001', login: 'ada', name: 'Ada Lovelace', email: 'ada@corp.example', email_verified: true, groups: ['staff', 'admins'],
};

/**
 * `issuer`, `said`: path of the issuer, as configured and as discovery says it. `methods`: how a client may authenticate.
 * `claims`: of the ID token; `info`: of the userinfo endpoint. `refuse`: an error for this authorization request.
 * `refreshes`: whether a refresh token comes for it. `toml`: what an operator has to write beside issuer and client.
 */
export const rows = {
  // Follows the standard to the letter: what the scopes ask for is at the userinfo endpoint (Core s. 5.4).
  standard: {
    paths: ['/authorize', '/token', '/userinfo', '/keys'], scopes: standardScopes, methods: ['client_secret_basic'], tellsIssuer: true,
    claims: () => ({}), info: (user) => ({ preferred_username: user.login, name: user.name, email: user.email, email_verified: user.email_verified, groups: user.groups }),
    refreshes: () => false, name: 'ada',
  },
  // A refresh token only for access_type=offline with prompt=consent; offline_access is no scope of its.
  google: {
    paths: ['/o/oauth2/v2/auth', '/token', '/v1/userinfo', '/oauth2/v3/certs'], scopes: standardScopes, methods: ['client_secret_post', 'client_secret_basic'], tellsIssuer: true,
    claims: (user, client) => ({ azp: client, hd: user.email.split('@')[1], email: user.email, email_verified: user.email_verified, name: user.name, at_hash: word() }),
    info: (user) => ({ name: user.name, email: user.email, email_verified: user.email_verified }),
    refreshes: (asked) => asked.get('access_type') === 'offline' && asked.get('prompt') === 'consent', rotates: false,
    name: 'ada@corp.example',
  },
  // The tenant is in the issuer; `resource` is refused; no email_verified; `sub` is another one for each application.
  entra: {
    issuer: `/${TENANT}/v2.0`, paths: [`/${TENANT}/oauth2/v2.0/authorize`, `/${TENANT}/oauth2/v2.0/token`, '/oidc/userinfo', `/${TENANT}/discovery/v2.0/keys`],
    scopes: [...standardScopes, 'offline_access'], methods: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    refuse: (asked) => asked.has('resource') && ['invalid_request', "AADSTS901002: The 'resource' request parameter isn't supported."],
    claims: (user) => ({ tid: TENANT, oid: '00000000-0000-0000-66f3-3332eca7ea81', ver: '2.0', preferred_username: user.email, name: user.name, email: user.email, rh: word(), uti: word() }),
    info: (user) => ({ name: user.name, email: user.email }), refreshes: (asked) => asked.get('scope').includes('offline_access'),
    name: 'ada@corp.example', lifetime: 3893,
  },
  // The same for all tenants: its discovery names none.
  'entra-common': {
    like: 'entra', issuer: '/common/v2.0', said: '/{tenantid}/v2.0', tokenIssuer: `/${TENANT}/v2.0`,
    paths: ['/common/oauth2/v2.0/authorize', '/common/oauth2/v2.0/token', '/oidc/userinfo', '/common/discovery/v2.0/keys'], preset: 'entra',
  },
  // A realm is an issuer; groups by a mapper, as paths; refresh tokens change.
  keycloak: {
    issuer: '/realms/acme', paths: ['auth', 'token', 'userinfo', 'certs'].map((end) => `/realms/acme/protocol/openid-connect/${end}`),
    scopes: [...standardScopes, 'offline_access', 'roles', 'groups'], methods: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'], tellsIssuer: true,
    claims: (user, client) => ({ azp: client, typ: 'ID', preferred_username: user.login, name: user.name, email: user.email, email_verified: user.email_verified, groups: user.groups.map((one) => `/${one}`) }),
    info: (user) => ({ preferred_username: user.login }), refreshes: () => true, lifetime: 300,
    name: 'ada', toml: 'allow = { groups = ["/staff"] }',
  },
  // The issuer ends with a slash, which discovery does not repeat; what is asked for is an `audience`, and has to exist.
  auth0: {
    issuer: '/', wellKnown: '', paths: ['/authorize', '/oauth/token', '/userinfo', '/.well-known/jwks.json'],
    scopes: [...standardScopes, 'offline_access'], methods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'], only: 'client_secret_post',
    refuse: (asked) => asked.has('audience') && asked.get('audience') !== 'https://api.corp.example' && ['access_denied', `Service not found: ${asked.get('audience')}`],
    claims: (user) => ({ nickname: user.login, name: user.name, email: user.email, email_verified: user.email_verified, 'https://corp.example/groups': user.groups, sid: word() }),
    info: (user) => ({ nickname: user.login, name: user.name }), refreshes: (asked) => asked.get('scope').includes('offline_access'),
    subject: 'auth0|248289761001', lifetime: 86400, rotates: false, name: 'ada@corp.example',
    toml: 'authorize_parameters = "audience=https%3A%2F%2Fapi.corp.example"\ngroups_claim = "https://corp.example/groups"\nallow = { groups = ["staff"] }',
  },
  // Groups are at the userinfo endpoint alone; the ID token has the direct ones under another name. A refresh ends the access
  // token before it.
  gitlab: {
    paths: ['/oauth/authorize', '/oauth/token', '/oauth/userinfo', '/oauth/discovery/keys'], scopes: ['api', 'read_user', ...standardScopes], methods: ['client_secret_basic', 'client_secret_post'],
    claims: (user) => ({ auth_time: seconds(), sub_legacy: word(), name: user.name, nickname: user.login, preferred_username: user.login, email: user.email, email_verified: user.email_verified, groups_direct: ['acme/tools'] }),
    info: (user) => ({ name: user.name, nickname: user.login, preferred_username: user.login, email: user.email, email_verified: user.email_verified, groups: ['acme', 'acme/tools'] }),
    refreshes: () => true, lifetime: 7200, supersedes: true, name: 'ada', toml: 'allow = { groups = ["acme"] }',
  },
  // A thin ID token: with an access token beside it, groups and most of the profile are at the userinfo endpoint.
  okta: {
    issuer: '/oauth2/default', paths: ['authorize', 'token', 'userinfo', 'keys'].map((end) => `/oauth2/default/v1/${end}`),
    scopes: [...standardScopes, 'offline_access', 'groups'], methods: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none'], only: 'client_secret_basic',
    refuse: (asked) => !asked.get('state') && ['invalid_request', "The authentication request has an invalid 'state' parameter."],
    claims: (user) => ({ ver: 1, jti: word('ID.'), amr: ['pwd'], idp: word(), name: user.name, preferred_username: user.email, email: user.email, auth_time: seconds() }),
    info: (user) => ({ name: user.name, preferred_username: user.email, email: user.email, email_verified: user.email_verified, groups: ['Everyone', 'Staff'] }),
    refreshes: (asked) => asked.get('scope').includes('offline_access'), name: 'ada@corp.example',
    toml: 'scope = "openid profile email groups offline_access"\nallow = { groups = ["Staff"], email_domains = ["corp.example"] }',
  },
  // No OpenID: two endpoints and an API that knows the token's user, by a number.
  plain: {
    kind: 'oauth2', paths: ['/oauth/authorize', '/oauth/token', '/api/v1/user', ''], scopes: ['profile'], methods: ['client_secret_post', 'client_secret_basic'],
    claims: () => ({}), info: (user) => ({ id: 4711, username: user.login, full_name: user.name, email: user.email }), refreshes: () => true, lifetime: 3600,
    name: 'ada', toml: 'scope = "profile"\nsubject_claim = "id"\nname_claim = "username"\nallow = { logins = ["Ada"] }',
  },
};

const seconds = () => Math.floor(Date.now() / 1000);
const keys = new Map();

/** Made once for each name: `good`, and `stranger`, which no provider publishes. */
export function keyOf(name) {
  if (!keys.has(name)) keys.set(name, { kid: word(), ...generateKeyPairSync('rsa', { modulusLength: 2048 }) });
  return keys.get(name);
}

function publicJwk({ kid, publicKey }) { return { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }; }

/** A signed token; `alg` may be what no sane server makes: none, or a MAC with the public key as its secret. */
export function signed(claims, { key = keyOf('good'), kid = key.kid, alg = 'RS256' } = {}) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg, typ: 'JWT', kid })}.${part(claims)}`;
  if (alg === 'none') return `${input}.`;
  if (alg === 'HS256') {
    const pem = key.publicKey.export({ type: 'spki', format: 'pem' });
    return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
  }
  return `${input}.${sign('sha256', Buffer.from(input), key.privateKey).toString('base64url')}`;
}

/**
 * A stand-in. `tweak` = {claims(claims), token: options of `signed`, response(parameters), discovery(document), keys: status,
 * tokenDelay: milliseconds, tokenRedirect: path, tokenAnswer(answer), info(claims)}: all may be changed while it runs.
 * `lifetime`: seconds, of its access tokens.
 */
export async function startQuirk(brand, { id = brand, tweak = {}, toml, lifetime, user = person } = {}) {
  const row = { kind: 'oidc', issuer: '', lifetime: 3600, rotates: true, ...rows[rows[brand].like], ...rows[brand], ...(lifetime && { lifetime }) };
  const clientId = word('client-');
  const clientSecret = word('secret+/ %:');             // what has to be encoded on its way (RFC 6749 s. 2.3.1)
  const codes = new Map();
  const grants = new Map();                             // access and refresh tokens
  const server = http.createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const [authorize, token, userinfo, jwks] = row.paths;
  const issuer = origin + row.issuer;
  const standIn = {
    brand, id, origin, issuer, row, clientId, clientSecret, tweak, user, requests: [], secrets: [clientSecret], refused: [],
    codes, callback: undefined,
    count(path) { return this.requests.filter((one) => one.path === path).length; },
    endpoints: { authorize, token, userinfo, jwks },
    revokeEverything() { grants.clear(); },
    async close() { server.closeAllConnections(); await new Promise((done) => server.close(done)); },
    toml: [
      '[[provider]]', `id = "${id}"`, `kind = "${row.kind}"`, `client_id = "${clientId}"`, `client_secret = "${clientSecret}"`,
      ...(row.kind === 'oidc' ? [`issuer = "${issuer}"`] : [`authorize_url = "${origin}${authorize}"`, `token_url = "${origin}${token}"`, `api_url = "${origin}${userinfo}"`]),
      ...(row.kind === 'oidc' && brand !== 'standard' ? [`preset = "${row.preset ?? brand}"`] : []), toml ?? row.toml ?? '', '',
    ].join('\n'),
  };

  function send(reply, status, json, headers = {}) {
    reply.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers });
    reply.end(JSON.stringify(json));
  }
  function refuse(reply, status, error, error_description) {
    standIn.refused.push(`${error}: ${error_description}`);
    send(reply, status, { error, error_description });
  }

  /** The client of the request, authenticated by a method that this brand takes; else what is wrong with it. */
  function wrongClient(call, body) {
    const basic = /^Basic (\S+)$/.exec(call.headers.authorization ?? '')?.[1];
    const [name, secret] = basic ? Buffer.from(basic, 'base64').toString().split(':').map((one) => decodeURIComponent(one.replaceAll('+', ' '))) : [body.get('client_id'), body.get('client_secret')];
    const method = basic ? 'client_secret_basic' : 'client_secret_post';
    if (basic && body.has('client_secret')) return 'two ways to authenticate';
    if (!(row.only ? [row.only] : row.methods).includes(method)) return `this client does not authenticate by ${method}`;
    return name === clientId && secret === clientSecret ? undefined : 'unknown client or wrong secret';
  }

  function issue(reply, grant) {
    const access = word('at_');
    grants.set(access, { ...grant, kind: 'access' });
    standIn.secrets.push(access);
    const answer = { access_token: access, token_type: 'Bearer', expires_in: row.lifetime, scope: grant.scope };
    if (row.refreshes(grant.asked) && (row.rotates || !grant.renewed)) {
      answer.refresh_token = word('rt_');
      grants.set(answer.refresh_token, { ...grant, access, kind: 'refresh' });
      standIn.secrets.push(answer.refresh_token);
    }
    if (row.kind === 'oidc') {
      const claims = {
        iss: row.tokenIssuer ? origin + row.tokenIssuer : issuer, sub: row.subject ?? standIn.user.sub, aud: clientId, exp: seconds() + 3600, iat: seconds(),
        ...(grant.nonce && { nonce: grant.nonce }), ...row.claims(standIn.user, clientId),
      };
      answer.id_token = signed(tweak.claims?.(claims) ?? claims, tweak.token);
    }
    send(reply, 200, tweak.tokenAnswer?.(answer) ?? answer);
  }

  const routes = {
    [`GET ${authorize}`]: ({ reply, asked }) => {
      // What is wrong with the client or its redirect is told to the person, never to the redirect (RFC 6749 s. 4.1.2.1).
      if (asked.get('client_id') !== clientId || asked.get('redirect_uri') !== standIn.callback) return refuse(reply, 400, 'redirect_uri_mismatch', String(asked.get('redirect_uri')));
      const back = new URL(asked.get('redirect_uri'));
      const unknown = (asked.get('scope') ?? '').split(' ').filter((one) => !row.scopes.includes(one));
      const wrong = row.refuse?.(asked) || (asked.get('response_type') !== 'code' && ['unsupported_response_type', ''])
        || (unknown.length && ['invalid_scope', `unknown: ${unknown}`])
        || (asked.get('code_challenge_method') !== 'S256' && ['invalid_request', 'expected PKCE with S256']);
      const fields = wrong ? { error: wrong[0], error_description: wrong[1] } : { code: word() };
      if (wrong) standIn.refused.push(wrong.join(': '));
      else codes.set(fields.code, { asked, nonce: asked.get('nonce'), scope: asked.get('scope'), challenge: asked.get('code_challenge') });
      if (!wrong) standIn.secrets.push(fields.code);
      const response = { ...fields, state: asked.get('state'), ...(row.tellsIssuer && { iss: issuer }) };
      for (const [name, value] of Object.entries(tweak.response?.(response) ?? response)) if (value !== undefined) back.searchParams.set(name, value);
      reply.writeHead(302, { Location: back.href });
      return reply.end();
    },
    [`POST ${token}`]: async ({ call, reply, body }) => {
      if (tweak.tokenDelay) await new Promise((done) => setTimeout(done, tweak.tokenDelay));
      if (tweak.tokenRedirect) { reply.writeHead(307, { Location: origin + tweak.tokenRedirect }); return reply.end(); }
      const wrong = wrongClient(call, body);
      if (wrong) return refuse(reply, 401, 'invalid_client', wrong);
      if (body.has('resource') && brand.startsWith('entra')) return refuse(reply, 400, 'invalid_request', 'AADSTS901002');
      if (body.get('grant_type') === 'refresh_token') {
        const grant = grants.get(body.get('refresh_token'));
        if (grant?.kind !== 'refresh') return refuse(reply, 400, 'invalid_grant', 'no such refresh token');
        if (row.rotates) grants.delete(body.get('refresh_token'));
        if (row.supersedes) grants.delete(grant.access);
        return issue(reply, { ...grant, renewed: true });
      }
      const code = codes.get(body.get('code'));
      codes.delete(body.get('code'));
      if (body.get('grant_type') !== 'authorization_code' || !code) return refuse(reply, 400, 'invalid_grant', 'no such code');
      if (body.get('redirect_uri') !== standIn.callback) return refuse(reply, 400, 'invalid_grant', 'another redirect_uri');
      if (createHash('sha256').update(body.get('code_verifier') ?? '').digest('base64url') !== code.challenge) return refuse(reply, 400, 'invalid_grant', 'the verifier does not fit');
      return issue(reply, code);
    },
    [`GET ${userinfo}`]: ({ call, reply }) => {
      const grant = grants.get(/^Bearer (\S+)$/.exec(call.headers.authorization ?? '')?.[1]);
      if (grant?.kind !== 'access') return send(reply, 401, { error: 'invalid_token' }, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
      const claims = { ...(row.kind === 'oidc' && { sub: row.subject ?? standIn.user.sub }), ...row.info(standIn.user) };
      return send(reply, 200, tweak.info?.(claims) ?? claims);
    },
  };
  if (row.kind === 'oidc') {
    routes[`GET ${row.wellKnown ?? row.issuer}/.well-known/openid-configuration`] = ({ reply }) => {
      const document = {
        issuer: origin + (row.said ?? row.issuer), authorization_endpoint: origin + authorize, token_endpoint: origin + token, userinfo_endpoint: origin + userinfo, jwks_uri: origin + jwks,
        response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'], scopes_supported: row.scopes,
        token_endpoint_auth_methods_supported: row.methods, code_challenge_methods_supported: ['S256'], ...(row.tellsIssuer && { authorization_response_iss_parameter_supported: true }),
      };
      return send(reply, 200, tweak.discovery?.(document) ?? document);
    };
    routes[`GET ${jwks}`] = ({ reply }) => send(reply, tweak.keys ?? 200, { keys: [publicJwk(keyOf('good'))] });
  }

  server.on('request', async (call, reply) => {
    const url = new URL(call.url, origin);
    let body = '';
    for await (const part of call) body += part;
    standIn.requests.push({ method: call.method, path: url.pathname, query: url.searchParams, body: new URLSearchParams(body), headers: call.headers });
    const route = routes[`${call.method} ${url.pathname}`];
    if (!route) return send(reply, 404, { error: 'not_found' });
    return route({ call, reply, asked: url.searchParams, body: new URLSearchParams(body) });
  });
  return standIn;
}
