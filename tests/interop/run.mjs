// Runs every interop test, a few at a time, each with its own servers, and adds up what they say.
// `run.mjs ts1 abuse` runs only these.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { slack, sleep } from './lib.mjs';

// The abuse test occupies the server as far as it can, so it runs alone, at the end.
const together = ['ts1', 'ts2', 'python', 'legacy', 'lenient', 'sse', 'sweep', 'github', 'oidc', 'external', 'account', 'cli', 'canary', 'cimd', 'mcp_remote', 'libraries', 'sdk', 'inspector', 'clients', 'upstream'];
const alone = ['abuse'];
const wanted = process.argv.slice(2);
const chosen = (names) => names.filter((name) => !wanted.length || wanted.includes(name));
const totals = { passed: 0, failed: 0, broken: [] };

async function run(name) {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`${name}.mjs`, import.meta.url))], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => { text += part; });
  const stop = () => { try { process.kill(child.pid, 'SIGTERM'); } catch { /* it has ended */ } };
  process.once('exit', stop);
  const ended = new Promise((done) => child.once('close', done));
  const code = await Promise.race([ended, sleep(240_000 * slack).then(() => 'late')]);
  if (code === 'late') { stop(); await Promise.race([ended, sleep(5_000)]); }
  console.log(`# ---- ${name}`);
  console.log(text.trimEnd());
  totals.passed += text.match(/^ok - /gm)?.length ?? 0;
  totals.failed += text.match(/^not ok - /gm)?.length ?? 0;
  if (code !== 0) totals.broken.push(`${name} (exit ${code})`);
}

const begun = Date.now();
await Promise.all(chosen(together).map(run));
for (const name of chosen(alone)) await run(name);
if (totals.broken.length && totals.failed === 0) { console.log(`not ok - every program ends well: ${totals.broken.join(', ')}`); totals.failed += 1; }
console.log(`# interop: ${((Date.now() - begun) / 1000).toFixed(0)} s`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
