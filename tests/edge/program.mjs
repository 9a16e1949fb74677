// `postern` of the npm package beside the native program: the same words, the same lines, the same exit codes; what it keeps in
// its data folder the other one takes up; and how soon it serves.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { binaries, equal, freePort, group, launch, launchProgram, main, ok, stopClean, until } from '../interop/lib.mjs';
import { callTool, signIn } from '../interop/oauth.mjs';
import { Visitor } from '../interop/web.mjs';
import { faultOfNode } from '../../host-wasm/command/node_version.mjs';
import { program } from './install.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-program-'));
const native = path.join(binaries, 'postern');
const password = 'correct horse battery';

/** {status, out, err} of one that ends by itself. */
function run(command, args, { env = {}, input = '', cwd = folder } = {}) {
  const { status, stdout, stderr } = spawnSync(command[0], [...command.slice(1), ...args], { encoding: 'utf8', cwd, input, timeout: 20_000, env: { PATH: process.env.PATH, ...env } });
  return { status, out: stdout, err: stderr };
}
const here = (args, options) => run([process.execPath, program()], args, options);
const there = (args, options) => run([native], args, options);

function sameLines() {
  const text = path.join(folder, 'text');
  writeFileSync(text, 'no certificate\n');
  mkdirSync(path.join(folder, 'none'));
  const rows = [
    ['nothing', []], ['serve', ['serve']],
    ['a port that is none', ['--listen', '127.0.0.1:70000']], ['no port', ['--listen', 'localhost']], ['an address without brackets', ['--listen', '::1:80']],
    ['off loopback', ['--listen', '0.0.0.0:8000']], ['a name that looks like loopback', ['--listen', '127.example.com:80']],
    ['a proxy without https', ['--behind-proxy']], ['a certificate without its key', ['--tls-cert', text]], ['a key without its certificate', ['--tls-key', text]],
    ['http off loopback', ['--public-url', 'http://mcp.example.com']], ['a URL that is none', ['--public-url', 'mcp']], ['a URL with a query', ['--public-url', 'https://mcp.example.com/?x']],
    ['a store that is none', ['--store', 'cloud']], ['a transport that is none', ['--transport', 'pigeon']], ['a life that is no number', ['--access-ttl', 'soon']],
    ['no default scope', ['--default-scopes', ' ']], ['a default scope that is none', ['--default-scopes', 'user "x"']], ['one that is not declared', ['--default-scopes', 'user admin']], ['default scopes', ['--default-scopes', 'notes:write  user']],
    ['default scopes in a variable', [], { env: { POSTERN_DEFAULT_SCOPES: 'admin' } }],
    ['a life that is too long', ['--code-ttl', '601']], ['none', ['--refresh-ttl', '0']], ['a life below nothing', ['--access-ttl=-1']], ['a level that is none', ['--log-level', 'loud']],
    ['a format that is none', ['--log-format', 'xml']], ['a flag that is neither', ['--own-users', 'perhaps']], ['nobody could log in', ['--own-users', 'false']],
    ['no name', ['--name', '']], ['a name with a line in it', ['--name', 'a\nb']], ['a host that is none', ['--allowed-host', 'a b']], ['an origin that is none', ['--allowed-origin', 'x']],
    ['a host of clients that is none', ['--client-host', 'a/b']], ['clients without documents', ['--client-documents', 'no']], ['every lifetime', ['--access-ttl', '60', '--refresh-ttl', '120', '--code-ttl', '30', '--refresh-grace', '5', '--provider-check', '60']],
    ['a variable', [], { env: { POSTERN_ACCESS_TTL: 'soon' } }], ['a variable that is misspelt', [], { env: { POSTERN_ACESS_TTL: '60' } }], ['a list in a variable', [], { env: { POSTERN_ALLOWED_HOST: 'a.example, b c' } }],
    ['half of GitHub', [], { env: { MCP_GITHUB_CLIENT_ID: 'x' } }], ['the other half', [], { env: { MCP_GITHUB_CLIENT_SECRET: 'x' } }], ['GitHub', [], { env: { MCP_GITHUB_CLIENT_ID: 'x', MCP_GITHUB_CLIENT_SECRET: 'y' } }],
    ['GitHub alone', ['--own-users', 'false'], { env: { MCP_GITHUB_CLIENT_ID: 'x', MCP_GITHUB_CLIENT_SECRET: 'y' } }],
    ['a line of .env', [], { dotenv: 'POSTERN_LOG_LEVEL=loud\n' }], ['a name in .env', [], { dotenv: '# a comment\nexport POSTERN_LOGLEVEL="info"\n' }], ['a line of .env that is none', [], { dotenv: 'OTHER=1\nPOSTERN_NAME\n' }],
    ['quotes in .env', [], { dotenv: 'POSTERN_PUBLIC_URL="http://localhost:81"\nPOSTERN_NAME=\'x y\'\n' }], ['a comment in .env', [], { dotenv: 'POSTERN_PUBLIC_URL=http://localhost:82 # mine\n' }],
    ['the command line before the variable, and both before .env', ['--log-format', 'text'], { env: { POSTERN_LOG_FORMAT: 'xml', POSTERN_LOG_LEVEL: 'info' }, dotenv: 'POSTERN_LOG_LEVEL=loud' }],
    ['a key ring in a folder that is not there', ['--data', 'nowhere']],
  ];
  const github = '[[provider]]\nid = "github"\nkind = "github"\nclient_id = "x"\n';
  const files = [
    ['nothing in it', ''], ['options', '# mine\npublic_url = "http://localhost:81" # here\naccess_ttl = 60\nclient_documents = false\nallowed_host = ["a.example", "b.example"]\n'],
    ['a name that is none', 'public_ulr = "x"\n'], ['another one', 'colour = "red"\n'], ['a table in place of a value', '[name]\nx = 1\n'], ['a list in place of a value', 'name = ["x"]\n'], ['numbers in a list', 'allowed_host = [["x"]]\n'],
    ['a value that will not do', 'log_level = "loud"\n'], ['a resource server', '[[resource_server]]\nid = "files"\nsecret = "0123456789abcdef"\n'], ['one with a short secret', '[[resource_server]]\nid = "files"\nsecret = "x"\n'],
    ['one without', '[[resource_server]]\nid = "files"\n'], ['one with a misspelt member', '[[resource_server]]\nid = "files"\nsecert = "0123456789abcdef"\n'], ['one that is no list', '[resource_server]\nid = "files"\n'],
    ['GitHub', `${github}client_secret = "y"\n`], ['without a secret', github], ['with two', `${github}client_secret = "y"\nclient_secret_env = "Y"\n`], ['by a variable', `${github}client_secret_env = "GITHUB"\n`, { GITHUB: 'y' }], ['by one that is not set', `${github}client_secret_env = "GITHUB"\n`],
    ['by a file that is not there', `${github}client_secret_file = "nowhere"\n`], ['allowing nobody', `${github}client_secret = "y"\n[provider.allow]\nlogins = []\n`], ['allowing somebody', `${github}client_secret = "y"\nallow = { logins = ["ada", 'grace'], organisations = [] }\n`],
    ['allowing two', `${github}client_secret = "y"\nallow = { logins = ["ada", 'grace',] }\n`], ['allowing a misspelt list', `${github}client_secret = "y"\nallow = { login = ["ada"] }\n`], ['a text for a list', `${github}client_secret = "y"\nallow = { logins = "ada" }\n`],
    ['a provider without an id', '[[provider]]\nkind = "oidc"\n'], ['of no kind', '[[provider]]\nid = "x"\nkind = "saml"\n'], ['with a misspelt member', '[[provider]]\nid = "x"\nkind = "oidc"\nissuser = "https://x.example"\n'],
    ['without an issuer', '[[provider]]\nid = "x"\nkind = "oidc"\nclient_id = "a"\nclient_secret = "b"\n'], ['a flag as a text', '[[provider]]\nid = "x"\nkind = "oidc"\npkce = "yes"\n'], ['a way that is none', '[[provider]]\nid = "x"\nkind = "oidc"\ntoken_auth = "jwt"\n'],
    ['a preset', '[[provider]]\nid = "google"\nkind = "oidc"\npreset = "google"\nclient_id = "a"\nclient_secret = "b"\n'], ['one that is none', '[[provider]]\nid = "x"\nkind = "oidc"\npreset = "goggle"\nclient_id = "a"\nclient_secret = "b"\n'],
    ['GitHub, whose secret is in the environment', '[[provider]]\nid = "github"\nkind = "github"\nlabel = "Ours"\n', { MCP_GITHUB_CLIENT_ID: 'x', MCP_GITHUB_CLIENT_SECRET: 'y' }],
    ['an authorization server elsewhere', '[authorization]\nmode = "external"\nissuer = "https://as.example"\n'], ['without an issuer', '[authorization]\nmode = "external"\n'], ['one that is not meant', '[authorization]\nissuer = "https://as.example"\n'],
    ['our own', '[authorization]\nmode = "own"\n'], ['of a mode that is none', '[authorization]\nmode = "both"\n'], ['with a misspelt member', '[authorization]\nmode = "external"\nisuer = "x"\n'],
    ['a table of another name', '[providers]\nid = "x"\n'],
  ];
  for (const [what, content, env] of files) {
    writeFileSync(path.join(folder, `${rows.length}.toml`), content);
    rows.push([`a file: ${what}`, ['--config', `${rows.length}.toml`], { env }]);
  }
  writeFileSync(path.join(folder, 'options.toml'), 'public_url = "http://localhost:81"\n');
  rows.push(['no file', ['--config', 'nowhere.toml']], ['a file without a name', ['--config', '']], ['a variable before the file', ['--config', 'options.toml'], { env: { POSTERN_PUBLIC_URL: 'http://localhost:99' } }]);
  const differ = [];
  for (const [what, args, { env, dotenv } = {}] of rows) {
    if (dotenv !== undefined) writeFileSync(path.join(folder, '.env'), dotenv);
    const [mine, theirs] = [here, there].map((each) => each([...args, '--check'], { env }));
    if (JSON.stringify(mine) !== JSON.stringify(theirs) || ![0, 2].includes(mine.status)) differ.push({ what, mine, theirs });
    rmSync(path.join(folder, '.env'), { force: true });
  }
  equal(`${rows.length} command lines are answered as natively`, differ, []);
}

function ownLines() {
  const rows = [
    ['an option that is none', ['--lisetn', 'x'], 'postern: --lisetn: there is no such option; did you mean --listen?\n'],
    ['a command that is none', ['sevre'], 'postern: sevre: there is no such command; did you mean serve?\n'],
    ['no value', ['--listen'], 'postern: --listen: expected HOST:PORT after it\n'],
    ['a value for a flag', ['--check=yes'], "postern: --check: expected no value, got 'yes'\n"],
    ['an option given twice', ['--listen', 'a:1', '--listen', 'b:2'], "postern: --listen: expected it once, got 'a:1' and 'b:2'\n"],
    ['half a command', ['user'], 'postern: user: expected add, passwd, list, remove after it\n'],
  ];
  for (const [what, args, told] of rows) {
    const end = here(args);
    ok(`${what}: one line and exit code 2`, end.status === 2 && end.err === told && end.out === '', end);
  }
  const old = run([process.execPath, '--no-experimental-sqlite', program()], []);
  ok('where no SQLite is: what to do', old.status === 2 && /^postern: Node [0-9.]+ has no SQLite; expected Node 22\.13 or newer, or --store memory, which forgets everything at the end\n$/.test(old.err) && old.out === '', old);
  const told = { sqlite: 'has no SQLite; expected Node 22.13 or newer, or --store memory, which forgets everything at the end', old: 'is too old; expected Node 22.13 or newer' };
  for (const [version, has, fault] of [
    ['22.13.0', { sqlite: true }], ['22.12.0', { sqlite: false }, told.sqlite], ['20.0.0', { sqlite: false }, told.sqlite], ['20.0.0', { sqlite: false, inMemory: true }],
    ['18.20.8', { sqlite: false }, told.old], ['18.20.8', { sqlite: false, inMemory: true }, told.old],
  ]) equal(`Node ${version}${has.inMemory ? ' in memory' : ''}: ${fault ?? 'it runs'}`, faultOfNode(version, has), fault && `Node ${version} ${fault}`);
  const help = here(['serve', '--help']);
  const theirs = there(['serve', '--help']);
  const options = (text) => [...text.matchAll(/^ +(?:-h, ?)?--([a-z-]+)/gm)].map(([, name]) => name);
  equal('--help tells the native options', options(help.out).sort(), options(theirs.out).sort());
  equal('both have one version', here(['version']), there(['version']));
}

/** One starts what the other goes on with. */
async function oneFolder() {
  const data = path.join(folder, 'data');
  const port = await freePort();
  const args = ['--listen', `127.0.0.1:${port}`, '--data', data];
  const began = performance.now();
  const mine = launchProgram('postern', args, { cwd: folder });
  await until(() => /^ready /m.test(mine.out), 60, 'the ready line');
  console.log(`# ready after ${(performance.now() - began).toFixed(0)} ms`);
  const plain = (text) => text.replace(/[a-z2-9]{5}(-[a-z2-9]{5}){3}/, '<password>').replaceAll(/:[0-9]{4,5}\b/g, ':<port>').split('\n');
  const other = launch(native, ['--listen', '127.0.0.1:0', '--data', path.join(folder, 'other')], { cwd: folder });
  await until(() => /^ready /m.test(other.out), 60, 'the ready line');
  equal('it says what the native program says', plain(mine.out), plain(other.out));
  await stopClean(other, 'native');
  const made = /[a-z2-9]{5}(-[a-z2-9]{5}){3}/.exec(mine.out)[0];
  ok('the password is on standard output alone', !mine.err.includes(made));
  const url = `http://localhost:${port}`;
  const scene = { url, mcp: `${url}/mcp`, user: 'admin', password: made };
  const { access } = await signIn(scene, new Visitor(scene));
  equal('and lets in', (await callTool(scene, access, 'whoami')).status, 200);
  equal('the operator sees it while it runs', here(['user', 'list', '--data', data]).out.split('\n')[1].split(' ')[0], 'admin');
  equal('the native operator, too', there(['grants', 'list', '--data', data]), here(['grants', 'list', '--data', data]));
  equal('and lists clients by the same lines', there(['clients', 'list', '--data', data]), here(['clients', 'list', '--data', data]));
  await stopClean(mine, 'npx');

  const taken = launch(native, args, { cwd: folder });
  await until(() => /^ready /m.test(taken.out), 60, 'the ready line');
  equal('the native server goes on with its data and keys', (await callTool(scene, access, 'whoami')).status, 200);
  await stopClean(taken, 'native');
  equal('what was granted ends', here(['grants', 'revoke', '--all', '--data', data]).out, 'revoked 1 grant\n');
  equal('and is nothing to the native operator', there(['grants', 'list', '--data', data]).out.trim().split('\n').length, 1);
}

/** Where no data folder can be, nothing is made, and one line says so; at the start, too, and not only by --check. */
function noFolder() {
  const file = path.join(folder, 'file');
  writeFileSync(file, 'here already\n');
  symlinkSync('nowhere', path.join(folder, 'dangling'));
  const commands = [['serve', '--listen', '127.0.0.1:0'], ['serve', '--check', '--listen', '127.0.0.1:0'], ['user', 'add', 'ada', '--password-stdin'], ['user', 'list'], ['grants', 'list']];
  for (const data of [file, path.join(file, 'below'), ...(process.platform === 'linux' ? ['/proc/postern', '/proc/postern/data'] : []), path.join(folder, 'dangling')]) {
    for (const command of commands) {
      const [mine, theirs] = [here, there].map((each) => each([...command, '--data', data], { input: `${password}\n` }));
      // What is announced natively before it is tried, is told here once it is there.
      const plain = ({ status, out, err }) => ({ status, out: out.replace(/:\d+$/m, ':port'), err: err.replace(/^user: made .*\n/, '') });
      equal(`${command.slice(0, 2).join(' ')} --data ${path.relative(folder, data)}: as natively`, plain(mine), plain(theirs));
    }
  }
  for (const [what, input] of [['a short password', 'short\n'], ['a long one', `${'x'.repeat(1025)}\n`], ['one of other bytes', Buffer.from([...Buffer.from(password), 0xff, 10])], ['none', '']]) {
    const data = path.join(folder, 'unmade');
    const [mine, theirs] = [here, there].map((each) => ({ ...each(['user', 'add', 'ada', '--password-stdin', '--data', data], { input }), made: existsSync(data) }));
    equal(`user add, ${what}: nothing is made`, [mine.status, mine.made], [2, false]);
    equal(`user add, ${what}: as natively`, mine, theirs);
  }
}

/** What root does to the data folder of a service must not be root's. */
function asOwner() {
  if (process.geteuid() !== 0) return void console.log('# not run: root goes on as the owner of the data folder (this is not root)');
  const [uid, gid] = [65534, 65533];
  const data = path.join(folder, 'service');
  chmodSync(folder, 0o711);
  mkdirSync(data, { mode: 0o700 });
  chownSync(data, uid, gid);
  writeFileSync(path.join(data, 'audit-file'), path.join(data, 'audit.log'), { mode: 0o600 });
  chownSync(path.join(data, 'audit-file'), uid, gid);
  equal('root adds a user to the folder of a service', here(['user', 'add', 'ada', '--password-stdin', '--data', data], { input: `${password}\n` }), { status: 0, out: 'added ada\n', err: '' });
  const owners = () => readdirSync(data).map((name) => [name, statSync(path.join(data, name)).uid, statSync(path.join(data, name)).gid]);
  ok('every file of it is the service\u2019s, the audit too', ['audit.log', 'keys', 'postern.db'].every((name) => existsSync(path.join(data, name))) && owners().every(([, user, group_]) => user === uid && group_ === gid), owners());
  equal('root\u2019s own folder stays root\u2019s', [here(['user', 'add', 'ada', '--password-stdin', '--data', path.join(folder, 'roots')], { input: `${password}\n` }).status, statSync(path.join(folder, 'roots/keys')).uid], [0, 0]);
}

function operators() {
  const data = ['--data', path.join(folder, 'operators')];
  const input = `${password}\n`;
  const rows = [
    [['user', 'list']], [['grants', 'revoke']], [['user', 'add', 'grace']], [['user', 'add', 'grace', '--password-stdin'], input], [['user', 'add', 'grace', '--password-stdin'], input],
    [['user', 'add', 'x', '--password-stdin'], 'short\n'], [['user', 'add', 'x', '--password-stdin'], ''], [['user', 'passwd', 'grace', '--password-stdin'], input], [['user', 'passwd', 'bob', '--password-stdin'], input],
    [['grants', 'list']], [['grants', 'list', '--json']], [['clients', 'list']], [['grants', 'revoke']], [['grants', 'revoke', 'x']], [['grants', 'revoke', '--user', 'grace']], [['grants', 'revoke', 'x', '--all']],
    [['clients', 'remove', 'x']], [['user', 'remove', 'grace']], [['user', 'remove', 'grace']], [['user', 'list', '--store', 'memory']],
  ];
  const each = [here, there].map((program) => {
    const ends = rows.map(([args, given]) => ({ args, ...program([...args, ...data], { input: given }) }));
    rmSync(data[1], { recursive: true, force: true });
    return ends;
  });
  equal('the operator’s commands are answered as natively', each[0].filter((end, at) => JSON.stringify(end) !== JSON.stringify(each[1][at])).map((end) => [end, each[1].find(({ args }) => args === end.args)]), []);
}

/** Its own TLS, the audit in a file that is moved away, and a port that is taken. */
async function more() {
  const [key, cert, audit] = ['key.pem', 'cert.pem', 'audit.log'].map((name) => path.join(folder, name));
  spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-days', '2', '-keyout', key, '-out', cert]);
  const port = await freePort();
  const server = launchProgram('postern', ['--listen', `127.0.0.1:${port}`, '--store', 'memory', '--tls-cert', cert, '--tls-key', key, '--audit', audit], { cwd: folder, env: { POSTERN_FIRST_PASSWORD: password } });
  await until(() => /^ready https:/m.test(server.out), 10, `the ready line (${server.log})`);
  const reply = await new Promise((done, failed) => https.get({ host: '127.0.0.1', port, servername: 'localhost', ca: readFileSync(cert), path: '/healthz', headers: { Host: `localhost:${port}` } }, (answer) => { answer.resume(); done(answer); }).on('error', failed));
  equal('its own TLS', [reply.statusCode, reply.socket.getProtocol()], [200, 'TLSv1.3']);
  const lines = () => readFileSync(audit, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  ok('decisions go to the file of --audit', lines().some(({ what, outcome }) => what === 'user.add' && outcome === 'ok'));
  const second = here(['--listen', `127.0.0.1:${port}`, '--store', 'memory']);
  equal('a port that is taken', [second.status, second.err], [2, `postern: --listen 127.0.0.1:${port}: the port is in use by another program; expected a free one, or 0 for any\n`]);
  equal('as natively', there(['--listen', `127.0.0.1:${port}`, '--store', 'memory']).err, second.err);
  rmSync(audit);
  process.kill(server.pid, 'SIGHUP');
  ok('SIGHUP opens it anew', await until(() => { try { readFileSync(audit); return true; } catch { return false; } }, 5).catch(() => false));
  await stopClean(server);
}

/** Who reads its lines goes away, as `head -1` does. */
async function nobodyReads() {
  for (const [what, args, streams] of [['log', [], ['stderr']], ['log and audit', ['--audit', '-'], ['stderr', 'stdout']]]) {
    const port = await freePort();
    const server = launchProgram('postern', ['--listen', `127.0.0.1:${port}`, '--store', 'memory', ...args], { cwd: folder, env: { POSTERN_FIRST_PASSWORD: password } });
    await until(() => /^ready /m.test(server.out), 60, 'the ready line');
    for (const stream of streams) server.child[stream].destroy();
    const scene = { url: `http://localhost:${port}`, mcp: `http://localhost:${port}/mcp`, user: 'admin', password };
    const { access } = await signIn(scene, new Visitor(scene)).catch((error) => ({ access: String(error) }));
    const calls = [await callTool(scene, access, 'whoami'), await callTool(scene, access, 'whoami')].map(({ status }) => status);
    equal(`nobody reads its ${what}: it serves`, [...calls, server.alive], [200, 200, true]);
    await stopClean(server, `nobody reads its ${what}`);
  }
}

await main('the program in Node', 150, async () => {
  sameLines();
  ownLines();
  noFolder();
  operators();
  asOwner();
  await group('one folder', oneFolder, 60);
  await group('more', more);
  await group('nobody reads', nobodyReads);
  rmSync(folder, { recursive: true, force: true });
});
