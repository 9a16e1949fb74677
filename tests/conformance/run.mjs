// The official conformance suite against this build: the server scenarios against the program in tests/conformance that is built
// on the library, the authorization scenarios against postern itself. The suite's exit code says too little (it overlooks
// warnings and what was skipped), so every checks.json is read here.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { equal, freePort, launchProgram, main, ok, root, slack, sleep, startServer, stopClean, until } from '../interop/lib.mjs';
import { register } from '../interop/oauth.mjs';
import { request, Visitor } from '../interop/web.mjs';

const node = path.join(root, 'tests/node_modules/node/bin/node');
const suite = path.join(root, 'tests/node_modules/@modelcontextprotocol/conformance/dist/index.js');

const wanted = {
  '2025-11-25': ['server-initialize', 'server-session-lifecycle', 'ping', 'tools-list', 'tools-call-simple-text', 'tools-call-error',
    'tools-call-with-progress', 'tools-call-with-logging', 'logging-set-level', 'server-sse-multiple-streams', 'dns-rebinding-protection', 'json-schema-2020-12'],
  '2026-07-28': ['server-stateless', 'tools-list', 'tools-call-simple-text', 'tools-call-error', 'tools-call-with-progress',
    'dns-rebinding-protection', 'http-header-validation', 'caching'],
};

await main('conformance', 180, async () => {
  if (!ok('the suite and the node that it needs are installed', existsSync(node) && existsSync(suite))) return;
  const results = mkdtempSync(path.join(os.tmpdir(), 'postern-conformance-'));
  const only = process.argv.slice(2);
  if (!only.length || only.includes('server')) await serverScenarios(results);
  if (!only.length || only.includes('authorization')) await authorizationScenarios(results);
  rmSync(results, { recursive: true, force: true });
});

/** Runs the suite with a deadline of its own and answers its exit code and all that it printed. */
function conformance(args, onOutput) {
  const child = spawn(node, [suite, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, NO_COLOR: '1' } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => { text += part; onOutput?.(text); });
  const ended = new Promise((done) => child.once('close', (code) => done(code)));
  const late = sleep(45_000 * slack).then(() => { if (child.exitCode === null) process.kill(child.pid, 'SIGKILL'); return 'late'; });
  return Promise.race([ended, late]).then((code) => ({ code, text }));
}

function checksUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).filter((name) => path.basename(name) === 'checks.json')
    .flatMap((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')));
}

/** One line for each check that is not as it should be. */
function complaints(checks) {
  return checks.filter((check) => !['SUCCESS', 'INFO'].includes(check.status) || check.details?.untestable)
    .map((check) => `${check.status} ${check.id}: ${check.errorMessage ?? check.description ?? ''} ${JSON.stringify(check.details ?? {}).slice(0, 300)}`);
}

async function serverScenarios(results) {
  const port = await freePort();
  const server = launchProgram('postern-conformance-server', ['--listen', `127.0.0.1:${port}`]);
  server.url = `http://localhost:${port}`;
  await until(() => {
    if (!server.alive) throw new Error(`it ended at once: ${server.log.slice(-500)}`);
    return request(`${server.url}/mcp`, { seconds: 1 }).then(() => true, () => false);
  }, 10, 'an answer at /mcp');

  const jobs = Object.entries(wanted).flatMap(([version, scenarios]) => scenarios.map((scenario) => ({ version, scenario })));
  const work = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const folder = path.join(results, `${job.version}-${job.scenario}`);
      mkdirSync(folder);
      const { code, text } = await conformance(['server', '--url', `${server.url}/mcp`, '--scenario', job.scenario, '--spec-version', job.version, '-o', folder]);
      const checks = checksUnder(folder);
      const wrong = complaints(checks);
      ok(`${job.version} ${job.scenario}: ${checks.length} checks`, code === 0 && checks.some((check) => check.status === 'SUCCESS') && wrong.length === 0,
        wrong.length ? wrong.join('\n') : `exit ${code}\n${text.slice(-900)}`);
    }
  };
  await Promise.all([work(), work()]);
  await stopClean(server, 'postern-conformance-server');
}

async function authorizationScenarios(results) {
  const server = await startServer();
  const port = await freePort();
  const redirect = `http://127.0.0.1:${port}/callback`;
  const client = await register(server, { redirect_uris: [redirect] });
  const visitor = new Visitor(server);
  const folder = path.join(results, 'authorization');
  mkdirSync(folder);
  let visit;
  const { code, text } = await conformance(['authorization', '--url', server.url, '--client-id', client.client_id, '--resource', server.mcp, '-p', String(port), '-o', folder], (sofar) => {
    const printed = sofar.match(/^\s*(http:\/\/localhost:\d+\/authorize\?\S+)\s*$/m)?.[1];
    if (!printed || visit) return;
    visit = visitor.authorize(printed).then((callback) => request(callback)).catch((error) => error);
  });
  const landed = await visit;
  ok('authorization: the visitor came back to the suite', landed?.status === 200, String(landed?.stack ?? landed?.brief ?? text.slice(-900)));
  const checks = checksUnder(folder);
  const scenarios = existsSync(folder) ? readdirSync(folder).length : 0;
  ok('authorization: both scenarios were run', scenarios >= 2 && checks.some((check) => check.status === 'SUCCESS'), text.slice(-900));
  equal('authorization: no failure, no warning, nothing skipped', complaints(checks), []);
  equal('authorization: the suite is content', code, 0);
  await stopClean(server);
}
