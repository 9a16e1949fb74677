// What real clients send, as tests/clients/*.json has it, against this server; docs/clients.md says where each is from. A file
// holds what is known of a client. What is not, and a request needs, is put there in the plainest form.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CertificateAuthority, startDocuments } from '../providers/documents.mjs';
import { equal, host, main, ok, root, startServer, step, stopClean } from './lib.mjs';
import { openSession, pkce, REDIRECT } from './oauth.mjs';
import { form as encoded, request, Visitor } from './web.mjs';

const folder = path.join(root, 'tests/clients');
const scopesOf = (text) => (text ?? '').split(' ').sort().join(' ');
const filled = (value, values) => JSON.parse(JSON.stringify(value).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole));
const post = (url, headers, body) => request(url, { method: 'POST', headers, body });
/** Of an answer, the members that a file tells of. Scopes are a set. */
const toldOf = (members, answer) => Object.fromEntries(Object.keys(members).map((name) => [name, name === 'scope' ? scopesOf(answer?.[name]) : answer?.[name]]));

async function replay(file, scene) {
  const { client, source, document, register, authorize, token, first } = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
  const { server, visitor, documents } = scene;
  const { verifier, challenge } = pkce();
  const values = { ...scene.values, state: `state-of-${file}`, code_challenge: challenge, code_verifier: verifier };
  await step(`${client}: what it sends is answered as is written`, async () => {
    if (document) {
      values.client_id = documents.at(`/${file}`);
      documents.pages.set(`/${file}`, filled(document, values));
    } else {
      const body = filled({ ...(!source.recorded && { redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none' }), ...register.body }, values);
      const reply = await post(`${server.url}/register`, { 'content-type': 'application/json', ...register.headers }, JSON.stringify(body));
      equal('  registration', [reply.status, toldOf(register.gets.members, reply.json)], [register.gets.status, toldOf(register.gets.members, register.gets.members)]);
      Object.assign(values, { client_id: reply.json.client_id, client_secret: reply.json.client_secret });
    }
    const asked = filled({
      response_type: 'code', client_id: '{client_id}', redirect_uri: REDIRECT, state: '{state}', code_challenge: '{code_challenge}', code_challenge_method: 'S256', resource: '{resource}', ...authorize.query,
    }, values);
    const callback = await visitor.authorize(`${server.url}/authorize?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== null))}`);
    ok('  a code, at its own redirect URI', callback.href.startsWith(`${asked.redirect_uri}?`) && callback.searchParams.has('code') && callback.searchParams.get('state') === asked.state, callback.href);
    if (!token) return;
    values.code = callback.searchParams.get('code');
    const { authorization, ...headers } = filled(token.headers ?? {}, values);
    const form = filled(token.form ?? { grant_type: 'authorization_code', code: '{code}', redirect_uri: asked.redirect_uri, code_verifier: '{code_verifier}', client_id: '{client_id}' }, values);
    if (authorization) headers.authorization = `Basic ${Buffer.from(authorization.slice(6).split(':').map(encodeURIComponent).join(':')).toString('base64')}`;
    const reply = await post(`${server.url}/token`, { 'content-type': 'application/x-www-form-urlencoded', ...headers }, encoded(form));
    equal('  tokens', [reply.status, toldOf(token.gets.members, reply.json)], [token.gets.status, toldOf(token.gets.members, token.gets.members)]);
    const access = reply.json?.access_token;
    if (!first) return equal('  a session is opened', typeof (await openSession(server, access)).id, 'string');
    equal('  its first message', (await post(server.mcp, { ...first.headers, authorization: `Bearer ${access}` }, JSON.stringify(filled(first.body, values)))).status, first.gets.status);
  }, 40);
}

await main('interop, what real clients send', 150, async () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const authority = new CertificateAuthority();
  const documents = await startDocuments(authority.issue('documents', 'DNS:localhost'));
  const server = await startServer({ args: host === 'native' ? ['--fetch-allow', `localhost:${documents.port}`, '--fetch-ca', authority.ca] : [] });
  const { scopes_supported: ofServer } = (await request(`${server.url}/.well-known/oauth-authorization-server`)).json;
  const { scopes_supported: ofResource } = (await request(`${server.url}/.well-known/oauth-protected-resource/mcp`)).json;
  const refused = await request(server.mcp, { method: 'POST' });
  const values = {
    issuer: server.url, resource: server.mcp, server_scopes: ofServer.join(' '), resource_scopes: ofResource.join(' '),
    challenge_scopes: refused.headers['www-authenticate'].match(/scope="([^"]*)"/)[1],
  };
  for (const file of files) {
    // A document on this machine is reached where the host is told its certificate authority: natively.
    if (host !== 'native' && JSON.parse(readFileSync(path.join(folder, file), 'utf8')).document) continue;
    await replay(file, { server, visitor: new Visitor(server), documents, values });
  }
  await stopClean(server);
  await documents.close();
  authority.remove();
});
