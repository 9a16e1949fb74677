// The tests of the main job against the hosts in JavaScript: real clients, attacks and kill -9 against workerd, the official
// suite; the adapter for Deno; and `postern serve` of the installed npm package, which is the adapter for Node as a program.
// `run.mjs abuse conformance` runs only these.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { notRun } from '../interop/exceptions.mjs';
import { root, slack, sleep } from '../interop/lib.mjs';
import { install, shared } from './install.mjs';

const interop = (name) => ({ script: `tests/interop/${name}.mjs` });
const jobs = [
  ...['ts1', 'ts2', 'python', 'legacy', 'lenient', 'sse', 'sweep', 'mcp_remote', 'libraries', 'sdk', 'clients'].map((name) => ({ name, host: 'workerd', ...interop(name) })),
  { name: 'conformance', host: 'workerd', script: 'tests/conformance/run.mjs' },
  { name: 'edge', host: 'workerd', script: 'tests/edge/edge.mjs' },
  { name: 'front', host: 'workerd', script: 'tests/edge/front.mjs' },
  { name: 'package', host: 'node', script: 'tests/edge/package.mjs' },
  ...['workerd', 'node'].map((name) => ({ name: 'upstream', host: name, ...interop('upstream') })),
  ...['ts1', 'legacy', 'lenient', 'sse', 'sweep'].map((name) => ({ name, host: 'deno', ...interop(name) })),
  ...['ts1', 'legacy', 'lenient', 'sse', 'account', 'sweep', 'github', 'cimd', 'canary', 'external'].map((name) => ({ name, host: 'npx', ...interop(name) })),
  { name: 'program', host: 'npx', script: 'tests/edge/program.mjs' },
  // They measure or kill, so each runs alone.
  { name: 'abuse', host: 'workerd', alone: true, ...interop('abuse') },
  { name: 'abuse', host: 'npx', alone: true, ...interop('abuse') },
  { name: 'abuse', host: 'deno', alone: true, ...interop('abuse') },
  { name: 'durability', host: 'workerd', alone: true, script: 'tests/durability/run.mjs', env: { DURABILITY_ROUNDS: process.env.DURABILITY_ROUNDS ?? '10' } },
  { name: 'durability', host: 'npx', alone: true, script: 'tests/durability/run.mjs', env: { DURABILITY_ROUNDS: process.env.DURABILITY_ROUNDS ?? '4' } },
  { name: 'cold', host: 'workerd', alone: true, script: 'tests/edge/cold.mjs' },
];
const wanted = process.argv.slice(2);
const chosen = jobs.filter(({ name }) => !wanted.length || wanted.includes(name));
const totals = { passed: 0, failed: 0, broken: [] };

async function run({ name, host, script, env }) {
  const child = spawn(process.execPath, [path.join(root, script)], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env, TEST_HOST: host } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => { text += part; });
  const stop = () => { try { process.kill(child.pid, 'SIGTERM'); } catch { /* it has ended */ } };
  process.once('exit', stop);
  const ended = new Promise((done) => child.once('close', done));
  const code = await Promise.race([ended, sleep(240_000 * slack).then(() => 'late')]);
  if (code === 'late') { stop(); await Promise.race([ended, sleep(5_000)]); }
  console.log(`# ---- ${name} on ${host}\n${text.trimEnd().replace(/^(ok|not ok) - /gm, `$1 - ${host}: `)}`);
  totals.passed += text.match(/^ok - /gm)?.length ?? 0;
  totals.failed += text.match(/^not ok - /gm)?.length ?? 0;
  if (code !== 0) totals.broken.push(`${name} on ${host} (exit ${code})`);
}

async function inTurn(list) { for (const job of list) await run(job); }

const begun = Date.now();
if (chosen.some(({ host }) => host === 'npx')) install(shared);
const together = chosen.filter(({ alone }) => !alone);
// Two at a time: each has a server and a client of its own.
await Promise.all([0, 1].map((half) => inTurn(together.filter((_, index) => index % 2 === half))));
await inTurn(chosen.filter(({ alone }) => alone));
for (const [what, reason] of Object.entries(notRun.workerd)) console.log(`# not run on workerd: ${what}: ${reason}`);
if (totals.broken.length && totals.failed === 0) { console.log(`not ok - every program ends well: ${totals.broken.join(', ')}`); totals.failed += 1; }
console.log(`# edge: ${((Date.now() - begun) / 1000).toFixed(0)} s`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
