// The npm tarball, installed where there is Node and nothing else of this machine.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { equal, freePort, root } from '../interop/lib.mjs';
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
}
