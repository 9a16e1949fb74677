// The npm package as somebody has it who installs its archive in an empty folder, without a network.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

const run = (command, args, cwd) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 120_000 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${status}: ${stderr}`);
  return stdout;
};

/** Packs what is built into `folder`. The archive. */
export function pack(folder) {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'postern-pack-')); // prepack puts files beside those of the source
  try {
    cpSync(path.join(root, 'host-wasm'), path.join(copy, 'host-wasm'), { recursive: true });
    cpSync(path.join(root, 'LICENSE'), path.join(copy, 'LICENSE'));
    mkdirSync(path.join(copy, 'build/wasm/server'), { recursive: true });
    cpSync(path.join(root, 'build/wasm/server/postern.wasm'), path.join(copy, 'build/wasm/server/postern.wasm'));
    mkdirSync(folder, { recursive: true });
    return path.join(folder, run('npm', ['pack', '--silent', '--pack-destination', folder], path.join(copy, 'host-wasm')).trim().split('\n').at(-1));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Installs it in `folder`/app, made anew. */
export function install(folder, archive = pack(folder)) {
  const app = path.join(folder, 'app');
  rmSync(app, { recursive: true, force: true });
  mkdirSync(app, { recursive: true });
  writeFileSync(path.join(app, 'package.json'), '{ "private": true, "type": "module" }\n');
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel', 'error', archive], app);
  return app;
}

/** Where the tests of the program have it. */
export const shared = path.join(root, 'build/npx');

/** The program `postern` of the package. */
export function program() {
  const file = path.join(shared, 'app/node_modules/postern/command/main.mjs');
  if (!existsSync(file)) install(shared);
  return file;
}

export const bins = (app) => readdirSync(path.join(app, 'node_modules/.bin'));
