// Clients that register nowhere: their client_id is the URL of a document. The whole flow by the official clients, also
// with a signature in place of a secret; documents that are not good (cimd_bad.mjs); URLs that mean harm (cimd_hostile.mjs).
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client as Modern, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { createPrivateKeyJwtAuth } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CertificateAuthority, startDocuments } from '../providers/documents.mjs';
import { clock } from './clock.mjs';
import { equal, freePort, main, ok, root, sleep, startServer, step, stopClean, within } from './lib.mjs';
import { callTool, valueOf } from './oauth.mjs';
import { badDocuments } from './cimd_bad.mjs';
import { hostile } from './cimd_hostile.mjs';
import { signatures } from './cimd_signed.mjs';
import { Provider, Wire } from './story.mjs';
import { Visitor } from './web.mjs';

const python = process.env.TEST_PYTHON ?? path.join(root, 'build/deps/venv/bin/python');
const rejected = (promise) => promise.then(() => undefined, (error) => error);

/** An installation of the client: it listens wherever a port is free, which its document does not name. */
class Installed extends Provider {
  constructor(document, port, signing) {
    super({ token_endpoint_auth_method: 'none' });
    this.clientMetadataUrl = document;
    this.port = port;
    if (signing) this.addClientAuthentication = signing;
  }
  get redirectUrl() { return `http://127.0.0.1:${this.port}/callback`; }
  get clientMetadata() { return { ...super.clientMetadata, redirect_uris: [this.redirectUrl] }; }
}

const kinds = {
  'TypeScript SDK 1.x': {
    client: () => new Client({ name: 'cimd-ts1', version: '1' }),
    transport: (url, authProvider, fetch) => new StreamableHTTPClientTransport(url, { authProvider, fetch }),
    finish: (transport, callback) => transport.finishAuth(callback.searchParams.get('code')),
  },
  'TypeScript client 2.x': {
    client: () => new Modern({ name: 'cimd-ts2', version: '1' }, { versionNegotiation: { mode: 'auto' } }),
    transport: (url, authProvider, fetch) => new ModernTransport(url, { authProvider, fetch }),
    finish: (transport, callback) => transport.finishAuth(callback.searchParams),
  },
};

/** From 401 to a call, by a client that has never been here, and past the end of its first access token. */
async function connects(label, kind, server, documents, name, { signing, times = 2 } = {}) {
  const asked = documents.count(name);
  for (let time = 1; time <= times; time += 1) {
    await step(`${label}: ${time === 1 ? 'connects without registration' : 'again, from another port'}`, async () => {
      const provider = new Installed(documents.at(name), await freePort(), signing);
      const wire = new Wire();
      const first = kind.transport(new URL(server.mcp), provider, wire.fetch);
      await rejected(kind.client().connect(first));
      const target = provider.redirects.at(-1);
      equal('  client_id is the URL', target?.searchParams.get('client_id'), documents.at(name));
      const visitor = new Visitor(server);
      const { url, page } = await visitor.consentPage(target);
      ok('  the consent page says where the client comes from, and where to', page.text.includes('<dt>It comes from</dt><dd>localhost</dd>')
        && page.text.includes(`<dd>127.0.0.1:${provider.port}</dd>`), page.brief);
      const callback = new URL((await visitor.press(url, page, 'allow')).headers.location);
      equal('  back at its own port, with state and issuer', [callback.port, callback.searchParams.get('state'), callback.searchParams.get('iss')],
        [String(provider.port), provider.lastState, server.url]);
      await kind.finish(first, callback);
      const client = kind.client();
      await client.connect(kind.transport(new URL(server.mcp), provider, wire.fetch));
      const whoami = () => within(10, client.callTool({ name: 'whoami', arguments: {} }), 'whoami');
      ok('  whoami', JSON.stringify(valueOf(await whoami())).includes(server.user));
      const before = provider.held.refresh_token;
      clock.move(provider.held.expires_in + 1);
      ok('  whoami, renewed', JSON.stringify(valueOf(await whoami())).includes(server.user));
      ok('  by its refresh token', before && provider.held.refresh_token !== before);
      ok('  it never registered', wire.seen.every((one) => one.path !== '/register'), wire.seen);
      const proofs = wire.seen.filter((one) => one.path === '/token').map((one) => new URLSearchParams(one.body).get('client_assertion'));
      ok(signing ? '  each token request was signed' : '  no token request was signed',
        proofs.length >= 2 && proofs.every((one) => (one !== null) === Boolean(signing)) && (!signing || new Set(proofs).size === proofs.length), wire.seen);
      await rejected(client.close());
    }, 40);
  }
  equal(`${label}: its document was read once in all`, documents.count(name) - asked, 1);
}

async function pythonClient(server, documents) {
  const child = spawn(python, [fileURLToPath(new URL('python_cimd.py', import.meta.url)), server.url, server.user, documents.at('/python.json')], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...clock.env } });
  child.stdin.end(`${server.password}\n`);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
  const ended = new Promise((done) => child.once('close', done));
  const code = await Promise.race([ended, sleep(50_000).then(() => 'late')]);
  if (code === 'late') { child.kill('SIGKILL'); await ended; }
  for (const [, verdict, name, more] of out.matchAll(/^(ok|not ok) - (.*)(?:\n {4}# (.*))?/gm)) ok(name, verdict === 'ok', more);
  ok('the Python client ended by itself, content', code === 0, `exit ${code}\n${err.slice(-1500)}`);
}

await main('interop, client ID metadata documents', 200, async () => {
  const authority = new CertificateAuthority();
  const documents = await startDocuments(authority.issue('documents', 'DNS:localhost'));
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const about = (name, more = {}) => documents.pages.set(name, {
    client_id: documents.at(name), client_name: 'An app', client_uri: 'https://bank.example', logo_uri: documents.at('/logo.png'),
    redirect_uris: ['http://127.0.0.1/callback'], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
    token_endpoint_auth_method: 'none', ...more,
  });
  for (const name of ['/ts1.json', '/ts2.json', '/python.json']) about(name);
  about('/signed.json', { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: documents.at('/keys') });
  documents.pages.set('/keys', { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }] });
  const args = ['--fetch-allow', `localhost:${documents.port}`, '--fetch-ca', authority.ca];
  try {
    // They outlive one token each, and all of that within the time for which a copy of a document is good.
    const server = await startServer({ accessTtl: 20, args, clock });
    ok('the exception is loud in the log', /fetch\.exception/.test(server.log), server.log.slice(0, 600));
    const signing = createPrivateKeyJwtAuth({ issuer: documents.at('/signed.json'), subject: documents.at('/signed.json'), privateKey: key, alg: 'ES256' });
    await connects('TypeScript SDK 1.x', kinds['TypeScript SDK 1.x'], server, documents, '/ts1.json');
    await connects('TypeScript client 2.x', kinds['TypeScript client 2.x'], server, documents, '/ts2.json');
    await connects('private_key_jwt, TypeScript SDK 1.x', kinds['TypeScript SDK 1.x'], server, documents, '/signed.json', { signing, times: 1 });
    await pythonClient(server, documents);
    equal('its document was read once in all', documents.count('/python.json'), 1);
    equal('keys were read once', documents.count('/keys'), 1);
    equal('nothing was fetched for display', documents.count('/logo.png'), 0);
    equal('a stranger without a token still hears 401', (await callTool(server, 'x', 'whoami')).status, 401);
    await signatures(server, documents, pair);
    await badDocuments(server, documents, authority, about);
    await stopClean(server);
    await hostile(documents, args, about);
  } finally {
    await documents.close();
    authority.remove();
  }
});
