// The npm package as it is published: what is in it, that it is made of the same bytes each time, and that the programs of both
// READMEs run on it, in an empty folder, by the oldest Node that it says it runs on.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { equal, freePort, group, launch, main, ok, root, until } from '../interop/lib.mjs';
import { answer, callTool, signIn } from '../interop/oauth.mjs';
import { request, Visitor } from '../interop/web.mjs';
import { bins, install, pack } from './install.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-package-'));
const password = 'correct horse battery';
const { engines, version, exports, bin } = JSON.parse(readFileSync(path.join(root, 'host-wasm/package.json'), 'utf8'));
const oldest = path.join(root, 'tests/node_modules/node-oldest/bin/node');
const node = existsSync(oldest) ? oldest : process.execPath;

function contents(archive) {
  const again = pack(path.join(folder, 'again'));
  ok('two builds of the archive are the same bytes', readFileSync(archive).equals(readFileSync(again)));
  const files = spawnSync('tar', ['-tzf', archive], { encoding: 'utf8' }).stdout.trim().split('\n').map((name) => name.replace(/^package\//, ''));
  const named = [...Object.values(exports).flatMap((one) => (typeof one === 'string' ? [one] : Object.values(one))), ...Object.values(bin)].map((name) => name.replace(/^\.\//, ''));
  equal('everything that it exports is in it, with README and license', [...named, 'README.md', 'LICENSE'].filter((name) => !files.includes(name)), []);
  const rooms = /^(package\.json|README\.md|LICENSE|postern\.wasm|(node|deno)(\.d)?\.m[jt]s|(js|command|workerd)\/[\w./]+)$/;
  equal('and nothing else', files.filter((name) => !rooms.test(name)), []);
  const modules = files.filter((name) => name.endsWith('.mjs'));
  const imports = modules.flatMap((name) => [...readFileSync(path.join(root, 'host-wasm', name), 'utf8').matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)].map(([, to]) => path.join(path.dirname(name), to)));
  equal('and every file that another one asks for', [...new Set(imports.filter((name) => !files.includes(name)))], []);
}

const sampleOf = (readme) => /```js\n([\s\S]*?createNodePostern[\s\S]*?)```/.exec(readFileSync(path.join(root, readme), 'utf8'))[1];

async function greets(app, readme) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  writeFileSync(path.join(app, 'server.mjs'), sampleOf(readme).replaceAll('8000', String(port)));
  rmSync(path.join(app, 'postern-data'), { recursive: true, force: true });
  const without = spawnSync(node, ['server.mjs'], { cwd: app, encoding: 'utf8', timeout: 20_000, env: { PATH: process.env.PATH } });
  ok(`${readme}: without its variable the program says what it wants`, without.status === 1 && without.stderr.includes('firstUser.password: expected a text of at least 8 characters, got undefined'), without.stderr);
  const started = () => launch(node, ['server.mjs'], { cwd: app, env: { POSTERN_FIRST_PASSWORD: password } });
  const up = (program) => until(() => request(`${url}/healthz`, { seconds: 1 }).then(() => true, () => false), 15, `an answer (${program.log})`);
  const first = started();
  await up(first);
  ok(`${readme}: its program says where it is`, await until(() => first.out === `for MCP clients: ${url}/mcp\n`, 5).catch(() => false), first.log);
  const server = { url, mcp: `${url}/mcp`, user: 'ada', password };
  const { access } = await signIn(server, new Visitor(server), { scope: 'greet' });
  const said = async () => answer(await callTool(server, access, 'greet', { who: 'Bob' }))?.result?.content?.[0]?.text;
  equal(`${readme}: its program greets`, await said(), 'Hello Bob, says ada');
  await first.stop();
  const second = started();
  await up(second);
  equal(`${readme}: and again with the same token, after a restart`, await said(), 'Hello Bob, says ada');
  await second.stop();
}

/** The lines with `npx postern serve`, with another port. What npx starts is started without it, to be stopped by its id. */
async function serves(app, readme) {
  const program = path.join(app, 'node_modules/.bin/postern');
  for (const [line] of readFileSync(path.join(root, readme), 'utf8').matchAll(/^npx postern serve.*$/gm)) {
    const port = await freePort();
    const [, ...args] = line.replace(/ +#.*/, '').replace('0.0.0.0:8000', `127.0.0.1:${port}`).replace('npx ', '').split(' ');
    const proxy = args.includes('--behind-proxy');
    const listen = proxy ? [] : ['--listen', `127.0.0.1:${port}`];
    const server = launch(node, [program, ...args, ...listen], { cwd: mkdtempSync(path.join(folder, 'serve-')) });
    await until(() => /^ready /m.test(server.out) || !server.alive, 15, 'the ready line');
    const url = proxy ? 'https://mcp.example.com' : `http://localhost:${port}`;
    const told = [`for MCP clients:   ${url}/mcp\n`, 'first user: ', 'one-time password: ', `ready ${url}\n`];
    equal(`${readme}: ${args.join(' ')}: an address, a user and a password`, told.filter((words) => !server.out.includes(words)), []);
    await server.stop();
  }
  const found = spawnSync('npx', ['--no-install', 'postern', '--version'], { cwd: app, encoding: 'utf8', timeout: 20_000, env: { PATH: `${path.dirname(node)}:${process.env.PATH}`, HOME: folder } });
  equal('npx finds it', found.stdout, `postern ${version}\n`);
}

async function programs(app) {
  equal('its programs are there', bins(app).sort(), ['postern', 'postern-edge']);
  const run = (name, ...args) => spawnSync(node, [path.join(app, 'node_modules/.bin', name), ...args], { cwd: app, encoding: 'utf8', timeout: 20_000, env: { PATH: process.env.PATH } });
  equal('postern tells its version', run('postern', '--version').stdout, `postern ${version}\n`);
  equal('postern-edge, too', run('postern-edge', '--version').stdout, `postern-edge ${version}\n`);
  const checked = run('postern', 'serve', '--check');
  ok('and its wasm is found', checked.status === 0 && checked.stdout === 'ok http://localhost:8000\n' && checked.stderr === '', checked);
}

await main('the package', 120, async () => {
  const archive = pack(folder);
  await group('contents', () => contents(archive));
  const app = install(folder, archive);
  const wanted = engines.node.replace('>=', '');
  if (node === process.execPath) console.log(`# the oldest Node that it runs on is not there for this machine; ${process.version} instead`);
  else ok(`the oldest Node is tried: ${wanted}`, spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim() === `v${wanted}.0`);
  await group('programs', () => programs(app));
  for (const readme of ['README.md', 'host-wasm/README.md']) {
    await group(readme, () => greets(app, readme), 60);
    await group(`${readme}, npx`, () => serves(app, readme), 60);
  }
  rmSync(folder, { recursive: true, force: true });
});
