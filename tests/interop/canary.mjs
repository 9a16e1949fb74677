// A canary run: two logins, by password and by a provider, with everything that goes wrong around them; then every secret
// that was used is looked for in all that the server wrote, plain and in the usual disguises.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { startGithub } from '../providers/github.mjs';
import { equal, group, main, ok, startServer, stopClean } from './lib.mjs';
import { ALL_SCOPES, answer, authorization, callTool, clientHeaders, obtainCode, openSession, redeem, refresh, register, revoke, rpc, valueOf } from './oauth.mjs';
import { formsOf, postForm, request, Visitor } from './web.mjs';

const word = (name) => `canary-${name}-${randomBytes(12).toString('hex')}`;
const NOTE = word('note');

class Secrets extends Map {
  /** Remembers the value; what is not there is a broken test. */
  keep(name, value) {
    if (typeof value !== 'string' || value.length < 8) throw new Error(`no ${name} to look for: ${value}`);
    return this.set(name, value), value;
  }
  tokens(name, reply) {
    this.keep(`${name}: access token`, reply.json?.access_token);
    this.keep(`${name}: refresh token`, reply.json?.refresh_token);
    return reply.json;
  }
  cookies(name, visitor) { for (const [cookie, value] of visitor.jar) this.keep(`${name}: ${cookie}`, value); }
}

/** The same bytes as others would write them. */
function disguises(value) {
  const bytes = Buffer.from(value);
  const base64 = bytes.toString('base64');
  return [value, base64.replace(/=+$/, ''), bytes.toString('base64url'), bytes.toString('hex'), bytes.toString('hex').toUpperCase(), encodeURIComponent(value)];
}

/** What is in `bytes` of the secrets. */
const found = (secrets, bytes) => [...secrets].filter(([, value]) => disguises(value).some((one) => bytes.includes(one))).map(([name]) => name);

async function byPassword(server, secrets, resourceServer) {
  const visitor = new Visitor(server);
  const client = await register(server, { token_endpoint_auth_method: 'client_secret_basic' });
  secrets.keep('client secret', client.client_secret);
  const asked = await obtainCode(server, visitor, client, { scope: ALL_SCOPES });
  secrets.keep('code', asked.code);
  secrets.keep('verifier', asked.verifier);
  secrets.keep('state', asked.state);
  secrets.cookies('password login', visitor);
  const wrongSecret = { ...client, client_secret: secrets.keep('wrong client secret', word('secret')) };
  equal('a wrong client secret is refused', (await redeem(server, wrongSecret, asked)).json?.error, 'invalid_client');
  const tokens = secrets.tokens('redeemed', await redeem(server, client, asked));
  const renewed = secrets.tokens('refreshed', await refresh(server, client, tokens.refresh_token));
  const session = await openSession(server, renewed.access_token);
  secrets.keep('session id', session.id);
  const written = await session.post(renewed.access_token, rpc('tools/call', { name: 'write_note', arguments: { title: 'a', text: NOTE } }));
  ok('a note is written', !answer(written)?.result?.isError, written.brief);
  const basic = (secret) => clientHeaders({ token_endpoint_auth_method: 'client_secret_basic', client_id: resourceServer.id, client_secret: secret });
  const introspected = await postForm(`${server.url}/introspect`, { token: renewed.access_token }, { headers: basic(resourceServer.secret) });
  equal('introspected', introspected.json?.active, true);
  await postForm(`${server.url}/introspect`, { token: renewed.refresh_token }, { headers: basic(secrets.keep('wrong resource secret', word('rs'))) });
  equal('the code again is a replay', (await redeem(server, client, asked)).json?.error, 'invalid_grant');

  const open = await register(server);
  const again = await obtainCode(server, visitor, open);
  secrets.keep('second code', again.code);
  secrets.keep('second verifier', again.verifier);
  const kept = secrets.tokens('of the second client', await redeem(server, open, again));
  equal('revoked', (await revoke(server, open, kept.refresh_token)).status, 200);
  equal('the access token is gone with it', (await callTool(server, kept.access_token, 'whoami')).status, 401);
}

async function wrongly(server, secrets) {
  const client = await register(server);
  const wrong = new Visitor({ user: server.user, password: secrets.keep('wrong password', word('password')) });
  await wrong.authorize(authorization(server, client).url).then(() => ok('a wrong password is refused', false), () => {});
  secrets.cookies('wrong login', wrong);
  await new Visitor({ user: secrets.keep('password in the name field', word('name')), password: 'something else' })
    .authorize(authorization(server, client).url).catch(() => {});
  equal('a made-up token is refused', (await callTool(server, secrets.keep('made-up token', word('token')), 'whoami')).status, 401);
  await postForm(`${server.url}/token`, { grant_type: 'authorization_code', client_id: client.client_id,
    code: secrets.keep('made-up code', word('code')), code_verifier: secrets.keep('made-up verifier', word('verifier').padEnd(43, 'v')) });
}

/** The login at GitHub, as a browser without a window goes through it. */
async function byGithub(server, github, secrets) {
  const visitor = new Visitor(server);
  const client = await register(server);
  const asked = authorization(server, client);
  const at = (action) => new URL(action, server.url).href;
  const send = (form, fields) => visitor.load(at(form.action), { method: 'POST', fields: { ...form.hidden, ...fields } });
  const login = formsOf((await visitor.load(asked.url)).text)[0];
  const consent = formsOf((await send(login, { provider: 'github' })).text)[0];
  secrets.keep('sealed consent', consent.hidden.flow);
  const away = (await send(consent, { action: 'allow' })).headers.location;
  secrets.keep('our state at GitHub', new URL(away).searchParams.get('state'));
  const there = formsOf((await request(away)).text)[0];
  const back = (await postForm(new URL(there.action, github.origin).href, { ...there.hidden, action: 'authorize' })).headers.location;
  const callback = (await visitor.load(back)).headers.location;
  const code = secrets.keep('code after GitHub', new URL(callback).searchParams.get('code'));
  secrets.keep('verifier after GitHub', asked.verifier);
  const tokens = secrets.tokens('after GitHub', await redeem(server, client, { ...asked, code }));
  const profile = await callTool(server, tokens.access_token, 'get_user_profile');
  equal('the profile is GitHub’s', valueOf(answer(profile)?.result)?.login, 'octocat');
  secrets.tokens('refreshed after GitHub', await refresh(server, client, tokens.refresh_token));
  const exchange = github.requests.find((one) => one.path === '/login/oauth/access_token');
  secrets.keep('our verifier at GitHub', new URLSearchParams(exchange.body).get('code_verifier'));
  github.secrets.forEach((value, number) => secrets.keep(`GitHub's ${number}`, value));
  secrets.cookies('GitHub login', visitor);
  // And the account page by the same login.
  const page = await visitor.load(`${server.url}/account`);
  ok('the account page knows who came by GitHub', page.text.includes('octocat') && page.text.includes('through GitHub'), page.brief);
  secrets.keep('sealed account page', formsOf(page.text)[0].hidden.flow);
  return client;
}

await main('interop, canary', 120, async () => {
  const github = await startGithub({ expiring: true });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-canary-'));
  const secrets = new Secrets();
  const resourceServer = { id: 'notes-api', secret: secrets.keep('resource server secret', word('resource')) };
  const config = path.join(folder, 'postern.toml');
  const audit = path.join(folder, 'audit.jsonl');
  writeFileSync(config, `${github.toml}\n[[resource_server]]\nid = "${resourceServer.id}"\nsecret = "${resourceServer.secret}"\n`);
  const server = await startServer({ logLevel: 'debug', args: ['--config', config, '--audit', audit], env: github.env });
  github.callback = `${server.url}/github/callback`;
  secrets.keep('password', server.password);
  secrets.keep('client secret at GitHub', github.clientSecret);
  let client;
  await group('a life', async () => {
    await byPassword(server, secrets, resourceServer);
    await wrongly(server, secrets);
    client = await byGithub(server, github, secrets);
  }, 60);

  const files = () => Object.fromEntries(readdirSync(server.data).map((name) => [name, readFileSync(path.join(server.data, name))]));
  const whileRunning = files();
  const database = Buffer.concat(Object.entries(whileRunning).filter(([name]) => name.startsWith('postern.db')).map(([, bytes]) => bytes));
  ok('there is a database and its log', Object.keys(whileRunning).includes('postern.db-wal'), Object.keys(whileRunning));
  ok(`there is something to look for: ${secrets.size} secrets`, secrets.size >= 35, secrets.size);
  // What has to be there shows that the look is a good one.
  ok('the database has the note and the client', database.includes(NOTE) && database.includes(client?.client_id));
  const told = readFileSync(audit);
  ok('the audit has the decisions', ['token.redeem', 'token.refresh', 'token.revoke', 'token.introspect', 'provider.callback', 'wrong_password', 'wrong_client_secret', 'code_replayed', client?.client_id].every((part) => told.includes(part)));
  ok('the log has the requests', server.err.includes('http.request') && server.err.includes('token.redeem'));
  equal('a secret that is written down would be found, in each disguise',
    disguises('canary-control').map((one) => found(new Map([['control', 'canary-control']]), Buffer.from(`before ${one} after`)).length), [1, 1, 1, 1, 1, 1]);

  for (const [name, bytes] of Object.entries(whileRunning)) equal(`no secret is in ${name}`, found(secrets, bytes), []);
  await server.stop(8, true);
  for (const [name, bytes] of Object.entries(files())) equal(`no secret is in ${name} after the end`, found(secrets, bytes), []);
  equal('no secret is in the audit log', found(secrets, readFileSync(audit)), []);
  equal('nor what users write', found(new Map([['note', NOTE]]), Buffer.concat([readFileSync(audit), Buffer.from(server.log)])), []);
  equal('no secret is on standard output', found(secrets, Buffer.from(server.out)), []);
  equal('no secret is in the log', found(secrets, Buffer.from(server.err)), []);
  await stopClean(server);
  await github.close();
  rmSync(folder, { recursive: true, force: true });
});
