// The native program as its operator meets it: started wrongly in every way that people do, looked at by --check, its first
// password, its commands beside a running server, and what the audit log tells of them.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { addUser, binaries, equal, freePort, group, host, launchProgram, main, ok, slack, startServer, stopClean, until } from './lib.mjs';
import { answer, callTool, refresh, register, signIn, valueOf } from './oauth.mjs';
import { alertOf, formsOf, Visitor } from './web.mjs';

const program = path.join(binaries, 'postern');
const work = mkdtempSync(path.join(os.tmpdir(), 'postern-cli-'));
const environment = { PATH: process.env.PATH, LANG: 'C.UTF-8' };
const nobody = 65534;
const isRoot = process.getuid() === 0;

/** The program, to its end. `as`: a user who is not root. */
function postern(args, { env = {}, input, as, cwd = work } = {}) {
  return spawnSync(program, args, {
    cwd, input, encoding: 'utf8', timeout: 20_000 * slack, env: { ...environment, ...env }, ...(as === undefined ? {} : { uid: as, gid: as }),
  });
}

/** The line that is told, and that it is one line, on standard error, with exit code 2. */
function refused(args, options) {
  const { status, stdout, stderr } = postern(args, options);
  if (status !== 2 || stdout !== '' || !/^postern: [^\n]*\n$/.test(stderr)) return `exit ${status}: ${stdout}${stderr}`;
  return stderr.slice('postern: '.length, -1);
}

const openssl = (...args) => execFileSync('openssl', args, { cwd: work, stdio: ['ignore', 'pipe', 'ignore'] });
const folder = (name) => path.join(work, name);
const listen = async () => ['--listen', `127.0.0.1:${await freePort()}`];

/** A data folder that a server has served, with a record in it. */
async function servedFolder(name) {
  const data = folder(name);
  const server = launchProgram('postern', [...await listen(), '--data', data], { cwd: work, env: { POSTERN_FIRST_PASSWORD: 'a first password' } });
  await until(() => /^ready /m.test(server.out), 10, 'the ready line');
  await server.stop(8, true);
  return data;
}

async function wrongFolders() {
  const data = await servedFolder('served');
  const keys = path.join(data, 'keys');
  const ring = readFileSync(keys, 'utf8');
  const backup = '; restore it from a backup, or start on a new folder';
  const both = async (name, expected, data, options) => {
    for (const command of ['serve', '--check']) {
      equal(`${name}: ${command}`, refused([command, ...await listen(), '--data', data], options), expected);
    }
  };

  rmSync(keys);
  await both('records without their keys', `${keys}: no such file, and the records in ${data}/postern.db need its keys${backup}`, data);
  equal('no command makes a new ring either', refused(['user', 'add', 'grace', '--one-time', '--data', data]), `${keys}: no such file, and the records in ${data}/postern.db need its keys${backup}`);
  ok('and none was made', !existsSync(keys));
  writeFileSync(keys, '', { mode: 0o600 });
  await both('an empty key file', `${keys}: expected at least one key; restore the file from a backup`, data);
  writeFileSync(keys, 'photographs\n');
  await both('a key file that is something else', `${keys}: line 1: expected an id of 8 characters and a key`, data);
  writeFileSync(keys, ring);
  chmodSync(keys, 0o644);
  await both('keys that others may read', `${keys}: others may read it; expected mode 0600 (chmod 600)`, data);
  chmodSync(keys, 0o600);

  const file = folder('a-file');
  writeFileSync(file, 'x');
  await both('a file in place of the folder', `${file}: expected a folder, and it is a file`, file);
  equal('a folder below a file: --check', refused(['--check', ...await listen(), '--data', path.join(file, 'data')]), `${file}/data: can't be made: ${file} is a file`);

  const damaged = await servedFolder('damaged');
  writeFileSync(path.join(damaged, 'postern.db'), 'not a database, but long enough to be looked at as one'.repeat(100));
  for (const command of ['serve', '--check']) {
    ok(`a file that is no database: ${command}`, /^\/.*\/damaged\/postern\.db: SQLite: .*file is not a database; restore it from a backup, or start on a new folder$/.test(refused([command, ...await listen(), '--data', damaged])), refused([command, '--data', damaged]));
  }

  const keysOnly = folder('keys-only');
  mkdirSync(keysOnly, { mode: 0o700 });
  writeFileSync(path.join(keysOnly, 'keys'), ring, { mode: 0o600 });
  equal('keys without records are fine', postern(['--check', ...await listen(), '--data', keysOnly]).status, 0);

  if (isRoot) {
    const theirs = folder('theirs');
    mkdirSync(theirs, { mode: 0o755 });
    chmodSync(work, 0o755);
    await both('a folder that this user may not write', `${theirs}: Permission denied for user ${nobody}; expected a folder that this user may read and write`, theirs, { as: nobody, cwd: '/' });
    const below = path.join(theirs, 'data');
    equal('a folder that this user may not make: --check', refused(['--check', ...await listen(), '--data', below], { as: nobody, cwd: '/' }), `${below}: can't be made in ${theirs}: Permission denied for user ${nobody}`);
    const own = folder('own');
    mkdirSync(own, { mode: 0o700 });
    chownSync(own, nobody, nobody);
    copyFileSync(keys, path.join(own, 'keys'));
    const closed = folder('closed');
    mkdirSync(closed, { mode: 0o700 });
    equal('a working folder that this user may not look into has no .env', postern(['--check', ...await listen(), '--store', 'memory'], { as: nobody, cwd: closed }).status, 0);
    await both('keys that this user may not read', `${own}/keys: Permission denied for user ${nobody}; expected a file of this user's own`, own, { as: nobody, cwd: '/' });
  }
  if (isRoot) {
    const full = folder('full');
    mkdirSync(full);
    const { status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', `mount -t tmpfs -o size=16k tmpfs ${full} && head -c 65536 /dev/zero >${full}/rest 2>/dev/null; ${program} serve --listen 127.0.0.1:0 --data ${full}/data`], { cwd: work, encoding: 'utf8', timeout: 20_000 * slack, env: environment });
    if (/unshare|mount/.test(stderr)) console.log(`# a full disk can't be made here: ${stderr.trim()}`);
    else ok('a full disk is told with the file', status === 2 && /^postern: .*\/full\/data.*No space left on device\n$/.test(stderr), `exit ${status}: ${stderr}`);
  }
}

async function wrongFiles() {
  for (const name of ['one', 'two']) {
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2', '-subj', '/CN=localhost');
  }
  openssl('ec', '-in', 'one.key', '-aes128', '-passout', 'pass:secret', '-out', 'locked.key');
  writeFileSync(folder('text'), 'hello\n');
  const rows = [
    ['a certificate that is not there', 'none.pem', 'one.key', '--tls-cert none.pem: no such file'],
    ['a key that is not there', 'one.pem', 'none.key', '--tls-key none.key: no such file'],
    ['a certificate that is none', 'text', 'one.key', '--tls-cert text: expected a certificate and its chain, PEM (-----BEGIN CERTIFICATE-----)'],
    ['the two exchanged', 'one.key', 'one.pem', '--tls-cert one.key: expected a certificate and its chain, PEM (-----BEGIN CERTIFICATE-----)'],
    ['a key that is none', 'one.pem', 'text', '--tls-key text: expected a private key, PEM (-----BEGIN PRIVATE KEY-----)'],
    ['a key with a passphrase', 'one.pem', 'locked.key', '--tls-key locked.key: it has a passphrase; expected a private key without one'],
    ['the key of another certificate', 'one.pem', 'two.key', '--tls-key two.key: not the key of the first certificate in one.pem; expected the two that were made together'],
  ];
  for (const [name, cert, key, line] of rows) {
    for (const command of ['serve', '--check']) {
      equal(`${name}: ${command}`, refused([command, ...await listen(), '--data', folder('tls'), '--tls-cert', cert, '--tls-key', key]), line);
    }
  }
  ok('and nothing was made', !existsSync(folder('tls')));
  const more = [
    ['authorities that are not there', ['--fetch-ca', 'none.pem'], '--fetch-ca none.pem: no such file'],
    ['authorities that are none', ['--fetch-ca', 'text'], '--fetch-ca text: expected certificates, PEM (-----BEGIN CERTIFICATE-----), and each of them whole'],
    ['a folder in place of the audit log', ['--audit', work], `--audit ${work}: Is a directory; expected a file that this user may write, or -`],
    ['an audit log in a folder that is not there', ['--audit', 'none/audit.jsonl'], '--audit none/audit.jsonl: No such file or directory; expected a file that this user may write, or -'],
    ['a configuration file that is not there', ['--config', 'none.toml'], '--config none.toml: no such file'],
  ];
  for (const [name, args, line] of more) equal(`${name}: --check`, refused(['--check', ...await listen(), '--data', folder('files'), ...args]), line);

  const taken = net.createServer();
  await new Promise((done) => taken.listen(0, '127.0.0.1', done));
  const { port } = taken.address();
  for (const command of ['serve', '--check']) {
    equal(`a port that is taken: ${command}`, refused([command, '--listen', `127.0.0.1:${port}`, '--data', folder('files')]), `--listen 127.0.0.1:${port}: the port is in use by another program; expected a free one, or 0 for any`);
  }
  await new Promise((done) => taken.close(done));
  equal('an address of another machine', refused(['--check', '--listen', '192.0.2.1:8000', '--data', folder('files'), '--behind-proxy', '--public-url', 'https://mcp.example']), '--listen 192.0.2.1:8000: not an address of this machine');
}

async function wrongOptions() {
  const rows = [
    ['an option twice', ['--listen', '127.0.0.1:1', '--listen', '127.0.0.1:2'], "--listen: expected it once, got '127.0.0.1:1' and '127.0.0.1:2'"],
    ['before the word and after it', ['--listen', '127.0.0.1:1', 'serve', '--listen', '127.0.0.1:2'], "--listen: expected it once, got '127.0.0.1:1' and '127.0.0.1:2'"],
    ['two configuration files', ['--config', 'a', '--config', 'b'], "--config: expected it once, got 'a' and 'b'"],
    ['TLS of its own with an http public URL', ['--tls-cert', 'one.pem', '--tls-key', 'one.key', '--public-url', 'http://localhost:8000'], '--public-url http://localhost:8000: with --tls-cert this server speaks https; expected https://, or no --tls-cert and --tls-key'],
    ['an allowed host that is a URL', ['--allowed-host', 'http://x/ y'], "--allowed-host: expected host or host:port without scheme and path, such as mcp.internal:8443, got 'http://x/ y'"],
  ];
  for (const [name, args, line] of rows) equal(name, refused([...args, '--check']), line);
  const cwd = folder('dotenv');
  mkdirSync(cwd);
  writeFileSync(path.join(cwd, '.env'), 'POSTERN_NAME="My notes" # what people see\nlisten: 8000\n');
  equal('a line in .env that is none', refused(['--check'], { cwd }), '.env: line 2: expected NAME=value, or a comment that begins with #');
}

async function check() {
  const data = folder('not-there');
  const before = readdirSync(work);
  const port = await freePort();
  const done = postern(['--check', '--listen', `127.0.0.1:${port}`, '--data', data, '--audit', folder('audit.jsonl')]);
  equal('--check of what is well', [done.status, done.stdout, done.stderr], [0, `ok http://localhost:${port}\n`, '']);
  equal('makes nothing', readdirSync(work), before);
  const server = await startServer();
  const names = readdirSync(server.data);
  equal('also of the folder of a server that runs', postern(['--check', '--listen', `127.0.0.1:${await freePort()}`, '--data', server.data]).status, 0);
  equal('makes nothing there', readdirSync(server.data), names);
  equal('and the server goes on', (await callTool(server, (await signIn(server, new Visitor(server))).access, 'whoami')).status, 200);
  await stopClean(server);
}

async function firstPassword() {
  const url = `http://localhost:${await freePort()}`;
  const start = async () => {
    const server = launchProgram('postern', ['--listen', `127.0.0.1:${new URL(url).port}`, '--data', folder('first')], { cwd: work });
    await until(() => /^ready /m.test(server.out), 10, 'the ready line');
    return Object.assign(server, { url, mcp: `${url}/mcp` });
  };
  const server = await start();
  const [, name, password] = server.out.match(/^first user: +(\S+)\none-time password: (\S+) {2}\(shown once; the first login asks for another one\)$/m) ?? [];
  ok('the first start prints a user and a one-time password', name === 'admin' && password?.length > 20, server.out);
  const list = () => JSON.parse(postern(['user', 'list', '--json', '--data', folder('first')]).stdout);
  equal('as the list tells', list().map((one) => [one.name, one.one_time]), [['admin', true]]);

  const visitor = new Visitor({ user: name, password });
  const login = await visitor.load(`${url}/account`);
  const page = await visitor.press(`${url}/account`, login, 'login', { username: name, password });
  ok('its login asks for another one', page.status === 200 && formsOf(page.text).some((one) => one.offers('choose')), page.brief);
  equal('and lets nobody in', (await visitor.load(`${url}/account`)).text.includes('name="password"'), true);
  const choose = (first, second = first) => visitor.press(`${url}/authorize`, page, 'choose', { new_password: first, new_password_again: second });
  ok('not the same again', /given.*another/i.test(alertOf((await choose(password)).text)));
  ok('not a short one', /at least 8/.test(alertOf((await choose('short')).text)));
  ok('not two', /not the same/.test(alertOf((await choose('one password', 'another password')).text)));
  const chosen = await choose('a password of my own');
  equal('who chooses one is in', [chosen.status, chosen.headers.location], [303, '/account']);
  ok('at the account page', (await visitor.load(`${url}/account`)).text.includes('No application is connected'));
  equal('the page is good once', (await choose('a password of a thief')).status, 403);
  const again = new Visitor({ user: name, password });
  const wrong = await again.press(`${url}/account`, await again.load(`${url}/account`), 'login', { username: name, password });
  equal('the printed password is good for nothing any more', [wrong.status, alertOf(wrong.text)], [401, 'User name or password is wrong.']);
  equal('as the list tells, too', list().map((one) => one.one_time), [false]);

  const added = postern(['user', 'add', 'grace', '--one-time', '--data', folder('first')]);
  const hers = added.stdout.match(/^added grace\none-time password: (\S+) /)?.[1];
  ok('the operator can give one out, too', added.status === 0 && hers, added.stdout + added.stderr);
  const grace = new Visitor({ user: 'grace', password: hers });
  const { access } = await signIn(server, grace);
  equal('and who gets it chooses another one on the way to the consent', [(await callTool(server, access, 'whoami')).status, grace.password === hers], [200, false]);
  const given = postern(['user', 'passwd', 'grace', '--one-time', '--data', folder('first')]);
  ok('so after a password was forgotten', /^changed the password of grace\none-time password: \S+ /.test(given.stdout), given.stdout + given.stderr);
  await server.stop(8, true);
  const second = await start();
  ok('the second start prints none', !/password/.test(second.out), second.out);
  await second.stop(8, true);
}

async function halfCommands() {
  for (const [args, told] of [
    [['user'], 'user: expected add, passwd, list, remove after it'],
    [['user', 'bogus'], 'user bogus: there is no such command; expected add, passwd, list, remove'],
    [['sevre'], 'sevre: there is no such command; did you mean serve?'],
    [['user', 'add'], 'user add: name is required'],
    [['user', 'list', 'ada'], 'ada: there is one word too many'],
    [['serve', '--lisetn', '127.0.0.1:1'], '--lisetn: there is no such option; did you mean --listen?'],
    [['serve', '--port', '1'], '--port: there is no such option'],
  ]) equal(`postern ${args.join(' ')}: what was expected`, refused(args), told);
}

async function newUsers() {
  const data = folder('new-users');
  const add = (input, options) => postern(['user', 'add', 'ada', '--password-stdin', '--data', data], { input, ...options });
  equal('a password that will not do is told before anything is made', [refused(['user', 'add', 'ada', '--password-stdin', '--data', data], { input: 'short\n' }), existsSync(data)], ['user: expected a password of at least 8 characters, received fewer', false]);
  equal('no password, too', [refused(['user', 'add', 'ada', '--data', data], { input: '' }), existsSync(data)], ['user: standard input is no terminal; expected --password-stdin, or --one-time to have a password made', false]);
  const made = add('a good password\n');
  equal('who makes a new folder is told so', [made.status, made.stdout, made.stderr], [0, 'added ada\n', `user: made ${data}, which is new; the folder of a server that is there is named by --data or --config\n`]);
  equal('and who finds one is not', add('a good password\n').stderr, 'user: there is a user of this name already: ada\n');
  if (!isRoot) return;
  const services = folder('services');
  mkdirSync(services, { mode: 0o700 });
  chownSync(services, nobody, nobody);
  const audit = path.join(services, 'audit.jsonl');
  chmodSync(work, 0o755);
  equal('root adds a user to a service', postern(['user', 'add', 'ada', '--one-time', '--data', services, '--audit', audit]).status, 0);
  const strangers = readdirSync(services).filter((name) => statSync(path.join(services, name)).uid !== nobody);
  equal('whose folder then holds no file of root\'s', [readdirSync(services).sort(), strangers], [['audit.jsonl', 'keys', 'postern.db'], []]);
  equal('so that it can go on', postern(['serve', '--check', '--data', services, ...await listen()], { as: nobody, cwd: '/' }).status, 0);
  chownSync(path.join(services, 'keys'), 0, 0);
  equal('where somebody else\'s file lies there, it says what was expected', refused(['serve', '--check', '--data', services, ...await listen()], { as: nobody, cwd: '/' }), `${services}/keys: Permission denied for user ${nobody}; expected a file of this user's own`);
}

async function otherLogins() {
  const github = { MCP_GITHUB_CLIENT_ID: 'id', MCP_GITHUB_CLIENT_SECRET: 'secret' };
  const users = async (name, env) => {
    const server = launchProgram('postern', [...await listen(), '--data', folder(name)], { cwd: work, env: { ...github, ...env } });
    await until(() => /^ready /m.test(server.out), 10, 'the ready line');
    await server.stop(8, true);
    ok(`${name}: what is printed`, /one-time password/.test(server.out) === Boolean(env.POSTERN_FIRST_USER), server.out);
    return JSON.parse(postern(['user', 'list', '--json', '--data', folder(name)]).stdout).map((one) => [one.name, one.one_time]);
  };
  equal('with login elsewhere nobody gets a password here', await users('elsewhere', {}), []);
  equal('unless that is asked for', await users('asked', { POSTERN_FIRST_USER: 'ada' }), [['ada', true]]);
  equal('by a password', await users('given', { POSTERN_FIRST_PASSWORD: 'a first password' }), [['admin', false]]);
}

const events = (file) => readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
const write = (server, access, title) => callTool(server, access, 'write_note', { title, text: 'x' });
const ALL = 'user notes:read notes:write';

async function besideAServer() {
  const server = await startServer({ args: ['--audit', 'audit.jsonl'] });
  const audit = path.join(server.folder, 'audit.jsonl');
  const at = (...args) => postern([...args, '--data', server.data]);
  const grace = new Visitor(addUser(server, 'grace'));
  const ada = new Visitor(server);
  const [hers, his] = [await signIn(server, grace, { scope: ALL }), await signIn(server, ada, { scope: ALL })];
  for (let i = 0; i < 130; i += 1) await write(server, hers.access, `note ${i}`);
  await write(server, his.access, 'kept');

  await group('the audit log has what commands do', async () => {
    const told = () => events(audit).filter((one) => ['user.add', 'user.passwd', 'user.remove', 'user.erase_data', 'grants.revoke', 'clients.remove'].includes(one.what));
    ok('without --audit they find the running server’s', told().some((one) => one.what === 'user.add' && one.outcome === 'ok' && one.subject), events(audit).map((one) => one.what));
    const size = readFileSync(audit).length;
    equal('lists are no acts', [at('user', 'list').status, at('grants', 'list').status, readFileSync(audit).length === size], [0, 0, true]);
    const done = await Promise.all(Array.from({ length: 8 }, (_, i) => new Promise((end) => {
      spawn(program, ['user', 'add', `many-${i}`, '--one-time', '--data', server.data], { cwd: work, env: environment, stdio: 'ignore' }).once('exit', end);
    }).then(async (code) => { await callTool(server, hers.access, 'whoami'); return code; })));
    equal('many at once', done, Array(8).fill(0));
    equal('each has its line, and none is torn', told().filter((one) => one.what === 'user.add').length, 10);
    const client = (await register(server, { client_name: 'Removed later', redirect_uris: ['https://later.example/cb'] })).client_id;
    at('clients', 'remove', client);
    ok('the end of a client', told().some((one) => one.what === 'clients.remove' && one.client === client));
    const elsewhere = folder('other-audit.jsonl');
    postern(['user', 'passwd', 'many-0', '--one-time', '--data', server.data, '--audit', elsewhere]);
    equal('--audit says otherwise', events(elsewhere).map((one) => one.what), ['user.passwd']);
  }, 60);

  await group('lists', async () => {
    const text = at('user', 'list').stdout.split('\n');
    ok('users under a head', /^NAME +SUBJECT +CREATED +PASSWORD$/.test(text[0]) && text.length === 12, text);
    for (const list of ['user', 'grants', 'clients']) {
      const parsed = JSON.parse(at(list, 'list', '--json').stdout);
      ok(`${list} list --json is an array of objects`, Array.isArray(parsed) && parsed.length > 0);
      const help = postern([list, 'list', '--help']);
      ok(`${list} list --help is its own`, help.status === 0 && help.stdout.includes('--json') && help.stdout.includes('--data') && !help.stdout.includes('--tls-cert'), help.stdout);
      ok(`and names every member`, Object.keys(parsed[0]).every((member) => help.stdout.includes(member)), [Object.keys(parsed[0]), help.stdout]);
    }
    ok('the server’s own options stay with serve', postern(['serve', '--help']).stdout.includes('--tls-cert'));
  });

  await group('a user’s end', async () => {
    const removed = at('user', 'remove', 'grace');
    equal('takes grants and data along, in pages', [removed.status, removed.stdout.replace(/erased \d+ /, 'erased N ')], [0, 'removed grace, revoked 1 grant, erased N records\n']);
    ok('every note in both its records', Number(removed.stdout.match(/erased (\d+)/)[1]) >= 260, removed.stdout);
    equal('the next call is 401', (await callTool(server, hers.access, 'whoami')).status, 401);
    equal('the refresh token is no good', (await refresh(server, hers.client, hers.refresh)).json?.error, 'invalid_grant');
    equal('nobody else’s notes go', valueOf(answer(await callTool(server, his.access, 'list_notes')).result).notes.map((one) => one.title), ['kept']);
    equal('a second time there is nobody', [at('user', 'remove', 'grace').status, at('user', 'remove', 'grace').stderr], [1, 'user: there is no user of this name: grace\n']);
    const ids = JSON.parse(at('grants', 'list', '--json').stdout);
    const subject = ids.find((one) => one.user === server.user).subject;
    const kept = at('user', 'remove', server.user, '--keep-data');
    equal('--keep-data leaves what tools keep', [kept.status, kept.stdout], [0, `removed ${server.user}, revoked 1 grant, kept the data of ${subject}\n`]);
    const later = at('user', 'remove', subject);
    ok('which goes later, by the subject', later.status === 0 && /erased [1-9]\d* records?\n$/.test(later.stdout), later.stdout + later.stderr);
    ok('all told', ['user.remove', 'user.erase_data'].every((what) => events(audit).some((one) => one.what === what)));
  }, 40);
  await stopClean(server);
}

if (host !== 'native') {
  ok('the program under this name is the native one', true);
  process.exit(0);
}
await main('interop, command line', 200, async () => {
  try {
    await group('folders', wrongFolders, 90);
    await group('files', wrongFiles, 60);
    await group('options', wrongOptions);
    await group('--check', check);
    await group('half a command', halfCommands);
    await group('new users', newUsers);
    await group('the first password', firstPassword, 60);
    await group('login elsewhere', otherLogins, 40);
    await besideAServer();
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});
