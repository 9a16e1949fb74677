// The whole GitHub story against a stand-in, with official clients and a real browser: 401, discovery, registration, our
// consent, GitHub's page, back, the profile; then what happens when GitHub revokes, limits, or is away. And the attacks.
import { spawn } from 'node:child_process';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { startGithub } from '../providers/github.mjs';
import { openPerson } from '../providers/person.mjs';
import { clock } from './clock.mjs';
import { equal, group, main, ok, root, startServer, step, stopClean, within } from './lib.mjs';
import { authorization, callTool, answer, redeem, refresh, register, REDIRECT, valueOf } from './oauth.mjs';
import { Provider } from './story.mjs';

const python = process.env.TEST_PYTHON ?? path.join(root, 'build/deps/venv/bin/python');

/** A server that knows its users by the stand-in. */
async function start(github, { args = [], ...more } = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-github-'));
  const config = path.join(folder, 'postern.toml');
  writeFileSync(config, github.toml);
  const server = await startServer({ args: ['--config', config, '--provider-check', String(CHECK), ...args], env: github.env, clock, ...more });
  github.callback = `${server.url}/github/callback`;
  const stop = server.stop.bind(server);
  server.stop = (...given) => { rmSync(folder, { recursive: true, force: true }); return stop(...given); };
  return server;
}

/** Seconds until GitHub is asked again whether a user's token is good. */
const CHECK = 900;

const call = (client, name, args = {}) => within(10, client.callTool({ name, arguments: args }), `the call of ${name}`);
const rejected = (promise) => promise.then(() => undefined, (error) => error);

/** Registration to tokens, without an SDK. */
async function signIn(server, person, more = {}) {
  const client = await register(server);
  const asked = authorization(server, client);
  const { callback, seen } = await person.authorize(asked.url, { redirect: REDIRECT, ...more });
  const reply = await redeem(server, client, { ...asked, code: callback?.searchParams.get('code') });
  return { client, asked, callback, seen, tokens: reply.json, access: reply.json?.access_token };
}

async function typescript(github, person) {
  const server = await start(github);
  const provider = new Provider({ token_endpoint_auth_method: 'none' });
  const connect = () => new StreamableHTTPClientTransport(new URL(server.mcp), { authProvider: provider });
  const client = await step('TypeScript SDK: from 401 to a connection by GitHub', async () => {
    const first = connect();
    const refused = await rejected(new Client({ name: 'github-story', version: '1' }).connect(first));
    ok('  it has to ask its user', refused instanceof UnauthorizedError, String(refused));
    const { callback, seen } = await person.authorize(provider.redirects.at(-1), { redirect: REDIRECT, picture: 'github' });
    ok('  login, our consent, GitHub, the client: in this order',
      /^Log in/.test(seen[0]) && /^Allow access/.test(seen[1]) && /GitHub/.test(seen[2]) && seen[3] === 'Back at the client', seen);
    equal('  the state comes back', callback.searchParams.get('state'), provider.lastState);
    await first.finishAuth(callback.searchParams.get('code'));
    const opened = new Client({ name: 'github-story', version: '1' });
    await opened.connect(connect());
    return opened;
  }, 40);
  if (!client) return;
  await step('TypeScript SDK: get_user_profile shows the profile', async () => {
    const value = valueOf(await call(client, 'get_user_profile'));
    equal('  login and name', [value.login, value.name], ['octocat', 'The Octocat']);
    equal('  and all the rest', Object.keys(value).sort(), Object.keys(github.users.octocat).sort());
    ok('  whoami', JSON.stringify(valueOf(await call(client, 'whoami'))).includes('octocat'));
  });
  const exchange = github.requests.find((one) => one.path === '/login/oauth/access_token');
  ok('the exchange asked for JSON and used PKCE', /json/.test(exchange.headers.accept) && /code_verifier=/.test(exchange.body), exchange.headers);
  ok('nothing was asked of GitHub before our consent', github.requests[0].path === '/login/oauth/authorize' && github.requests[0].query.has('code_challenge'), github.requests[0]);

  await group('limits and outages', async () => {
    for (const [trouble, says] of [['primary', /allows no more requests.*in 1[12]\d seconds/], ['secondary', /in 60 seconds/], ['outage', /can not be reached/]]) {
      github.trouble = trouble;
      const result = await call(client, 'get_user_profile');
      ok(`${trouble}: a clear tool error`, result.isError && says.test(result.content[0].text), result);
      ok(`${trouble}: other tools go on`, !(await call(client, 'list_notes')).isError);
    }
    github.trouble = undefined;
    ok('and then it is well again', !(await call(client, 'get_user_profile')).isError);
  });

  await step('TypeScript SDK: revoked at GitHub, the next call after the set time asks the user', async () => {
    github.revokeEverything('octocat');
    clock.move(CHECK + 1);
    const before = provider.redirects.length;
    const refused = await rejected(call(client, 'list_notes'));
    ok('  the client asks its user again', refused instanceof UnauthorizedError && provider.redirects.length > before, String(refused));
    const reply = await callTool(server, provider.received[0].access_token, 'whoami');
    ok('  a 401 challenge', reply.status === 401 && /error="invalid_token"/.test(reply.headers['www-authenticate']), reply.brief);
  }, 30);
  await step('revoked at GitHub, a tool that asks it ends the grant at once', async () => {
    const again = await signIn(server, person);
    github.revokeEverything('octocat');
    const reply = await callTool(server, again.access, 'get_user_profile');
    ok('  401', reply.status === 401 && /error="invalid_token"/.test(reply.headers['www-authenticate']), reply.brief);
    equal('  the refresh token is no good either', (await refresh(server, again.client, again.tokens.refresh_token)).json?.error, 'invalid_grant');
  }, 30);
  await rejected(client.close());
  await stopClean(server, 'TypeScript SDK');
}

/** Python asks; the person at the browser answers. `transport`: "http" or "sse". */
async function pythonSdk(github, person, transport) {
  const server = await start(github);
  const child = spawn(python, [fileURLToPath(new URL('python_github.py', import.meta.url)), server.url, transport], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...clock.env } });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { errors += text; });
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  for await (const line of readline.createInterface({ input: child.stdout })) {
    const [, verb, rest] = /^(authorize|revoke|ok -|not ok -) ?(.*)$/.exec(line) ?? [];
    if (verb === 'authorize') {
      const { callback } = await person.authorize(rest, { redirect: 'http://127.0.0.1:39008/callback' });
      child.stdin.write(`${callback}\n`);
    } else if (verb === 'revoke') {
      github.revokeEverything('octocat');
      child.stdin.write('done\n');
    } else if (verb) {
      ok(rest, verb === 'ok -', errors.slice(-400));
    } else {
      console.log(line);
    }
  }
  clearTimeout(timer);
  const code = child.exitCode ?? await new Promise((done) => child.once('close', done));
  ok('the Python client ended by itself, content', code === 0, `exit ${code}\n${errors.slice(-1500)}`);
  await stopClean(server, `Python SDK, ${transport}`);
}

async function attacks(github, person) {
  const server = await start(github);
  github.revokeEverything('octocat');
  await group('confused deputy', async () => {
    const mine = await signIn(server, person);
    ok('a victim with a live GitHub session', mine.access && github.approved.has('octocat'));
    const before = github.requests.length;
    const attacker = await register(server, { client_name: 'Innocent app', redirect_uris: ['https://attacker.example/cb'] });
    const asked = authorization(server, attacker, { scope: 'user notes:read notes:write' });
    const page = await person.context.newPage();
    await page.goto(asked.url);
    const login = await page.$('button[name="provider"]');
    await Promise.all([page.waitForNavigation(), login.click()]);
    const text = await page.evaluate(() => document.body.innerText);
    ok('meets our consent page', /attacker\.example/.test(text) && /Innocent app/.test(text), text);
    equal('and GitHub has heard nothing of it', github.requests.length, before);
    await page.close();
  });
  await group('one browser allows, another comes back', async () => {
    const client = await register(server);
    const asked = authorization(server, client);
    const stolen = await person.upToCallback(asked.url);
    ok('GitHub sends the browser back with a code', stolen?.startsWith(`${server.url}/github/callback?`) && stolen.includes('code='), stolen);
    const other = await person.browser.newContext();
    const elsewhere = await other.newPage();
    const refused = await elsewhere.goto(stolen);
    equal('the other browser is refused', refused.status(), 403);
    const withItsOwnCookie = await other.newPage();
    await withItsOwnCookie.goto(asked.url);
    equal('also with a cookie of its own', (await withItsOwnCookie.goto(stolen)).status(), 403);
    equal('GitHub was not asked', github.codes.has(new URL(stolen).searchParams.get('code')), true);
    const right = await person.context.request.get(stolen, { maxRedirects: 0 });
    const back = right.headers().location;
    ok('the right browser gets its code', back?.startsWith(REDIRECT) && back.includes('code='), back);
    equal('the state is good once', (await person.context.request.get(stolen, { maxRedirects: 0 })).status(), 400);
    await other.close();
    const reply = await redeem(server, client, { ...asked, code: new URL(back).searchParams.get('code') });
    equal('and the code works', reply.status, 200);
  }, 40);
  await group('two callbacks at once', async () => {
    const client = await register(server);
    const asked = authorization(server, client);
    const url = await person.upToCallback(asked.url);
    const cookies = (await person.context.cookies(server.url)).map(({ name, value }) => `${name}=${value}`).join('; ');
    const before = github.count('/login/oauth/access_token');
    const replies = await Promise.all(Array.from({ length: 20 }, () => fetch(url, { redirect: 'manual', headers: { Cookie: cookies } })));
    equal('one of twenty goes through', replies.filter((one) => one.status === 303 && /code=/.test(one.headers.get('location'))).length, 1);
    equal('GitHub was asked once', github.count('/login/oauth/access_token') - before, 1);
  }, 40);
  await group('GitHub says no', async () => {
    github.revokeEverything('octocat');
    const client = await register(server);
    const asked = authorization(server, client);
    const { callback } = await person.authorize(asked.url, { redirect: REDIRECT, there: 'cancel' });
    equal('the client hears access_denied', [callback?.searchParams.get('error'), callback?.searchParams.get('iss')], ['access_denied', server.url]);
  });
  const everything = server.log;
  for (const secret of [github.clientSecret, ...github.secrets]) {
    if (everything.includes(secret)) ok('no secret of GitHub is in the log', false, secret.slice(0, 6));
  }
  ok('no secret of GitHub is in the log', true);
  await stopClean(server, 'attacks');
}

async function renewal(person) {
  const github = await startGithub({ expiring: 3600 });
  const server = await start(github);
  await step('tokens that expire are renewed once, whoever asks at the same time', async () => {
    const mine = await signIn(server, person);
    clock.move(3600 - 59);   // a minute before its end a token is renewed
    const before = github.count('/login/oauth/access_token');
    const replies = await Promise.all(Array.from({ length: 12 }, () => callTool(server, mine.access, 'get_user_profile')));
    ok('  every call has its profile', replies.every((one) => valueOf(answer(one)?.result)?.login === 'octocat'), replies.map((one) => one.status));
    equal('  GitHub was asked once', github.count('/login/oauth/access_token') - before, 1);
  }, 40);
  await stopClean(server, 'renewal');
  await github.close();
}

async function allowLists(person) {
  const github = await startGithub();
  github.toml += 'allow = { organisations = ["Acme"] }\n';
  const server = await start(github, { args: ['--own-users', 'false'] });
  await group('organisations', async () => {
    const inside = await signIn(server, person);
    ok('a member comes in; with one provider and no passwords our consent comes at once', inside.access && /^Allow access/.test(inside.seen[0]), inside.seen);
    github.signIn = 'hubot';
    github.sessions.clear();
    const client = await register(server);
    const { callback } = await person.authorize(authorization(server, client).url, { redirect: REDIRECT });
    equal('another does not', callback?.searchParams.get('error'), 'access_denied');
  });
  await stopClean(server, 'allow-lists');
  await github.close();
}

await main('interop, GitHub', 240, async () => {
  const github = await startGithub();
  const person = await openPerson();
  try {
    await typescript(github, person);
    await pythonSdk(github, person, 'http');
    await pythonSdk(github, person, 'sse');
    await attacks(github, person);
    await renewal(person);
    await allowLists(person);
  } finally {
    await person.close();
    await github.close();
  }
});
