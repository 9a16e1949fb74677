// What every test here shares: counting checks, starting and stopping the server, bounded waits.
// Each process that is started is remembered by its id and stopped by it, also when a test fails half way.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { program as programOfPackage } from '../edge/install.mjs';
import { exceptionOf } from './exceptions.mjs';

export const root = fileURLToPath(new URL('../../', import.meta.url));
/** Folder of the programs under test; another build (asan, tsan) is tried by naming its folder. */
export const binaries = path.resolve(root, process.env.TEST_BIN ?? 'build/release/bin');
/**
 * Which host is tested: `native`; `npx`, the same command line in Node, of the installed package; `workerd`, the edge worker on
 * this machine; `node` and `deno`, the adapters.
 */
export const host = process.env.TEST_HOST ?? 'native';
const hasCommandLine = host === 'native' || host === 'npx';
/** Checked builds (asan, tsan) run several times slower; their waits are stretched by this factor. */
export const slack = Number(process.env.TEST_SLACK ?? 1);

// ---- counting -----------------------------------------------------------------------------------

let passed = 0;
let failed = 0;
const failures = [];

/** One check. `detail` is shown only when it fails, and says what was there instead. */
export function ok(name, condition, detail) {
  if (condition) { passed += 1; console.log(`ok - ${name}`); return true; }
  failed += 1;
  failures.push(name);
  console.log(`not ok - ${name}`);
  if (detail !== undefined) console.log(indent(typeof detail === 'string' ? detail : JSON.stringify(detail, null, 1)));
  return false;
}

export function equal(name, actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  const exception = exceptionOf(host, name);
  if (exception) return ok(`${name} (not on ${host}: ${exception.reason})`, a !== b && exception.instead(actual), `got ${a}`);
  return ok(name, a === b, `expected ${b}\ngot      ${a}`);
}

/** A step that must not throw and must end in time. Its value is handed back, or undefined when it failed. */
export async function step(name, body, seconds = 20) {
  try {
    const value = await within(seconds, body());
    ok(name, true);
    return value;
  } catch (error) {
    ok(name, false, error?.stack ?? String(error));
    return undefined;
  }
}

/** Like `step`, for a group of checks: silent when all goes well, one failure when it throws. */
export async function group(name, body, seconds = 30) {
  try { await within(seconds, body()); } catch (error) { ok(`${name}: ran to its end`, false, error?.stack ?? String(error)); }
}

function indent(text) {
  return String(text).split('\n').slice(0, 14).map((line) => `    # ${line.slice(0, 400)}`).join('\n');
}

// ---- time ---------------------------------------------------------------------------------------

export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export function within(seconds, promise, what = 'the step') {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what} took longer than ${seconds * slack} s`)), seconds * slack * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export async function until(condition, seconds, what = 'the condition') {
  const end = performance.now() + seconds * slack * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`${what} did not come true in ${seconds * slack} s`);
    await sleep(20);
  }
}

/** Runs a whole test program: overall deadline, everything stopped, exit code by the number of failures. */
export async function main(name, seconds, body) {
  const deadline = setTimeout(() => {
    console.log(`not ok - ${name} ends within ${seconds * slack} s`);
    killAll();
    process.exit(1);
  }, seconds * slack * 1000);
  try { await body(); } catch (error) { ok(`${name} ran to its end`, false, error?.stack ?? String(error)); }
  for (const server of [...servers]) await server.stop().catch(() => {});
  clearTimeout(deadline);
  console.log(`# ${name}: ${passed} passed, ${failed} failed`);
  for (const failure of failures) console.log(`#   failed: ${failure}`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

// ---- the server ---------------------------------------------------------------------------------

const servers = new Set();
const children = new Set();

function killAll() {
  for (const child of children) { try { process.kill(child.pid, 'SIGKILL'); } catch { /* it has ended */ } }
}
process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

export async function freePort() {
  const probe = net.createServer();
  await new Promise((done, fail) => probe.once('error', fail).listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/** A running program that has said it is ready. `log` holds all that it wrote on either output. */
export class Running {
  constructor(child) {
    this.child = child;
    this.out = '';
    this.err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => { this.out += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { this.err += text; });
    this.ended = new Promise((done) => child.once('close', (code, signal) => {
      children.delete(child);
      done({ code, signal });
    }));
    children.add(child);
    servers.add(this);
  }
  get pid() { return this.child.pid; }
  get log() { return this.out + this.err; }
  get alive() { return this.child.exitCode === null && this.child.signalCode === null; }

  /** SIGTERM, then SIGKILL when it does not end. Says how it ended. The data folder is removed, unless it is to be kept. */
  async stop(seconds = 8, keep = false) {
    servers.delete(this);
    if (this.alive) process.kill(this.pid, 'SIGTERM');
    const begun = performance.now();
    let end = await Promise.race([this.ended, sleep(seconds * slack * 1000)]);
    if (!end) {
      if (this.alive) process.kill(this.pid, 'SIGKILL');
      end = { ...(await this.ended), killed: true };
    }
    if (this.folder && !keep) rmSync(this.folder, { recursive: true, force: true });
    return { ...end, milliseconds: Math.round(performance.now() - begun) };
  }
}

export function launch(command, args, { env = {}, cwd = os.tmpdir() } = {}) {
  const child = spawn(command, args, {
    cwd, stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', ...env },
  });
  child.once('error', () => {});
  return new Running(child);
}

const runtimeOf = {
  workerd: [process.execPath, 'host-wasm/workerd/edge.mjs'],
  node: [process.execPath, '--disable-warning=ExperimentalWarning', 'tests/edge/js_server.mjs'], // node:sqlite
  deno: ['tests/node_modules/deno/deno', 'run', '--quiet', '--no-lock', '--no-config', '--allow-net', '--allow-env', '--allow-read', '--allow-write', 'tests/edge/js_server.mjs'],
};

/** The command that is the program `name` on the host that is tested, up to its own arguments. */
function commandOf(name) {
  if (host === 'native') {
    const program = path.join(binaries, name);
    if (!existsSync(program)) throw new Error(`${path.relative(root, program)} is not built`);
    return [program];
  }
  if (host === 'npx') return [process.execPath, programOfPackage()];
  const modules = path.join(root, 'build/wasm', { postern: 'server', 'postern-conformance-server': 'conformance' }[name]);
  const edge = [...runtimeOf[host].map((word) => (word.includes('/') ? path.resolve(root, word) : word)), '--modules', modules];
  return name === 'postern' ? edge : [...edge, '--store', 'memory'];
}

/** Runs the program that is tested with these arguments; one that serves says so itself. */
export function launchProgram(name, args, options) {
  const [program, ...own] = commandOf(name);
  return launch(program, [...own, ...args], options);
}

/** Ends the process that serves, as a power cut would: on workerd that is a child of the program that was started. */
export async function killHard(server) {
  const told = server.err.match(/"?workerd"?[=:]([0-9]+)/)?.[1];
  process.kill(host === 'workerd' ? Number(told) : server.pid, 'SIGKILL');
  await server.ended;
}

/** workerd is given an environment of its own, so what is to be in it is put there by a script. */
function workerdUnder(clock, folder) {
  const program = createRequire(import.meta.url).resolve(`@cloudflare/workerd-linux-${process.arch === 'x64' ? '64' : 'arm64'}/bin/workerd`);
  const script = path.join(folder, 'workerd');
  const settings = Object.entries(clock.env).map(([name, value]) => `${name}='${value}'`).join(' ');
  writeFileSync(script, `#!/bin/sh\n${settings} exec '${program}' "$@"\n`, { mode: 0o700 });
  return script;
}

/**
 * Starts `postern serve` on a free loopback port with a fresh data folder that is removed afterwards.
 * The first user and a random password come from the environment, as in a container. `clock`: that of clock.mjs.
 */
export async function startServer({ accessTtl = 3600, refreshTtl = 86400, store = 'sqlite', args = [], format = 'json', logLevel = 'info', program: name = 'postern', env = {}, port: wanted, clock } = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-test-'));
  const user = 'ada';
  const password = `canary-password-${randomBytes(9).toString('hex')}`;
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? await freePort();
    const url = `http://localhost:${port}`;
    const inner = process.env.TEST_RECORD ? await freePort() : port;
    if (inner !== port) await (await import('../clients/recorder.mjs')).recordBefore(port, inner);
    const server = launchProgram(name, [
      'serve', '--listen', `127.0.0.1:${inner}`, '--public-url', url, '--data', path.join(folder, 'data'),
      '--store', !hasCommandLine && store === 'sqlite' ? 'disk' : store,
      '--access-ttl', String(accessTtl), '--refresh-ttl', String(refreshTtl), '--code-ttl', '60', '--refresh-grace', '30',
      '--log-level', logLevel, '--log-format', format, ...args, ...(clock && host === 'workerd' ? ['--workerd', workerdUnder(clock, folder)] : []),
    ], { cwd: folder, env: { POSTERN_FIRST_USER: user, POSTERN_FIRST_PASSWORD: password, ...clock?.env, ...env } });
    try {
      await until(() => {
        if (!server.alive) throw new Error(`the server ended at once: ${server.log.slice(-600)}`);
        return /^ready \S/m.test(server.out);
      }, 60, 'the ready line');
    } catch (error) {
      await server.stop(1);
      if (attempt < 3 && /in use/i.test(server.log)) continue;   // someone else took the port in between
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    return Object.assign(server, {
      url, port, mcp: `${url}/mcp`, folder, data: path.join(folder, 'data'), user, password, store,
      readyLine: server.out.match(/^ready .*$/m)[0],
    });
  }
}

/** A second person, added by the command line while the server runs. Needs a store on disk. */
export function addUser(server, name) {
  const password = `canary-password-${randomBytes(9).toString('hex')}`;
  const [program, ...own] = commandOf('postern');
  const done = spawnSync(program, [...own, 'user', 'add', name, '--password-stdin', '--data', server.data], {
    cwd: server.folder, input: `${password}\n`, encoding: 'utf8', timeout: 10_000 * slack,
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8' },
  });
  if (done.status !== 0) throw new Error(`postern user add: exit ${done.status}: ${done.stderr || done.stdout}`);
  return { user: name, password };
}

/** Ends a test server and holds it to a clean end: SIGTERM drains and exits 0. */
export async function stopClean(server, label = 'SIGTERM') {
  const end = await server.stop();
  ok(`${label}: the server drains and exits 0`, end.code === 0 && !end.killed, { ...end, log: server.log.slice(-300) });
}
