// The static programs, where there is nothing but they: in an empty folder, and as the image is run.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { equal, freePort, ok, root } from '../interop/lib.mjs';
import { lives, password } from './ask.mjs';
import { folder, lineOfReadme, makeRoot, run, start } from './roots.mjs';

const made = path.join(root, 'build/packages');
const here = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
/** The other architecture's program runs under an emulator, which is static, too. */
const emulated = (architecture) => (architecture === here ? [] : [`/qemu-${architecture}-static`]);

function prepare(at, architecture) {
  if (architecture !== here) copyFileSync(`/usr/bin/qemu-${architecture}-static`, path.join(at, `qemu-${architecture}-static`));
}

/** The stack that threads get: musl takes it from the program, and gives 128 KiB where it says nothing. */
function stack(program) {
  const line = execFileSync('readelf', ['-lW', program], { encoding: 'utf8' }).split('\n').find((one) => one.includes('GNU_STACK'));
  return Number(line.trim().split(/\s+/)[5]);
}

export async function tarball(packages, architecture) {
  const label = `tarball, ${architecture}`;
  const at = makeRoot(`tarball-${architecture}`, { empty: true });
  const name = packages.find((file) => file.endsWith(`-linux-${architecture}.tar.gz`));
  const typed = (beginning) => lineOfReadme(beginning).replaceAll('x86_64', architecture);
  copyFileSync(path.join(made, name), path.join(at, name));
  execFileSync('sh', ['-c', typed('tar -xzf postern-')], { cwd: at });
  prepare(at, architecture);
  const [place, ...words] = typed('postern-0').split(' ');
  const program = path.join(at, place);
  ok(`${label}: it is static`, /static/.test(spawnSync('file', [program], { encoding: 'utf8' }).stdout));
  equal(`${label}: its threads have 8 MiB of stack`, stack(program), 8 << 20);
  const options = ['--data', '/data/postern'];
  const command = [...emulated(architecture), `/${place}`];
  run(at, [...command, 'user', 'add', 'ada', '--password-stdin', ...options], { input: `${password}\n` });
  const port = await freePort();
  await lives(label, () => start(at, [...command, ...words, '--listen', `127.0.0.1:${port}`, ...options]), port, 60);
}

const digest = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export async function image(packages) {
  const layout = path.join(folder, 'image');
  mkdirSync(layout, { recursive: true });
  execFileSync('tar', ['-xf', path.join(made, packages.find((file) => file.endsWith('-image.tar'))), '-C', layout]);
  const blobs = readdirSync(path.join(layout, 'blobs/sha256'));
  const blob = (one) => readFileSync(path.join(layout, 'blobs', one.digest.replace(':', '/')));
  equal('image: every blob is what its name says', blobs.filter((name) => digest(readFileSync(path.join(layout, 'blobs/sha256', name))) !== `sha256:${name}`), []);
  const [entry, ...others] = JSON.parse(readFileSync(path.join(layout, 'index.json'))).manifests;
  equal('image: there is one, under its version', [others.length, entry.annotations['org.opencontainers.image.ref.name']], [0, packages.join(' ').replace(/^[^]*postern-([0-9.]+)-image[^]*$/, 'postern:$1')]);
  const { manifests } = JSON.parse(blob(entry));
  equal('image: for both architectures', manifests.map(({ platform }) => `${platform.os}/${platform.architecture}`), ['linux/amd64', 'linux/arm64']);
  const reached = [entry, ...manifests, ...manifests.flatMap((one) => { const { config, layers } = JSON.parse(blob(one)); return [config, ...layers]; })];
  equal('image: and nothing else is in it', blobs.filter((name) => !reached.some((one) => one.digest === `sha256:${name}`)), []);
  equal('image: every size is true', reached.filter((one) => blob(one).length !== one.size), []);

  // umoci unpacks what has a name of its own.
  const named = path.join(folder, 'image-named');
  cpSync(layout, named, { recursive: true });
  writeFileSync(path.join(named, 'index.json'), JSON.stringify({
    schemaVersion: 2, manifests: manifests.map(({ platform, ...one }) => ({ ...one, annotations: { 'org.opencontainers.image.ref.name': platform.architecture } })),
  }));
  for (const [platform, architecture] of [['amd64', 'x86_64'], ['arm64', 'aarch64']]) {
    const label = `image, ${platform}`;
    const bundle = path.join(folder, `image-${platform}`);
    execFileSync('umoci', ['unpack', '--image', `${named}:${platform}`, bundle], { stdio: 'pipe' });
    const { process: wanted } = JSON.parse(readFileSync(path.join(bundle, 'config.json')));
    const at = path.join(bundle, 'rootfs');
    for (const part of ['dev', 'proc']) mkdirSync(path.join(at, part), { recursive: true });
    prepare(at, architecture);
    equal(`${label}: it is not root, and keeps its data in /data`, [wanted.user.uid, wanted.user.gid, wanted.cwd, wanted.env.includes('POSTERN_DATA=/data')], [65532, 65532, '/data', true]);
    ok(`${label}: it has certificate authorities`, /BEGIN CERTIFICATE/.test(readFileSync(path.join(at, 'etc/ssl/certs/ca-certificates.crt'), 'utf8')));
    const env = Object.fromEntries(wanted.env.map((line) => line.split(/=(.*)/s)));
    const user = `${wanted.user.uid}:${wanted.user.gid}`;
    const command = [...emulated(architecture), ...wanted.args];
    const port = await freePort();
    const options = { user, env: { ...env, POSTERN_LISTEN: `127.0.0.1:${port}`, POSTERN_FIRST_USER: 'ada', POSTERN_FIRST_PASSWORD: password } };
    await lives(label, () => start(at, command, options), port, 60);
  }
}
