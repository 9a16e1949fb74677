// From a bare machine to a ready line: scripts/serve in a clean root, with three sets of test packages lying about.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { equal, freePort, ok } from '../interop/lib.mjs';
import { challenged, ready } from './ask.mjs';
import { attempt, copyCheckout, makeRoot, run, start } from './roots.mjs';

/** The same cache as outside: the compiler is the same package. */
function cache() {
  const at = spawnSync('ccache', ['--get-config', 'cache_dir'], { encoding: 'utf8' }).stdout?.trim();
  return at ? { binds: { '/var/cache/ccache': at }, env: { CCACHE_DIR: '/var/cache/ccache' } } : {};
}

export async function serve() {
  const at = makeRoot('serve');
  const options = cache();
  copyCheckout(path.join(at, 'postern'));
  for (const [label, missing, ...packages] of [
    ['no test package', 'GTest::gtest'],
    ['libgtest-dev alone', 'GTest::gmock', 'libgtest-dev'],
    ['libgtest-dev and libgmock-dev', 'rapidcheck', 'libgtest-dev', 'libgmock-dev'],
  ]) {
    if (packages.length) run(at, ['apt-get', '-qq', 'install', '-y', '--no-install-recommends', ...packages], options);
    rmSync(path.join(at, 'postern/build/server'), { recursive: true, force: true });
    const port = await freePort();
    const server = await ready(start(at, ['/postern/scripts/serve', '--listen', `127.0.0.1:${port}`, '--data', '/tmp/data'], options), 900);
    ok(`${label}: scripts/serve comes to a ready line`, true);
    if (!packages.length) await challenged(label, `http://localhost:${port}`);
    await server.stop();
    const configured = attempt(at, ['cmake', '-S', '/postern', '--preset', 'release'], options);
    equal(`${label}: what is missing is left out of a build with tests`, configured.status, 0);
    ok(`${label}: and is named`, new RegExp(`are left out:\\s+${missing}\\s+not\\s+found`).test(configured.text), configured.text.slice(-1500));
  }
  const all = attempt(at, ['cmake', '-S', '/postern', '--preset', 'release', '-D', 'POSTERN_ALL_TESTS=ON'], options);
  ok('scripts/test would fail instead', all.status !== 0 && /rapidcheck\s+not\s+found/.test(all.text), all.text.slice(-800));
  return at;
}
