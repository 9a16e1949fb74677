// Sentences of the documents that the program itself can be asked about, and tables beside what they are drawn from. Each begins
// with the words that make the claim: when they go, so does the test.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { equal, freePort, group, ok, root, startServer, stopClean } from '../interop/lib.mjs';
import { ALL_SCOPES, answer, callTool, modern, postMcp, rpc, signIn } from '../interop/oauth.mjs';
import { request, Visitor } from '../interop/web.mjs';
import { postern } from './blocks.mjs';
import { documents, tracked } from './document.mjs';
import { helpOf } from './known.mjs';

const read = (name) => readFileSync(path.join(root, name), 'utf8');
const { version, engines } = JSON.parse(read('host-wasm/package.json'));
const flat = (text) => text.replace(/\s+/g, ' ');
const document = (name) => documents.find((one) => one.name === name);

/** What the words, a pattern, catch of each document. */
function says(names, words) {
  return [names].flat().map((name) => {
    const found = words.exec(flat(document(name).text));
    ok(`${name} says ${words.source.slice(0, 70)}`, found);
    return found?.slice(1) ?? [];
  });
}

/** The rows of the table whose head this is, cell by cell. */
function tableOf(name, head) {
  const [, rows] = document(name).text.split(`${head}\n`);
  return rows.split('\n\n')[0].split('\n').slice(1).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
}
const names = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);

// ---- options ------------------------------------------------------------------------------------

/** What README leaves to --help. */
const leftToHelp = ['--help', '--own-users', '--provider-check', '--name', '--config', '--check'];
const units = { '30 days': '2592000', 'http://localhost:<port>': undefined };
const noDefault = ['none', 'off', 'any', "the program's"];

/** Without quotes; undefined, where it says that there is none. */
function standard(cell) {
  const bare = cell.replaceAll('`', '').trim();
  if (bare in units) return units[bare];
  return noDefault.includes(bare) ? undefined : bare;
}

function options() {
  const { options: known } = helpOf('postern', 'serve');
  const rows = tableOf('README.md', '| option | default | |').map(([option, defaults]) => {
    const together = names(option);
    const given = defaults.split(', ');
    return together.map((name, i) => [name, standard(given.length === 1 ? given[0] : given[i])]);
  }).flat();
  for (const [name, value] of rows) equal(`README's ${name} and its default`, [known.has(name), value], [true, known.get(name)?.standard]);
  equal('each option stands in the table, or is left to --help', [...known.keys()].filter((name) => !rows.some(([one]) => one === name)).sort(), [...leftToHelp].sort());
  ok('the address that is printed by default', known.get('--public-url').text.includes('default http://localhost:<port>'));
  const edge = names(says('README.md', /takes the options of `postern serve` that mean something there \(([^)]*)\)/)[0][0]).map((text) => text.split(' ')[0]);
  equal('scripts/edge has those that README names', edge.filter((name) => !helpOf('postern-edge').options.has(name)), []);
}

/** Keys of a TOML table: those that the program refuses no more are those of the document. */
function keys() {
  const taken = (file) => [.../refuse_unknown_keys\(table, source,\s+\{([^}]*)\}\)/.exec(read(file))[1].matchAll(/"(\w+)"/g)].map(([, name]) => name).sort();
  const told = (name) => tableOf(name, '| key | meaning |').flatMap(([cell]) => names(cell));
  equal('docs/providers.md has every key', told('docs/providers.md').sort(), taken('host-native/config/provider_tables.cpp'));
  const hidden = names(tableOf('docs/external.md', '| key | meaning |').at(-1)[0]);
  ok('docs/external.md: the credentials', hidden.includes('client_secret_file'));
  equal('docs/external.md has every key', ['mode', ...told('docs/external.md')].sort(), taken('host-native/config/authorization_table.cpp'));
}

// ---- where an option may stand ------------------------------------------------------------------

/** Each place is added to those before it, and has to win over them. */
async function precedence() {
  says('README.md', /(the command line wins, then the environment, `\.env`, the file)/);
  const listen = `127.0.0.1:${await freePort()}`;
  const files = { 'it.toml': 'public_url = "http://localhost:1"\n' };
  const won = (env, ...args) => postern(['serve', '--check', '--listen', listen, '--config', 'it.toml', ...args], { files, env }).stdout;
  equal('the file', won({}), 'ok http://localhost:1\n');
  files['.env'] = 'POSTERN_PUBLIC_URL=http://localhost:2\n';
  equal('.env before the file', won({}), 'ok http://localhost:2\n');
  const env = { POSTERN_PUBLIC_URL: 'http://localhost:3' };
  equal('the environment before both', won(env), 'ok http://localhost:3\n');
  equal('the command line before all', won(env, '--public-url', 'http://localhost:4'), 'ok http://localhost:4\n');
}

function refusals() {
  says('README.md', /(A wrong option, file or folder is one line), which says what was expected, and (exit code 2)/);
  says('README.md', /(Off loopback the server starts only with TLS)/);
  for (const [name, args] of [['an option that is none', ['serve', '--colour']], ['off loopback without TLS', ['serve', '--listen', '0.0.0.0:0']], ['no such file', ['serve', '--config', 'none.toml']]]) {
    const { status, stdout, stderr } = postern(args);
    ok(`${name}: one line, exit code 2`, status === 2 && stdout === '' && /^postern: [^\n]+\n$/.test(stderr), [status, stdout, stderr]);
  }
}

// ---- a server -----------------------------------------------------------------------------------

async function server() {
  const running = await startServer();
  const [[asked]] = says('README.md', /The first 401 of the default server asks for `([^`]+)`/);
  const challenge = (await postMcp(running, undefined, rpc('tools/list'))).headers['www-authenticate'];
  equal('as its challenge does', /scope="([^"]*)"/.exec(challenge)?.[1].split(' '), asked.split(' ').sort());
  says('README.md', /(`GET \/healthz` tells that it is up)/);
  equal('/healthz answers', (await request(`${running.url}/healthz`)).status, 200);
  says('README.md', /(Users see at `\/account`)/);
  equal('/account answers', (await request(`${running.url}/account`)).status, 200);
  says('README.md', /(keys \(`keys`, mode 0600\))/);
  equal('its keys are its user\'s alone', (statSync(path.join(running.data, 'keys')).mode & 0o777).toString(8), '600');
  await tools(running);
  says('README.md', /(SIGTERM drains)/);
  await stopClean(running);
}

/** The sentence names the tools, and behind some of them, in parentheses, the scope that these need. */
async function tools(running) {
  const [[sentence]] = says('README.md', /The default server keeps notes: (.*?)\. Each note/);
  const access = async (scope) => (await signIn(running, new Visitor(running), { scope })).access;
  const listed = answer(await modern(running, await access(ALL_SCOPES), 'tools/list')).result.tools.map(({ name }) => name);
  const scopes = ALL_SCOPES.split(' ');
  const told = names(sentence);
  equal('these are its tools', listed.sort(), told.filter((name) => !scopes.includes(name)).sort());
  for (const [i, scope] of told.entries()) {
    if (!scopes.includes(scope)) continue;
    const refused = await callTool(running, await access(scope === 'user' ? 'notes:read' : 'user'), told[i - 1], { id: 'x', title: 'x', text: 'x' });
    ok(`${told[i - 1]} asks for ${scope}`, refused.status === 403 && refused.headers['www-authenticate'].includes(scope), refused.brief);
  }
}

// ---- numbers ------------------------------------------------------------------------------------

function numbers() {
  for (const name of ['README.md', 'host-wasm/README.md']) {
    const told = [...flat(document(name).text).matchAll(/Node (\d+\.\d+) or newer/g)].map(([, oldest]) => `>=${oldest}`);
    equal(`${name}: from which Node on`, [...new Set(told)], [engines.node]);
  }
  const revisions = [...read('core/mcp/version.hpp').matchAll(/"(\d{4}-\d\d-\d\d)"/g)].map(([, one]) => one).sort();
  for (const range of says(['README.md', 'host-wasm/README.md'], /revisions (\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)/)) equal('from the first to the last', range, [revisions[0], revisions.at(-1)]);
  const [[attacks]] = says('README.md', /(\d+) attacks can be tried/);
  const model = readdirSync(path.join(root, 'web-demo/model')).filter((name) => name.startsWith('attacks_')).map((name) => read(`web-demo/model/${name}`)).join('\n');
  equal('there are as many', String([...model.matchAll(/^\s+id: ["']/gm)].length), attacks);
  const named = documents.filter(({ name }) => name !== 'CHANGELOG.md').flatMap(({ text }) => [...text.matchAll(/postern(?:-dev)?[-_:](\d+\.\d+\.\d+)/g)].map(([, one]) => one));
  equal('packages are named by this version', [...new Set(named)], [version]);
}

/** Each record of a client has its row, with the version that was recorded. */
function clients() {
  const rows = tableOf('docs/clients.md', '| client | from | names itself by | asks for | gets |');
  const files = [...tracked].filter((name) => /^tests\/clients\/.*\.json$/.test(name));
  equal('docs/clients.md has as many rows as there are records', rows.length, files.length);
  const plain = (text) => text.replace(/[`()]|, (by its document|registering|command line)|@langchain\/mcp-adapters/g, '').replace(/ +/g, ' ').replace(/(?<=Python SDK|Copilot CLI) [\d.]+/, '').trim();
  const known = files.map((name) => plain(JSON.parse(read(name)).client));
  equal('and the same clients', rows.map(([name]) => plain(name)).sort(), known.sort());
}

export async function checkClaims() {
  await group('options', options);
  await group('keys', keys);
  await group('precedence', precedence);
  await group('refusals', refusals);
  await group('a server', server, 40);
  await group('numbers', numbers);
  await group('clients', clients);
}
