// No secret is written down: not in the log, in either format, not in the files of the store. And guessing is slowed down.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { clock } from './clock.mjs';
import { ok, startServer, stopClean } from './lib.mjs';
import { alertOf, formsOf, postForm, request, Visitor } from './web.mjs';
import { ALL_SCOPES, authorization, bearer, callTool, obtainCode, openSession, postMcp, redeem, refresh, register, revoke, rpc } from './oauth.mjs';

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    return statSync(file).isDirectory() ? files(file) : [file];
  });
}

export async function canary({ server, format }) {
  const secrets = new Map([['the password', server.password]]);
  const made = (name) => { const value = `canary-${name.replace(/\W+/g, '-')}-${randomBytes(12).toString('hex')}`; secrets.set(name, value); return value; };
  const visitor = new Visitor(server);

  // An honest life, with a confidential client ...
  for (const method of ['client_secret_basic', 'client_secret_post', 'none']) {
    const client = await register(server, { token_endpoint_auth_method: method });
    if (client.client_secret) secrets.set(`the secret, ${method}`, client.client_secret);
    const asked = await obtainCode(server, visitor, client, { scope: ALL_SCOPES });
    secrets.set(`a code, ${method}`, asked.code);
    secrets.set(`a verifier, ${method}`, asked.verifier);
    const tokens = (await redeem(server, client, asked)).json;
    const renewed = (await refresh(server, client, tokens.refresh_token)).json;
    for (const [name, value] of Object.entries({ 'first access': tokens.access_token, 'first refresh': tokens.refresh_token, 'second access': renewed.access_token, 'second refresh': renewed.refresh_token })) {
      secrets.set(`${name} token, ${method}`, value);
    }
    const session = await openSession(server, renewed.access_token);
    await session.post(renewed.access_token, rpc('tools/call', { name: 'write_note', arguments: { title: 'a', text: 'b' } }));
    await redeem(server, client, asked);                                     // a replay, which is worth a line in the log
    if (method === 'none') await revoke(server, client, renewed.refresh_token);
  }
  for (const [name, value] of visitor.jar) secrets.set(`the cookie ${name}`, value);

  // ... and secrets in every place where someone could put one by mistake.
  const client = await register(server);
  const wrong = new Visitor({ user: server.user, password: made('wrong password') });
  await wrong.authorize(authorization(server, client).url).catch(() => {});
  await new Visitor({ user: made('password typed as a name'), password: 'x' }).authorize(authorization(server, client).url).catch(() => {});
  await request(`${server.mcp}?access_token=${made('token in a query')}`, { method: 'POST' });
  await request(`${server.url}/nowhere/${made('token in a path')}`);
  await request(`${server.url}/authorize?client_id=x&code=${made('code in a query')}`);
  await callTool(server, made('made-up bearer'), 'whoami');
  await postMcp(server, undefined, rpc('ping'), { headers: { Authorization: `Basic ${made('wrong scheme')}` } });
  await postForm(`${server.url}/token`, { grant_type: 'refresh_token', refresh_token: made('made-up refresh'), client_id: client.client_id });
  await postForm(`${server.url}/token`, { grant_type: made('grant type'), client_secret: made('secret of nobody'), client_id: 'x' });
  await postForm(`${server.url}/token`, { grant_type: 'authorization_code', code: made('made-up code'), code_verifier: made('made-up verifier'), client_id: client.client_id });
  await request(server.mcp, { headers: { ...bearer('x'), 'Mcp-Session-Id': made('session id') } });
  await request(`${server.url}/authorize`, { method: 'POST', headers: { Cookie: `postern_login=${made('cookie')}`, 'Content-Type': 'application/x-www-form-urlencoded' }, body: `flow=${made('flow')}&action=allow` });

  const end = await server.stop(8, true);
  const data = server.data;
  const whole = (name) => files(data).filter((file) => readFileSync(file).includes(secrets.get(name)));
  const stored = [...secrets.keys()].filter((name) => whole(name).length);
  ok(`${format}: the store holds files to look at`, files(data).length > 0);
  ok(`${format}: no secret is in the raw files of the store`, stored.length === 0, stored.map((name) => `${name} in ${whole(name).map((file) => path.basename(file))}`));
  const modes = files(data).filter((file) => statSync(file).mode & 0o077).map((file) => `${path.basename(file)} ${(statSync(file).mode & 0o777).toString(8)}`);
  ok(`${format}: nobody else may read these files`, modes.length === 0 || (statSync(data).mode & 0o077) === 0, modes);

  const logged = [...secrets].filter(([, value]) => server.log.includes(value) || server.log.includes(encodeURIComponent(value))).map(([name]) => name);
  ok(`${format}: no secret is in the log`, logged.length === 0, logged);
  ok(`${format}: though the log does tell what happened`, server.log.split('\n').length > 10, server.log.slice(0, 500));
  if (format === 'json') {
    const lines = server.err.split('\n').filter((line) => line);
    const broken = lines.filter((line) => { try { return typeof JSON.parse(line) !== 'object'; } catch { return true; } });
    ok('json: each line of the log is an object', broken.length === 0, broken.slice(0, 3));
  }
  ok(`${format}: and the server ended well`, end.code === 0, end);
  await server.stop();                                                       // removes the folder
}

/** Guessing a password: refused ever more slowly, for this user and not for the others. */
export async function throttle() {
  const server = await startServer({ store: 'memory', clock });   // no time passes between two guesses
  const client = await register(server);
  const guesser = new Visitor(server);
  const { url } = authorization(server, client);
  const statuses = [];
  for (let guess = 0; guess < 25; guess += 1) {
    const page = await guesser.load(url);
    if (!formsOf(page.text).some((one) => one.offers('login'))) { statuses.push(page.status); continue; }
    const reply = await guesser.press(url, page, 'login', { username: server.user, password: `guess ${guess}` });
    statuses.push(reply.status);
    if (reply.status === 429) { ok('guessing: the answer says when to come back', Number(reply.headers['retry-after']) > 0 && alertOf(reply.text), reply.brief); break; }
  }
  ok('guessing: 25 guesses meet a 429', statuses.includes(429), statuses);
  await stopClean(server, 'throttle');
}
