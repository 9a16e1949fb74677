// The Debian packages: installed in a clean root, run as the unit says, and gone without a trace.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { equal, freePort, ok, root } from '../interop/lib.mjs';
import { answer, callTool, signIn } from '../interop/oauth.mjs';
import { Visitor } from '../interop/web.mjs';
import { lives, password, ready } from './ask.mjs';
import { attempt, lineOfReadme, makeRoot, run, start } from './roots.mjs';

const mode = (file) => (statSync(file).mode & 0o777).toString(8);
const files = (at) => run(at, ['find', '/', '-xdev', '(', '-path', '/proc', '-o', '-path', '/dev', '-o', '-path', '/var/lib/apt', '-o', '-path', '/var/cache', '-o', '-path', '/var/log', '-o', '-path', '/var/lib/dpkg', '-o', '-path', '/tmp', '-o', '-path', '/run', ')', '-prune', '-o', '-print']).split('\n').sort();
const unit = (at) => readFileSync(path.join(at, 'usr/lib/systemd/system/postern.service'), 'utf8');
const stated = (text, name) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1];

export async function deb(packages) {
  const at = makeRoot('deb');
  run(at, ['apt-get', '-qq', 'update']);
  const name = packages.find((file) => /^postern_.*\.deb$/.test(file));
  copyFileSync(path.join(root, 'build/packages', name), path.join(at, 'tmp', name));
  const field = (one) => spawnSync('dpkg-deb', ['-f', path.join(at, 'tmp', name), one], { encoding: 'utf8' }).stdout.split(',').map((each) => each.trim().split(/[ |]/)[0]);
  run(at, ['apt-get', '-qq', 'install', '-y', '--no-install-recommends', ...field('Depends'), ...field('Recommends')]);
  const before = files(at);
  const typed = lineOfReadme('sudo apt install ./postern_').replace('sudo apt', 'apt-get -qq -y');
  equal('deb: it installs as the README says', attempt(at, ['sh', '-c', `cd /tmp && ${typed}`]).status, 0);
  const data = path.join(at, 'var/lib/postern');
  equal('deb: its data folder is its own user\'s alone', [mode(data), statSync(data).uid !== 0], ['700', true]);
  const owner = `${statSync(data).uid}:${statSync(data).gid}`;
  const settings = path.join(at, 'etc/postern/postern.toml');
  equal('deb: its configuration is root\'s, and readable by it alone', [mode(settings), statSync(settings).uid, statSync(settings).gid], ['640', 0, statSync(data).gid]);

  const text = unit(at);
  const command = stated(text, 'ExecStart').split(' ');
  equal('deb: the unit runs it as its user', [stated(text, 'User'), stated(text, 'WorkingDirectory')], ['postern', '/var/lib/postern']);
  const port = await freePort();
  writeFileSync(settings, readFileSync(settings, 'utf8').replace(':8000', `:${port}`));
  const add = lineOfReadme('sudo -u postern postern user add').replace('sudo -u postern ', '');
  run(at, ['sh', '-c', `${add} --password-stdin`], { user: owner, input: `${password}\n` });
  await lives('deb', () => start(at, command, { user: owner }), port);
  systemd(at);
  shell(at);

  equal('deb: it is removed, with its configuration', attempt(at, ['dpkg', '--purge', 'postern']).status, 0);
  const trace = files(at).filter((file) => !before.includes(file));
  equal('deb: what is left is its data', trace.filter((file) => !file.startsWith('/var/lib/postern') && !/^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-?$/.test(file)), []);
  ok('deb: which is kept', existsSync(path.join(data, 'keys')) && existsSync(path.join(data, 'postern.db')));
  run(at, ['rm', '-r', '/var/lib/postern']);
  run(at, ['dpkg', '-i', `/tmp/${name}`]);
  run(at, ['dpkg', '--purge', 'postern']);
  equal('deb: where there is no data, nothing is left', [files(at).filter((file) => !before.includes(file) && !/^\/etc\/\w+-?$/.test(file)), /postern/.test(readFileSync(path.join(at, 'etc/passwd'), 'utf8'))], [[], false]);
}

function systemd(at) {
  const verified = spawnSync('systemd-analyze', ['--root', at, '--man=no', '--recursive-errors=no', 'verify', 'postern.service'], { encoding: 'utf8' });
  equal('deb: systemd finds nothing wrong with the unit', [verified.status, verified.stderr.split('\n').filter((line) => line.includes('postern.service'))], [0, []]);
  const exposure = spawnSync('systemd-analyze', ['--root', at, '--offline=true', '--threshold=20', '--no-pager', 'security', 'postern.service'], { encoding: 'utf8' });
  ok('deb: and calls it well shut in', exposure.status === 0, exposure.stdout.split('\n').slice(-4).join('\n') + exposure.stderr);
}

function shell(at) {
  const complete = (...words) => run(at, ['bash', '-c', '. /usr/share/bash-completion/completions/postern; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _postern; printf "%s\\n" "${COMPREPLY[@]}"', 'bash', ...words]).trim().split('\n');
  equal('deb: bash completes a command', complete('postern', 'gr'), ['grants']);
  equal('deb: and a command\'s command', complete('postern', 'user', 'pa'), ['passwd']);
  ok('deb: and an option', complete('postern', 'serve', '--pub').includes('--public-url'));
  const page = spawnSync('sh', ['-c', `gzip -dc ${at}/usr/share/man/man1/postern.1.gz | groff -man -Tascii -ww`], { encoding: 'utf8' });
  equal('deb: the manual page is well-formed', page.stderr, '');
  const plain = page.stdout.replace(/.\x08/g, '').replace(/\x1b\[[0-9;]*m/g, '');
  const options = run(at, ['postern', 'serve', '--help']).match(/^ {2}(?:-\w,)?(--[a-z-]+)/gm).map((one) => one.trim());
  equal('deb: and has every option', options.filter((one) => !plain.includes(one)), []);
}

/** Into a root that has a compiler and the libraries: the README's program, built and run. */
export async function development(at, packages) {
  const name = packages.find((file) => /^postern-dev_.*\.deb$/.test(file));
  copyFileSync(path.join(root, 'build/packages', name), path.join(at, 'tmp', name));
  const typed = lineOfReadme('sudo apt install ./postern-dev_').replace('sudo apt', 'apt-get -qq -y --no-install-recommends');
  equal('postern-dev: it installs as the README says', attempt(at, ['sh', '-c', `cd /tmp && ${typed}`]).status, 0);
  const examples = path.join(at, 'usr/share/doc/postern-dev/examples');
  equal('postern-dev: with examples', readdirSync(examples).sort(), ['CMakeLists.txt', 'github.cpp', 'main.cpp']);
  mkdirSync(path.join(at, 'greeter'));
  for (const file of ['main.cpp', 'CMakeLists.txt']) copyFileSync(path.join(examples, file), path.join(at, 'greeter', file));
  equal('postern-dev: its CMake file is the README\'s', readFileSync(path.join(examples, 'CMakeLists.txt'), 'utf8'), /```cmake\n([\s\S]*?)```/.exec(readFileSync(path.join(root, 'README.md'), 'utf8'))[1]);
  const built = attempt(at, ['sh', '-c', `cd /greeter && ${lineOfReadme('cmake -B build')}`]);
  equal('postern-dev: the CMake file of the README builds a program with it', built.status, 0);
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const person = { url, mcp: `${url}/mcp`, user: 'ada', password };
  const server = await ready(start(at, [`/greeter/${lineOfReadme('build/greeter')}`, '--listen', `127.0.0.1:${port}`, '--data', '/greeter/data'], { env: { POSTERN_FIRST_USER: 'ada', POSTERN_FIRST_PASSWORD: password } }));
  const { access } = await signIn(person, new Visitor(person), { scope: 'greet' });
  equal('postern-dev: which greets', answer(await callTool(person, access, 'greet', { who: 'Bob' }))?.result?.content?.[0]?.text, 'Hello Bob, says ada');
  await server.stop();
}
