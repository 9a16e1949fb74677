// Cold start: how long from nothing to the first answer. In Node from a compiled module (what edge runtimes hand over), and
// from its bytes; in workerd the first request of a process, seen from outside, the way to workerd and back included.
//
// What is judged is the time that the thread of the request computes, which is all of it on a machine that does nothing else;
// the time by the clock is told, too. Other threads compile code for later meanwhile. Judged only when asked for (--judge, as
// scripts/bench does).
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createPostern, MemoryStore, newKeyRing } from '../../host-wasm/js/postern.mjs';
import { median, threads } from '../bench/load.mjs';
import { main, ok, root, startServer } from '../interop/lib.mjs';
import { request } from '../interop/web.mjs';

const bound = 15; // milliseconds
const rounds = Number(process.env.COLD_ROUNDS ?? 9);
const shown = (times) => ['cpu', 'wall'].map((kind) => `${median(times.map((one) => one[kind])).toFixed(1)} ms ${kind}`).join(', ');
function judge(what, times) {
  const told = `${what}: ${shown(times)}; at most ${bound} ms`;
  if (process.argv.includes('--judge')) ok(told, median(times.map(({ cpu }) => cpu)) <= bound);
  else ok(told, times.every(({ wall }) => wall > 0));
}

async function timed(pid, work) {
  const [before, wall] = [threads(pid), performance.now()];
  await work();
  const cpu = Math.max(...Object.entries(threads(pid)).map(([thread, time]) => time - (before[thread] ?? 0)));
  return { cpu, wall: performance.now() - wall };
}

const bytes = readFileSync(path.join(root, 'build/wasm/server/postern.wasm'));
const settings = { public_url: 'http://localhost:8000', key_ring: newKeyRing() };

async function inNode(module) {
  const postern = await createPostern({ module, settings, store: new MemoryStore() });
  const reply = await postern.fetch(new Request('http://localhost:8000/.well-known/oauth-authorization-server'));
  if (reply.status !== 200) throw new Error(`status ${reply.status}`);
}

async function inWorkerd() {
  const server = await startServer();
  const pid = Number(server.err.match(/"workerd":([0-9]+)/)[1]);
  const ask = async () => {
    const reply = await request(`${server.url}/.well-known/oauth-authorization-server`);
    if (reply.status !== 200) throw new Error(reply.brief);
  };
  const times = [await timed(pid, ask), await timed(pid, ask)];
  await server.stop();
  return times;
}

await main('cold start', 120, async () => {
  const compiled = await WebAssembly.compile(bytes);
  await inNode(compiled); // this process's own warm-up is not the module's
  const fromModule = [];
  const fromBytes = [];
  for (let round = 0; round < rounds; round += 1) {
    fromModule.push(await timed(process.pid, () => inNode(compiled)));
    fromBytes.push(await timed(process.pid, () => inNode(bytes)));
  }
  judge('node, from a compiled module', fromModule);
  console.log(`# node, from its bytes: ${shown(fromBytes)}`);
  const pairs = [];
  for (let round = 0; round < rounds; round += 1) pairs.push(await inWorkerd());
  judge('workerd, the first request of a process', pairs.map(([first]) => first));
  console.log(`# workerd, the second one: ${shown(pairs.map(([, second]) => second))}`);
});
