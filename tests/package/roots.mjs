// Clean roots: folders in which there is a Debian (or Ubuntu) with nothing but its base, or nothing at all, and programs that run
// in them. They see this machine's loopback, and nothing of its files but what is bound in by name.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { launch, root } from '../interop/lib.mjs';

const kept = path.join(root, 'build/deps/roots');
export const folder = path.join(root, 'build/package-test');

function system() {
  const fields = Object.fromEntries(readFileSync('/etc/os-release', 'utf8').split('\n').map((line) => line.split('=').map((part) => part.replaceAll('"', ''))));
  return { id: fields.ID, suite: fields.VERSION_CODENAME };
}

/** The mirror that this machine is configured with, as scripts/setup finds it. */
function mirror(id) {
  const files = ['/etc/apt/sources.list', ...readdirSync('/etc/apt/sources.list.d').map((name) => `/etc/apt/sources.list.d/${name}`)];
  const lines = files.filter((file) => existsSync(file)).flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const urls = lines.map((line) => /^\s*(?:deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?|URIs:\s*)(\S+)/.exec(line)?.[1]);
  const found = urls.find((url) => url && new RegExp(`/${id}/?$`).test(url) && !url.includes('security'));
  if (!found) throw new Error(`no mirror of ${id} in this machine's apt sources`);
  return found;
}

function must(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.error ?? `exit ${done.status}`}\n${(done.stdout ?? '').slice(-2000)}${(done.stderr ?? '').slice(-2000)}`);
  return done.stdout;
}

/** The base, made once for a checkout; afterwards it is copied. */
function base() {
  const { id, suite } = system();
  const at = path.join(kept, suite);
  if (existsSync(at)) return at;
  rmSync(`${at}.new`, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  must('debootstrap', ['--variant=minbase', suite, `${at}.new`, mirror(id)]);
  const components = id === 'ubuntu' ? 'main universe' : 'main';
  writeFileSync(path.join(`${at}.new`, 'etc/apt/sources.list'), [suite, `${suite}-updates`].map((one) => `deb ${mirror(id)} ${one} ${components}\n`).join(''));
  writeFileSync(path.join(`${at}.new`, 'etc/dpkg/dpkg.cfg.d/quick'), 'force-unsafe-io\n');
  renameSync(`${at}.new`, at);
  return at;
}

/** A root with the base of the system, or an empty one. Both are removed with `folder`. */
export function makeRoot(name, { empty = false } = {}) {
  const at = path.join(folder, name);
  mkdirSync(folder, { recursive: true });
  if (empty) {
    for (const part of ['dev', 'proc', 'tmp', 'data']) mkdirSync(path.join(at, part), { recursive: true });
    return at;
  }
  must('cp', ['-a', '--reflink=auto', base(), at]);
  for (const file of ['/etc/resolv.conf', '/etc/hosts']) writeFileSync(path.join(at, file), readFileSync(file));
  return at;
}

/** The command that runs `command` in a root. `binds`: folders of this machine by where they are seen there. */
function within(at, command, { user = '0:0', binds = {}, env = {} } = {}) {
  const script = [
    'set -e', 'root=$1; shift',
    'mount --rbind /dev "$root/dev"', 'mount --rbind /proc "$root/proc"',
    ...Object.entries(binds).map(([there, here]) => `mkdir -p "$root${there}"; mount --bind "${here}" "$root${there}"`),
    'exec env -i "$@"',
  ].join('\n');
  const variables = Object.entries({ PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive', ...env });
  return ['--mount', '--propagation', 'private', '--', 'sh', '-c', script, 'sh', at, ...variables.map(([name, value]) => `${name}=${value}`),
    '/usr/sbin/chroot', `--userspec=${user}`, at, ...command];
}

/** Runs it to its end; throws when it fails. */
export function run(at, command, options = {}) {
  return must('unshare', within(at, command, options), { input: options.input ?? '' });
}

/** Runs it to its end, and says how it ended. */
export function attempt(at, command, options = {}) {
  const done = spawnSync('unshare', within(at, command, options), { encoding: 'utf8', input: '', maxBuffer: 1 << 28 });
  return { status: done.status, text: done.stdout + done.stderr };
}

/** Starts a program that stays. Its process is the program's own. */
export function start(at, command, options = {}) {
  return launch('unshare', within(at, command, options));
}

/** The line of the README that begins like this, as it is typed. */
export function lineOfReadme(beginning) {
  const line = readFileSync(path.join(root, 'README.md'), 'utf8').split('\n').find((one) => one.startsWith(beginning));
  if (!line) throw new Error(`README.md has no line that begins with '${beginning}'`);
  return line.replace(/ +#.*/, '');
}

/** What git has of this checkout and what is new in it, copied. */
export function copyCheckout(to) {
  mkdirSync(to, { recursive: true });
  execFileSync('bash', ['-c', 'git ls-files -z -co --exclude-standard --deduplicate | tar --null --ignore-failed-read -T - -cf - | tar -xf - -C "$1"', 'bash', to], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
}
