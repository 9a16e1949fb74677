// What scripts/package makes, installed and started in a clean root. Needs root, debootstrap and mount namespaces: without them it
// fails.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { group, main, root } from '../interop/lib.mjs';
import { deb } from './deb.mjs';
import { folder } from './roots.mjs';

function make() {
  const packages = path.join(root, 'build/packages');
  rmSync(packages, { recursive: true, force: true });
  const done = spawnSync(path.join(root, 'scripts/package'), { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`scripts/package: exit ${done.status}\n${done.stderr.slice(-3000)}`);
  return readdirSync(packages);
}

await main('package', 1800, async () => {
  rmSync(folder, { recursive: true, force: true });
  try {
    const names = make();
    await group('deb', () => deb(names), 600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
