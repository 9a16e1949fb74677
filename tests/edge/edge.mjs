// scripts/edge's program by itself: what it refuses, what lies in its data folder, how it ends; and what no client of the
// other tests sees: who answers without the object, records that expire, requests to other servers.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { addUser, equal, freePort, group, killHard, launch, launchProgram, main, ok, root, sleep, startServer, stopClean, until } from '../interop/lib.mjs';
import { authorization, callTool, register, signIn } from '../interop/oauth.mjs';
import { formsOf, request, Visitor } from '../interop/web.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-edge-'));
const edge = (args, options = {}) => spawnSync(process.execPath, [path.join(root, 'host-wasm/workerd/edge.mjs'), ...(args.includes('--modules') ? [] : ['--modules', path.join(root, 'build/wasm/server')]), ...args], {
  encoding: 'utf8', cwd: folder, timeout: 20_000, env: { PATH: process.env.PATH, ...options.env }, input: options.input ?? '' });

function refusals() {
  const settings = path.join(folder, 'settings.json');
  writeFileSync(settings, '{"lifetime":{}}');
  writeFileSync(path.join(folder, 'open-keys'), 'x');
  const rows = [
    ['an option that is none', ['--lisetn', 'x'], /--lisetn: there is no such option; did you mean --listen\?/],
    ['a command that is none', ['sevre'], /sevre: there is no such command; did you mean serve\?/],
    ['an address off loopback', ['--listen', '0.0.0.0:8787'], /expected loopback/],
    ['no port', ['--listen', '127.0.0.1'], /expected host:port/],
    ['a store that is none', ['--store', 'cloud'], /expected disk or memory/],
    ['copies of another age', ['--copies', '2'], /expected 0 or 1/],
    ['http off loopback', ['--public-url', 'http://mcp.example.com'], /expected https/],
    ['a lifetime that is none', ['--code-ttl', '601'], /1 to 600/],
    ['a default scope that is not declared', ['--default-scopes', 'user admin'], /'admin' is not declared; expected some of: notes:read notes:write user/],
    ['default scopes that are none', ['--default-scopes', 'a"b'], /--default-scopes: expected scope tokens with spaces between them/],
    ['a lifetime that is no number', ['--access-ttl', 'soon'], /--access-ttl: expected seconds from 1 to/],
    ['settings that are misspelt', ['--settings', settings], /lifetime: there is no such setting; did you mean lifetimes\?/],
    ['an option given twice', ['--listen', '127.0.0.1:1', '--listen', '127.0.0.1:2'], /--listen: expected it once, got '127.0.0.1:1' and '127.0.0.1:2'/],
    ['no value', ['--listen'], /--listen: expected HOST:PORT after it/],
    ['a flag that is neither', ['--client-documents', 'maybe'], /--client-documents: expected true or false, got 'maybe'/],
    ['half a command', ['user'], /user: expected add, passwd, list, remove after it/],
    ['no name', ['user', 'passwd'], /user passwd: expected NAME after it/],
    ['nobody in particular', ['grants', 'revoke'], /expected one of ID, --user, --client and --all/],
    ['no file of settings', ['--settings', 'nowhere.json'], /nowhere.json/],
    ['no module', ['--modules', folder], /postern.wasm: no such file/],
    ['a password without a way', ['user', 'add', 'grace'], /--password-stdin/],
    ['users of nobody', ['user', 'list', '--data', path.join(folder, 'none')], /is it running/],
    ['no password', ['user', 'add', 'grace', '--password-stdin', '--data', path.join(folder, 'none')], /expected a password on standard input/],
  ];
  for (const [what, args, told] of rows) {
    const end = edge(args.includes('--data') ? args : [...args, '--data', path.join(folder, 'data')]);
    ok(`${what}: one line and exit code 2`, end.status === 2 && told.test(end.stderr) && end.stderr.trim().split('\n').length === 1, `${end.status} ${end.stderr}`);
  }
  const weak = edge(['--data', path.join(folder, 'data')], { env: { POSTERN_FIRST_USER: 'ada', POSTERN_FIRST_PASSWORD: 'x' } });
  ok('a first password that is too short: the same', weak.status === 2 && /password/.test(weak.stderr), weak.stderr);
  ok('and nothing was made', !existsSync(path.join(folder, 'data')));
}

/** README's line, with another port and another folder. */
async function byItsScript() {
  const [line] = /^scripts\/edge --listen .*$/m.exec(readFileSync(path.join(root, 'README.md'), 'utf8'));
  const port = await freePort();
  const words = line.replace('127.0.0.1:8787', `127.0.0.1:${port}`).replace('postern-edge-data', path.join(folder, 'script'));
  const server = launch('bash', ['-c', `exec ${words}`], { cwd: root, env: process.env });
  await until(() => /^ready /m.test(server.out) || !server.alive, 60, 'the ready line');
  ok('scripts/edge serves as README says', server.out.includes(`ready http://localhost:${port}\n`), server.log);
  await stopClean(server, 'scripts/edge');
}

async function dataFolder() {
  const port = await freePort();
  const data = path.join(folder, 'first');
  const args = ['--listen', `127.0.0.1:${port}`, '--data', data, '--log-format', 'json'];
  const server = launchProgram('postern', args);
  await until(() => /^ready /m.test(server.out), 60, 'the ready line');
  equal('the ready line', server.out.match(/^ready .*$/m)[0], `ready http://localhost:${port}`);
  const password = server.out.match(/^one-time password: (\S+)/m)?.[1];
  ok('the first start prints a user and a password, on standard output alone', /^first user: +admin$/m.test(server.out) && password && !server.err.includes(password), server.out);
  equal('the folder is for its owner', (statSync(data).mode & 0o777).toString(8), '700');
  equal('so is the key ring', (statSync(path.join(data, 'keys')).mode & 0o777).toString(8), '600');
  const url = `http://localhost:${port}`;
  const scene = { url, mcp: `${url}/mcp`, user: 'admin', password };
  const { access } = await signIn(scene, new Visitor(scene));
  equal('and that user gets in', (await callTool(scene, access, 'whoami')).status, 200);
  const second = edge([...args.slice(2), '--listen', `127.0.0.1:${await freePort()}`]);
  ok('another one with this folder is refused', second.status === 2 && /another one is running/.test(second.stderr), second.stderr);
  const keys = readFileSync(path.join(data, 'keys'), 'utf8');
  await stopClean(server, 'SIGTERM');
  ok('no socket is left behind', !existsSync(path.join(data, 'operator.sock')), readdirSync(data));

  const again = launchProgram('postern', args);
  await until(() => /^ready /m.test(again.out), 60, 'the ready line');
  ok('the second start prints no password, and keeps the keys', !/password/.test(again.out) && readFileSync(path.join(data, 'keys'), 'utf8') === keys, again.out);
  equal('a token of before works', (await callTool(scene, access, 'whoami')).status, 200);
  await killHard(again);
  const end = await again.ended;
  ok('when workerd is killed, the program ends, and says so', end.code === 1 && /workerd ended by itself/.test(again.err), end);
}

async function outlivesNobody() {
  const server = await startServer();
  const workerd = Number(server.err.match(/"workerd":([0-9]+)/)[1]);
  process.kill(server.pid, 'SIGKILL');
  const gone = () => { try { process.kill(workerd, 0); return false; } catch { return true; } };
  ok('when the program is killed, workerd ends', await until(gone, 5, 'its end').catch(() => false));
  await server.stop();
}

function told() {
  const help = edge(['--help']);
  ok('--help tells every option and command', help.status === 0 && ['--listen HOST:PORT=127.0.0.1:8787', '--public-url', '--client-documents', '--copies', '  grants ', '  user '].every((word) => help.stdout.includes(word)), help.stdout + help.stderr);
  const more = edge(['grants', 'revoke', '--help']);
  ok('so does that of a command', more.status === 0 && /^Usage: postern-edge grants revoke \[OPTIONS\] \[ID\]$/m.test(more.stdout) && more.stdout.includes('--all'), more.stdout + more.stderr);
  const { version } = JSON.parse(readFileSync(path.join(root, 'host-wasm/package.json'), 'utf8'));
  equal('--version tells the version', edge(['--version']).stdout, `postern-edge ${version}\n`);
}

async function operator() {
  const server = await startServer();
  const act = (...words) => edge([...words, '--data', server.data], { input: 'another horse battery\n' });
  const { password } = addUser(server, 'grace');
  const grace = { ...server, user: 'grace', password };
  equal('a user that was added gets in', (await callTool(server, (await signIn(server, new Visitor(grace))).access, 'whoami')).status, 200);
  const twice = edge(['user', 'add', 'grace', '--password-stdin', '--data', server.data], { input: 'another password\n' });
  ok('the name is taken then', twice.status === 1 && /of this name already/.test(twice.stderr), twice.stderr);
  const { access } = await signIn(server, new Visitor(grace));
  const [granted] = JSON.parse(act('grants', 'list', '--user', 'grace', '--json').stdout);
  ok('what was granted is listed, for programs', granted?.user === 'grace' && granted.client_name !== '', granted);
  const table = act('grants', 'list').stdout.split('\n');
  ok('and for people', /^ID +USER +CLIENT +NAME +SCOPES +GRANTED +USED +PROVIDER$/.test(table[0]) && table.some((line) => line.includes(' grace ')), table);
  ok('clients, too', /^ID +NAME +REDIRECTS/.test(act('clients', 'list').stdout) && JSON.parse(act('clients', 'list', '--json').stdout).some(({ id }) => id === granted.client));
  equal('what a user has granted ends', act('grants', 'revoke', '--user', 'grace').stdout.replace(/[0-9]+/, 'n'), 'revoked n grants\n');
  equal('and with it the token, once the copies in front are old', (await sleep(1100), await callTool(server, access, 'whoami')).status, 401);
  equal('a password is changed', act('user', 'passwd', 'grace', '--password-stdin').stdout, 'changed the password of grace\n');
  const { access: later } = await signIn(server, new Visitor({ ...grace, password: 'another horse battery' }));
  equal('and lets in', (await callTool(server, later, 'whoami')).status, 200);
  equal('a client is removed', act('clients', 'remove', granted.client).status, 0);
  const gone = act('clients', 'remove', granted.client);
  ok('once', gone.status === 1 && /^clients: there is no client/.test(gone.stderr), gone.stderr);
  ok('users are listed', /^grace +\S+ +[0-9]{4}-[0-9]{2}-[0-9]{2} +chosen$/m.test(act('user', 'list').stdout), act('user', 'list').stdout);
  equal('a user is removed', act('user', 'remove', 'grace').stdout, 'removed grace, revoked 0 grants, erased 0 records\n');
  ok('and is no more', !act('user', 'list').stdout.includes('grace'));
  for (const target of ['/operate', '/stop']) {
    const reply = await request(server.url + target, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"act":"addUser","given":["mallory","correct horse"]}' });
    equal(`${target} is nothing that clients reach`, reply.status, 404);
  }
  await stopClean(server);
}

/** The object is asked only when the request alone does not decide. */
async function near() {
  const server = await startServer({ logLevel: 'debug' });
  const requests = () => server.err.split('\n').filter((line) => line.includes('"http.request"') && !line.includes('"where":"front"')).length;
  for (const target of ['/.well-known/oauth-authorization-server', '/.well-known/oauth-protected-resource/mcp', '/mcp', '/healthz', '/nowhere']) await request(server.url + target);
  await request(server.mcp, { method: 'OPTIONS' });
  await sleep(200);
  equal('metadata, challenges and preflights do not reach the object', requests(), 0);
  const client = await register(server);
  ok('what has to be looked up does', await until(() => requests() === 1, 5, 'a line in the log').catch(() => false));
  const page = await request(authorization(server, client).url);
  ok('a page, too', page.status === 200 && formsOf(page.text).length > 0 && await until(() => requests() === 2, 5).catch(() => false), page.brief);
  await stopClean(server);
}

/** Where nothing can be reached, clients register: they are told that documents are not read here. */
async function withoutDocuments() {
  const server = await startServer({ args: ['--client-documents=false'] });
  const metadata = JSON.parse((await request(`${server.url}/.well-known/oauth-authorization-server`)).text);
  equal('--client-documents=false: the metadata say so', [metadata.client_id_metadata_document_supported ?? false, typeof metadata.registration_endpoint], [false, 'string']);
  const asked = authorization(server, { client_id: 'https://app.example/client.json' }, { redirect_uri: 'https://app.example.com/callback' });
  const reply = await request(asked.url);
  ok('and a URL is no client', reply.status === 400 && reply.text.includes('not known here'), reply.brief);
  await stopClean(server);
}

/** A client that names a document somewhere else makes the server fetch it: not from here. */
async function egress() {
  const server = await startServer({ logLevel: 'debug' });
  const names = ['https://127.0.0.1/client.json', 'https://localhost/client.json', 'https://10.0.0.1/client.json', 'https://[::1]/client.json', 'https://169.254.169.254/latest',
    'http://example.com/client.json', 'https://user@example.com/client.json', 'https://printer.local/client.json', 'https://mcp.invalid/client.json'];
  for (const client_id of names) {
    const asked = authorization(server, { client_id }, { redirect_uri: 'https://app.example.com/callback' });
    const reply = await request(asked.url, { seconds: 15 });
    ok(`a client at ${client_id}: refused, and the visitor is sent nowhere`, reply.status >= 400 && reply.status < 500 && !reply.headers.location, reply.brief);
  }
  const unreachable = await request(authorization(server, { client_id: 'https://mcp.invalid/client.json' }, { redirect_uri: 'https://app.example.com/callback' }).url, { seconds: 15 });
  ok('the page says what to do where nothing can be reached', unreachable.text.includes('--client-documents=false'), unreachable.text);
  ok('and so does the log', await until(() => server.err.includes('--client-documents=false'), 5).catch(() => false));
  const fetches = server.err.split('\n').filter((line) => line.includes('"what":"fetch"')).map((line) => JSON.parse(line));
  ok('only what the policy lets through was looked for, and found nothing', fetches.length > 0 && fetches.every(({ host, problem }) => problem === 'refused' || host === 'mcp.invalid'), fetches);
  await stopClean(server);
}

/** Who reads its lines goes away, as `head -1` does. */
async function nobodyReads() {
  const server = await startServer({ store: 'memory', args: ['--audit', '-'] });
  const workerd = Number(server.err.match(/"?workerd"?[=:]([0-9]+)/)[1]);
  for (const stream of ['stdout', 'stderr']) server.child[stream].destroy();
  const { access } = await signIn(server, new Visitor(server)).catch((error) => ({ access: String(error) }));
  const calls = [await callTool(server, access, 'whoami'), await callTool(server, access, 'whoami')].map(({ status }) => status);
  equal('nobody reads its lines: it serves', [...calls, server.alive], [200, 200, true]);
  await stopClean(server, 'nobody reads its lines');
  ok('and workerd has ended with it', !existsSync(`/proc/${workerd}`));
}

/** What can't be made is one line, and a refused password never reaches the server. */
function oneLine() {
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  const rows = [
    ['a folder that is a file', ['--data', file], `edge: ${file}: expected a folder, and it is a file\n`],
    ...(process.platform === 'linux' ? [['a folder in /proc', ['--data', '/proc/postern'], 'edge: /proc/postern: can\'t be made: No such file or directory\n']] : []),
    ['a short password', ['user', 'add', 'ada', '--password-stdin', '--data', folder], 'edge: user: expected a password of at least 8 characters, received fewer\n', 'short\n'],
  ];
  for (const [what, args, line, input] of rows) {
    const { status, stderr } = edge(args, { input });
    equal(`${what}: one line and exit code 2`, [status, stderr], [2, line]);
  }
}

await main('edge', 150, async () => {
  refusals();
  told();
  oneLine();
  await group('nobody reads', nobodyReads);
  await group('scripts/edge', byItsScript, 90);
  await group('the data folder', dataFolder, 40);
  await group('neither outlives the other', outlivesNobody);
  await group('the operator', operator);
  await group('near the client', near);
  await group('other servers', egress, 60);
  await group('without documents', withoutDocuments);
  rmSync(folder, { recursive: true, force: true });
});
