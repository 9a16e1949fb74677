// The npm tarball, installed where there is Node and nothing else of this machine.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { equal, freePort, root, until } from '../interop/lib.mjs';
import { answer, callTool, signIn } from '../interop/oauth.mjs';
import { request, Visitor } from '../interop/web.mjs';
import { lives, password } from './ask.mjs';
import { makeRoot, run, start } from './roots.mjs';

export async function npm(packages) {
  const at = makeRoot('npm');
  const app = path.join(at, 'app');
  mkdirSync(app);
  copyFileSync(process.execPath, path.join(at, 'usr/bin/node'));
  const name = packages.find((file) => file.endsWith('.tgz'));
  const installed = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', path.join(root, 'build/packages', name)], { cwd: app, encoding: 'utf8' });
  equal('npm: the tarball installs', installed.status, 0);
  const program = '/app/node_modules/.bin/postern';
  const options = ['--data', '/app/data'];
  run(at, [program, 'user', 'add', 'ada', '--password-stdin', ...options], { input: `${password}\n` });
  const port = await freePort();
  await lives('npm', () => start(at, [program, 'serve', '--listen', `127.0.0.1:${port}`, ...options]), port, 30);
  await greets(at);
}

/** The program of the README: no compiler is here, and nothing of a checkout. */
async function greets(at) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const sample = /```js\n([\s\S]*?)```/.exec(readFileSync(path.join(root, 'README.md'), 'utf8'))[1];
  writeFileSync(path.join(at, 'app/server.mjs'), sample.replaceAll('8000', String(port)));
  const server = start(at, ['sh', '-c', 'cd /app && exec node server.mjs'], { env: { POSTERN_FIRST_PASSWORD: password } });
  await until(() => request(`${url}/healthz`, { seconds: 1 }).then(() => true, () => false), 15, 'an answer');
  const person = { url, mcp: `${url}/mcp`, user: 'ada', password };
  const { access } = await signIn(person, new Visitor(person), { scope: 'greet' });
  equal('npm: the program of the README greets', answer(await callTool(person, access, 'greet', { who: 'Bob' }))?.result?.content?.[0]?.text, 'Hello Bob, says ada');
  await server.stop();
}
