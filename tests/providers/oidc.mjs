// A real OpenID provider on loopback: oidc-provider, with a login page of one button and keys that can be changed while it
// runs. It serves as the third party that users log in with, and, with a `resource`, as the authorization server of others:
// access tokens for it are JWTs (RFC 9068) or opaque and introspected (RFC 7662), and clients register themselves.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import http from 'node:http';
import Provider, { errors, interactionPolicy } from 'oidc-provider';

const word = () => randomBytes(18).toString('base64url');

export const people = {
  ada: { preferred_username: 'ada', name: 'Ada Lovelace', email: 'ada@corp.example', email_verified: true, groups: ['staff'] },
  eve: { preferred_username: 'eve', name: 'Eve', email: 'eve@elsewhere.example', email_verified: true, groups: [] },
};

/**
 * `clients`: as oidc-provider wants them; later ones by `addClient`. `accounts`: claims by account id.
 * `resource`: {uri, scopes, format: 'jwt' | 'opaque', ttl, audience}: what access tokens can be asked for.
 * `accessTtl`: seconds that access tokens without a resource live. `more`: members of oidc-provider's configuration.
 * What comes back has `signIn` (who sits at the browser), `requests`, `secrets`, `rotateKeys()`, `revokeEverything(account)`,
 * `stop()`.
 */
export async function startOidcProvider({
  port = 0, clients = [], accounts = people, resource, accessTtl = 3600, registration = false, introspection = false,
  algorithm = 'RS256', more = {},
} = {}) {
  const server = http.createServer();
  await new Promise((done, fail) => server.once('error', fail).listen(port, '127.0.0.1', done));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const state = new Map();
  const oidc = {
    issuer, port: server.address().port, clients: [...clients], accounts, signIn: 'ada', requests: [], secrets: [], log: '',
    trouble: undefined,                               // 'outage': every request is answered 503
    count(path, method) { return this.requests.filter((one) => one.path === path && (!method || one.method === method)).length; },
    addClient(client) { this.clients.push(client); rebuild(); return client; },
    /** The old keys are gone at once: nothing that they signed can be verified any more. */
    rotateKeys() { keys = newKeys(); rebuild(); },
    /** The person withdraws the consent, or is removed: every token ends. */
    revokeEverything(account) {
      for (const [key, value] of state) if (value.accountId === account) state.delete(key);
    },
    /** The [[provider]] table for a client that was added. */
    toml(id, client, lines = '') {
      return `[[provider]]\nid = "${id}"\nkind = "oidc"\nissuer = "${issuer}"\nclient_id = "${client.client_id}"\nclient_secret = "${client.client_secret}"\n${lines}\n`;
    },
    async stop() { server.closeAllConnections(); await new Promise((done) => server.close(done)); },
  };

  let keys = newKeys();
  let current;
  function rebuild() {
    current = new Provider(issuer, configuration());
    for (const event of ['server_error', 'authorization.error', 'grant.error', 'registration_create.error', 'introspection.error']) {
      current.on(event, (_, error) => { oidc.log += `${event}: ${error.message} ${error.error_detail ?? error.error_description ?? ''}\n`; });
    }
    current.on('access_token.saved', (token) => oidc.secrets.push(token.jti));
    current.on('refresh_token.saved', (token) => oidc.secrets.push(token.jti));
  }

  function configuration() {
    const { features = {}, ...others } = more;
    return {
      jwks: { keys }, clients: oidc.clients, adapter: adapterOver(state), findAccount,
      cookies: { keys: [cookieKey], names: { session: `_session_${oidc.port}`, interaction: `_interaction_${oidc.port}`, resume: `_resume_${oidc.port}` } },
      claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'], groups: ['groups'] },
      scopes: ['openid', 'offline_access', ...(resource?.scopes ?? [])],
      clientDefaults: { grant_types: ['authorization_code', 'refresh_token'], id_token_signed_response_alg: algorithm },
      ttl: { AccessToken: (_, token) => token.resourceServer?.accessTokenTTL ?? accessTtl, IdToken: 600, Interaction: 600, Session: 3600, Grant: 86400, RefreshToken: 86400 },
      // Clients of a resource are not asked to know offline_access; users of OpenID clients are.
      ...(resource && { issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token') }),
      pkce: { required: () => true },
      clientBasedCORS: () => true,
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}`, policy: interactionPolicy.base() },
      features: {
        devInteractions: { enabled: false }, revocation: { enabled: true },
        introspection: { enabled: introspection, allowedPolicy: (_, client) => client.clientAuthMethod !== 'none' },
        registration: { enabled: registration },
        resourceIndicators: {
          enabled: true,
          defaultResource: (_, __, oneOf) => oneOf,
          useGrantedResource: () => true,
          getResourceServerInfo(_, asked) {
            if (!resource || asked !== resource.uri) throw new errors.InvalidTarget();
            return {
              scope: resource.scopes.join(' '), audience: resource.audience ?? resource.uri, accessTokenTTL: resource.ttl ?? 3600,
              accessTokenFormat: resource.format === 'opaque' ? 'opaque' : 'jwt', jwt: { sign: { alg: algorithm } },
            };
          },
        },
        ...features,
      },
      ...others,
    };
  }

  function findAccount(_, id) {
    const claims = oidc.accounts[id];
    return claims && { accountId: id, claims: async () => ({ sub: id, ...claims }) };
  }

  /** One page for whatever has to be asked: who it is, and whether this is allowed. */
  async function interaction(call, reply, body) {
    const details = await current.interactionDetails(call, reply);
    if (call.method === 'GET') {
      reply.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      return reply.end(`<!doctype html><title>Sign in (oidc-provider)</title><h1>${details.prompt.name}</h1><form method="post">
        <button name="action" value="cancel">Cancel</button> <button name="action" value="authorize">Go on as ${oidc.signIn}</button></form>`);
    }
    if (body.get('action') !== 'authorize') {
      return current.interactionFinished(call, reply, { error: 'access_denied', error_description: 'the person said no' });
    }
    const accountId = details.session?.accountId ?? oidc.signIn;
    const { client_id: clientId, scope = '', resource: asked } = details.params;
    const grant = (details.grantId && await current.Grant.find(details.grantId)) || new current.Grant({ accountId, clientId });
    grant.addOIDCScope(scope);
    if (asked && asked === resource?.uri) grant.addResourceScope(asked, scope);
    return current.interactionFinished(call, reply, { login: { accountId }, consent: { grantId: await grant.save() } });
  }

  server.on('request', async (call, reply) => {
    const url = new URL(call.url, issuer);
    const seen = { method: call.method, path: url.pathname, query: url.searchParams, headers: call.headers, body: '' };
    oidc.requests.push(seen);
    call.on('data', (part) => { seen.body += part; });        // beside the provider, which reads it too
    if (oidc.trouble === 'outage') { reply.writeHead(503); return reply.end(); }
    if (!url.pathname.startsWith('/interaction/')) return current.callback()(call, reply);
    try {
      if (call.method === 'POST') await new Promise((done) => call.once('end', done));
      return await interaction(call, reply, new URLSearchParams(seen.body));
    } catch (error) {
      oidc.log += `interaction: ${error.stack}\n`;
      reply.writeHead(500);
      return reply.end();
    }
  });
  rebuild();
  return oidc;
}

const cookieKey = word();

/** One for RSA, one for ES256, as keys are told apart in practice: by their names. */
function newKeys() {
  return [['rsa', { modulusLength: 2048 }], ['ec', { namedCurve: 'P-256' }]].map(([type, options]) => ({
    ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), kid: word(), use: 'sig',
  }));
}

/** Everything in one map, which outlives the change of keys. */
function adapterOver(state) {
  return class {
    constructor(model) { this.model = model; }
    key(id) { return `${this.model}:${id}`; }
    async upsert(id, payload, seconds) {
      state.set(this.key(id), { ...payload, ends: seconds ? Date.now() + seconds * 1000 : Infinity });
    }
    async find(id) {
      const found = state.get(this.key(id));
      return found && found.ends > Date.now() ? found : undefined;
    }
    async findByUid(uid) { return [...state].find(([key, value]) => key.startsWith('Session:') && value.uid === uid)?.[1]; }
    async findByUserCode() { return undefined; }
    async consume(id) { const found = state.get(this.key(id)); if (found) found.consumed = Math.floor(Date.now() / 1000); }
    async destroy(id) { state.delete(this.key(id)); }
    async revokeByGrantId(grant) {
      for (const [key, value] of state) if (value.grantId === grant && !key.startsWith('Grant:')) state.delete(key);
    }
  };
}
