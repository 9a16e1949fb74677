// The worked example of docs/upstream.md against GitHub's stand-in: tools that list the user's repositories and open an issue,
// in C++ natively and in JavaScript under Node and on workerd. And what no tool can do with the user's token.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { newKeyRing, printKeyRing } from '../../host-wasm/js/postern.mjs';
import { profileOf, startGithub } from '../providers/github.mjs';
import { equal, freePort, group, host, launch, main, ok, root, sleep, startServer, step, stopClean, until } from './lib.mjs';
import { answer, authorization, callTool, redeem, refresh, register, signIn, valueOf } from './oauth.mjs';
import { form, formsOf, request, Visitor } from './web.mjs';

const SCOPES = 'repositories issues';
const toolScope = 'read:user repo';

// ---- the three hosts ------------------------------------------------------------------------------

/** The C++ example, as its users start it. */
async function startNative(github, { program = 'postern-github-example', args = [], toml = '' } = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-upstream-'));
  const config = path.join(folder, 'postern.toml');
  writeFileSync(config, `${github.toml}scope = "${toolScope}"\n${toml}`);
  const server = await startServer({ program, args: ['--config', config, ...args], env: github.env, logLevel: 'debug' });
  const stop = server.stop.bind(server);
  server.stop = (...given) => { rmSync(folder, { recursive: true, force: true }); return stop(...given); };
  return server;
}

const enterprise = (github) => ({ authorize_url: `${github.origin}/login/oauth/authorize`, token_url: `${github.origin}/login/oauth/access_token`, api_url: github.origin });

/** The JavaScript example, in a folder of its own with the package beside it. */
async function startNode(github) {
  const app = mkdtempSync(path.join(os.tmpdir(), 'postern-upstream-'));
  const at = path.join(app, 'node_modules/postern');
  mkdirSync(path.dirname(at), { recursive: true });
  cpSync(path.join(root, 'host-wasm'), at, { recursive: true });
  cpSync(path.join(root, 'build/wasm/server/postern.wasm'), path.join(at, 'postern.wasm'));
  for (const file of ['github.mjs', 'github_server.mjs']) cpSync(path.join(root, 'tests/consumer', file), path.join(app, file));
  const port = await freePort();
  const server = launch(process.execPath, ['github_server.mjs'], { cwd: app, env: { PORT: String(port), ...github.env, GITHUB_ENTERPRISE: JSON.stringify(enterprise(github)) } });
  return ready(Object.assign(server, { folder: app }), port);
}

async function startWorkerd(github) {
  const bundles = mkdtempSync(path.join(os.tmpdir(), 'postern-upstream-'));
  await build({
    entryPoints: [path.join(root, 'tests/edge/upstream_worker.mjs')], outfile: path.join(bundles, 'upstream.bundle.mjs'), bundle: true, format: 'esm',
    target: 'es2022', external: ['cloudflare:*', '../postern.wasm'],
  });
  const port = await freePort();
  const { scopes } = await import('../consumer/github.mjs');
  const provider = { id: 'github', kind: 'github', client_id: github.clientId, client_secret: github.clientSecret, scope: toolScope, ...enterprise(github) };
  const workerd = path.join(root, 'tests/node_modules/@cloudflare/workerd-linux-64/bin/workerd');
  const server = launch(workerd, ['serve', '-I', bundles, '-I', path.join(root, 'build/wasm/server'), path.join(root, 'tests/edge/upstream.capnp'), '-s', `http=127.0.0.1:${port}`], {
    env: { POSTERN_PUBLIC_URL: `http://localhost:${port}`, POSTERN_KEYS: printKeyRing(newKeyRing()), POSTERN_SETTINGS: JSON.stringify({ own_users: false, scopes, providers: [provider] }) },
  });
  return ready(Object.assign(server, { folder: bundles }), port);
}

async function ready(server, port) {
  const url = `http://localhost:${port}`;
  await until(() => {
    if (!server.alive) throw new Error(`the server ended at once: ${server.log.slice(-600)}`);
    return request(`${url}/healthz`, { seconds: 1 }).then(() => true, () => false);
  }, 20, 'an answer');
  return Object.assign(server, { url, mcp: `${url}/mcp`, port });
}

// ---- a person without a window --------------------------------------------------------------------

/** Our pages, GitHub's, and back. Gives tokens, and what our consent page said. */
async function logIn(server, github, scope = SCOPES) {
  github.callback = `${server.url}/github/callback`;
  const visitor = new Visitor({});
  const client = await register(server);
  const asked = authorization(server, client, { scope });
  let page = await visitor.load(asked.url);
  const choice = formsOf(page.text).find((one) => one.inputs.some((input) => input.name === 'provider'));
  if (choice) page = await visitor.load(new URL(choice.action, asked.url).href, { method: 'POST', fields: { ...choice.hidden, provider: 'github' } });
  const sent = await visitor.press(asked.url, page, 'allow');
  const there = await request(sent.headers.location);
  const body = form({ ...formsOf(there.text)[0].hidden, action: 'authorize' });
  const authorized = await request(`${github.origin}/login/oauth/authorize`, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body });
  const back = await visitor.load(authorized.headers.location, { site: 'cross-site' });
  const code = new URL(back.headers.location ?? 'x:').searchParams.get('code');
  const tokens = (await redeem(server, client, { ...asked, code })).json;
  return { client, consent: page.text, access: tokens.access_token, refresh: tokens.refresh_token };
}

const resultOf = async (asked) => answer(await asked)?.result;
const textOf = (result) => result?.content?.[0]?.text;
const open = (server, access, args) => callTool(server, access, 'open_issue', { repository: 'octocat/repo-2', title: 'It rains', ...args });

// ---- what a tool can do ---------------------------------------------------------------------------

async function works(server, github, mine) {
  ok('the consent page says what the tools do', mine.consent.includes('Open issues on GitHub in your name'), mine.consent.slice(0, 400));
  const first = valueOf(await resultOf(callTool(server, mine.access, 'list_repositories')));
  equal('thirty repositories, private ones, too', [first?.repositories?.length, first?.repositories?.[1]], [30, 'octocat/repo-2']);
  const second = valueOf(await resultOf(callTool(server, mine.access, 'list_repositories', { page: 2 })));
  equal('the second page', second?.repositories, [31, 32, 33, 34, 35].map((number) => `octocat/repo-${number}`));
  const opened = await resultOf(open(server, mine.access, { body: 'Ünïcode "quoted" \n\u0001' }));
  equal('an issue is opened', valueOf(opened), { url: 'https://github.com/octocat/repo-2/issues/1' });
  equal('once, with all that it says, by its user', github.issues, [{ repository: 'octocat/repo-2', title: 'It rains', body: 'Ünïcode "quoted" \n\u0001', by: 'octocat' }]);
  await open(server, mine.access);
  equal('the same again is a second one', github.issues.length, 2);
  const posted = github.requests.findLast((one) => one.method === 'POST' && one.path.endsWith('/issues'));
  ok('GitHub sees a bearer token, a media type and JSON', /^Bearer gh[ou]_/.test(posted.headers.authorization) && posted.headers.accept === 'application/vnd.github+json' && posted.headers['content-type'] === 'application/json', posted.headers);
  equal('what GitHub refuses, the tool is told', textOf(await resultOf(open(server, mine.access, { repository: 'octocat/none' }))), 'GitHub answered 404.');
}

// ---- what it can't --------------------------------------------------------------------------------

async function refuses(server, github, mine) {
  const before = github.requests.length;
  for (const repository of ['..', '../..', 'a/../../user', '%2e%2e/%2e%2e', 'a%2f..%2f..', 'a#', 'a b/c', 'a\\..\\..']) {
    const result = await resultOf(open(server, mine.access, { repository }));
    ok(`repository "${repository}" is not sent`, result?.isError && /path: expected one below/.test(textOf(result)), result);
  }
  equal('GitHub has heard nothing of them', github.requests.length, before);

  const canary = [];
  const trap = http.createServer((call, reply) => { canary.push(call.url); reply.end('{}'); });
  await new Promise((done) => trap.listen(0, '127.0.0.1', done));
  github.moved = `http://127.0.0.1:${trap.address().port}/stolen`;
  equal('a redirect is told, not followed', textOf(await resultOf(open(server, mine.access, { repository: 'octocat/moved' }))), 'GitHub answered 307.');
  equal('so the token goes nowhere else', canary, []);
  trap.close();

  const count = github.issues.length;
  github.trouble = 'outage';
  equal('GitHub is in trouble', textOf(await resultOf(open(server, mine.access))), 'GitHub answered 502.');
  github.trouble = 'flood';
  const flooded = await resultOf(callTool(server, mine.access, 'list_repositories'));
  ok('an answer that is too large is none', flooded?.isError && /too large/.test(textOf(flooded)), flooded);
  github.trouble = undefined;
  equal('nothing was opened meanwhile', github.issues.length, count);
}

async function ends(server, github, mine) {
  github.revokeEverything('octocat');
  const count = github.issues.length;
  const reply = await open(server, mine.access);
  ok('revoked at GitHub, the call is answered by a challenge', reply.status === 401 && /error="invalid_token"/.test(reply.headers['www-authenticate']), reply.brief);
  equal('nothing was opened', github.issues.length, count);
  equal('the grant has ended', (await callTool(server, mine.access, 'list_repositories')).status, 401);
  equal('for good', (await refresh(server, mine.client, mine.refresh)).json?.error, 'invalid_grant');
}

function silent(server, github) {
  const told = [github.clientSecret, ...github.secrets].filter((secret) => server.log.includes(secret));
  equal('no secret of GitHub is in the log', told.map((secret) => secret.slice(0, 6)), []);
}

/** A minute before its end a token is renewed: here after two seconds. The gate does it, and the tool acts by the new one. */
async function renews(start) {
  const github = await startGithub({ expiring: 62 });
  const server = await start(github);
  const mine = await logIn(server, github);
  await sleep(2500);
  const before = github.requests.filter((one) => one.path === '/login/oauth/access_token').length;
  const replies = await Promise.all([1, 2, 3].map((number) => resultOf(open(server, mine.access, { title: `No. ${number}` }))));
  ok('three at once, each opened', replies.every((one) => valueOf(one)?.url), replies);
  equal('each once', github.issues.map((one) => one.title).sort(), ['No. 1', 'No. 2', 'No. 3']);
  const renewed = github.requests.filter((one) => one.path === '/login/oauth/access_token').length - before;
  ok('and the token was renewed no more often than it ran out', renewed >= 1 && renewed <= 3, renewed);
  silent(server, github);
  await server.stop();
  await github.close();
}

async function onHost(name, start) {
  const github = await startGithub();
  const server = await step(`${name}: the example starts`, () => start(github), 60);
  if (!server) return;
  const mine = await step(`${name}: its user logs in at GitHub`, () => logIn(server, github));
  if (mine) {
    await group(`${name}: works`, () => works(server, github, mine), 60);
    await group(`${name}: refuses`, () => refuses(server, github, mine), 60);
    await group(`${name}: ends`, () => ends(server, github, mine), 60);
    silent(server, github);
  }
  await server.stop();
  await github.close();
  await group(`${name}: renews`, () => renews(start), 60);
}

// ---- the default server ---------------------------------------------------------------------------

async function profile() {
  const github = await startGithub();
  github.users.octocat.from_next_year = { a: [1, null, 'ü'] };
  const server = await startNative(github, { program: 'postern' });
  const mine = await logIn(server, github, 'user');
  ok('the consent page says what the profile holds', /your GitHub profile: name, e-mail address, company, location, website/.test(mine.consent), mine.consent.slice(0, 400));
  const result = await resultOf(callTool(server, mine.access, 'get_user_profile'));
  const sorted = (object) => JSON.stringify(object, (_, value) => (value?.constructor === Object ? Object.fromEntries(Object.entries(value).sort()) : value));
  const whole = { ...profileOf('octocat', 583231), from_next_year: { a: [1, null, 'ü'] } };
  equal('get_user_profile is GitHub’s whole answer', sorted(result?.structuredContent), sorted(whole));
  equal('as text, too', sorted(JSON.parse(textOf(result))), sorted(whole));
  const own = await signIn(server, new Visitor(server), { scope: 'user' });
  const theirs = valueOf(await resultOf(callTool(server, own.access, 'get_user_profile')));
  equal('of a user of this server: who it is, the client and the scopes', [theirs.user_name, Object.keys(theirs).sort()], ['ada', ['client', 'scopes', 'subject', 'user_name']]);
  await stopClean(server, 'the default server');
  await github.close();
}

/** A password's user has no token at GitHub. */
async function withoutLogin() {
  const github = await startGithub();
  const server = await startNative(github);
  const ada = await signIn(server, new Visitor(server), { scope: SCOPES });
  for (const asked of [callTool(server, ada.access, 'list_repositories'), open(server, ada.access)]) {
    equal('who did not log in by GitHub is told so', textOf(await resultOf(asked)), 'Log in by GitHub to use this tool.');
  }
  equal('and GitHub has heard nothing', github.requests.length, 0);
  await server.stop();
  await github.close();
}

function documented() {
  const text = readFileSync(path.join(root, 'docs/upstream.md'), 'utf8');
  for (const file of ['github.cpp', 'github.mjs', 'github_server.mjs']) {
    ok(`docs/upstream.md has ${file} as it is tried here`, text.includes(`\n${readFileSync(path.join(root, 'tests/consumer', file), 'utf8')}\`\`\``));
  }
}

await main(`upstream, ${host}`, 240, async () => {
  if (host === 'native') {
    documented();
    await group('the profile', profile, 60);
    await group('without a login there', withoutLogin, 60);
    await onHost('native', startNative);
  }
  if (host === 'node') await onHost('node', startNode);
  if (host === 'workerd') await onHost('workerd', startWorkerd);
});
