// From a bare machine to a running server, each way: what scripts/package makes is made twice, in two folders, and compared; then
// each artefact is installed and started in a clean root; for Macs it is compiled and linked. Needs root, debootstrap and mount
// namespaces: without them it fails. `run.mjs serve deb` tries some alone.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { equal, group, main, ok, root } from '../interop/lib.mjs';
import { deb, development } from './deb.mjs';
import { npm } from './npm.mjs';
import { copyCheckout, folder } from './roots.mjs';
import { serve } from './serve.mjs';
import { image, tarball } from './static.mjs';

const artefacts = ['deb', 'tarball', 'image', 'npm'];
const given = process.argv.slice(2);
const chosen = given.length ? given : ['serve', ...artefacts, 'macos'];
const wanted = (name) => chosen.includes(name);

/** What is in build/packages of a checkout, by its name. */
function made(at) {
  const packages = path.join(at, 'build/packages');
  const names = readdirSync(packages).filter((name) => /\.(deb|gz|tar|tgz)$/.test(name)).sort();
  return Object.fromEntries(names.map((name) => [name, createHash('sha256').update(readFileSync(path.join(packages, name))).digest('hex')]));
}

/** A compiler's cache gives both folders the first one's object: bytes that are the same may still name it. */
function namesTheFolder(name) {
  const file = path.join(root, 'build/packages', name);
  const [command, ...args] = name.endsWith('.deb') ? ['dpkg-deb', '--fsys-tarfile', file] : ['tar', '-xaOf', file];
  const { status, stdout } = spawnSync(command, args, { maxBuffer: 1 << 28 });
  return status !== 0 || stdout.includes(root);
}

function make(at, env = {}) {
  rmSync(path.join(at, 'build/packages'), { recursive: true, force: true });
  const done = spawnSync(path.join(at, 'scripts/package'), artefacts.filter(wanted), { encoding: 'utf8', env: { ...process.env, ...env } });
  if (done.status !== 0) throw new Error(`scripts/package: exit ${done.status}\n${done.stderr.slice(-3000)}`);
  return made(at);
}

/** Another folder, another name, the same sources: what was prepared for the first is linked, the compilers' cache is shared. */
function makeElsewhere() {
  const at = path.join(folder, 'another name/of the folder');
  copyCheckout(at);
  mkdirSync(path.join(at, 'build'), { recursive: true });
  spawnSync('cp', ['-al', path.join(root, 'build/deps'), path.join(at, 'build/deps')]);
  rmSync(path.join(at, 'build/deps/roots'), { recursive: true, force: true });
  if (wanted('npm')) spawnSync('cp', ['-al', path.join(root, 'tests/node_modules'), path.join(at, 'tests/node_modules')]);
  const epoch = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).stdout.trim();
  return make(at, { SOURCE_DATE_EPOCH: epoch });
}

await main('package', 3000, async () => {
  rmSync(folder, { recursive: true, force: true });
  try {
    if (artefacts.some(wanted)) {
      const first = make(root);
      const names = Object.keys(first);
      console.log(names.join('\n'));
      await group('made twice', async () => equal('made in two folders, the bytes are the same', makeElsewhere(), first), 2000);
      equal('and none of them tells where it was made', names.filter(namesTheFolder), []);
      if (wanted('deb')) await group('deb', () => deb(names), 600);
      for (const architecture of ['x86_64', 'aarch64'])
        if (wanted('tarball')) await group(`tarball, ${architecture}`, () => tarball(names, architecture), 300);
      if (wanted('image')) await group('image', () => image(names), 300);
      if (wanted('npm')) await group('npm', () => npm(names), 200);
    }
    if (wanted('serve')) {
      let at;
      await group('serve', async () => { at = await serve(); }, 2500);
      if (at && wanted('deb')) await group('postern-dev', () => development(at, readdirSync(path.join(root, 'build/packages'))), 300);
    }
    if (wanted('macos')) {
      for (const preset of ['macos-x86_64', 'macos-aarch64']) macos(preset);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Compiled and linked, as quickly as it goes: it can't be run here. */
function macos(preset) {
  const configured = spawnSync('cmake', ['--preset', preset, '-D', 'CMAKE_C_FLAGS_RELEASE=-O0 -fno-sanitize=undefined', '-D', 'CMAKE_CXX_FLAGS_RELEASE=-O0 -fno-sanitize=undefined'], { cwd: root, encoding: 'utf8' });
  const built = spawnSync('cmake', ['--build', '--preset', preset, '-j', '2', '--target', 'postern'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
  const program = path.join(root, 'build', preset, 'bin/postern');
  ok(`${preset}: the native host compiles and links`, configured.status === 0 && built.status === 0 && /Mach-O 64-bit/.test(spawnSync('file', [program], { encoding: 'utf8' }).stdout), configured.stderr.slice(-1000) + built.stdout.slice(-3000));
}
