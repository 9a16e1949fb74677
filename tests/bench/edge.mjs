// The edge worker beside @cloudflare/workers-oauth-provider, both in one workerd, the same authenticated tools/call by turns:
// `node tests/bench/edge.mjs` (or scripts/bench edge), --quick for a short run that only shows that the measurement works.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { newKeyRing, printKeyRing } from '../../host-wasm/js/postern.mjs';
import { freePort, launch, main, ok, root, until } from '../interop/lib.mjs';
import { authorization, redeem, register, signIn } from '../interop/oauth.mjs';
import { request, Visitor } from '../interop/web.mjs';
import { answerOf, computed, load, median, modern } from './load.mjs';

const quick = process.argv.includes('--quick');
const rounds = quick ? 1 : 5;
const seconds = Number(process.env.BENCH_SECONDS ?? (quick ? 1 : 4));
const bound = 3;
const here = path.join(root, 'tests/bench/edge');
const bundles = path.join(root, 'build/bench-edge');
const workerd = path.join(root, 'tests/node_modules/@cloudflare/workerd-linux-64/bin/workerd');
const person = { user: 'ada', password: 'correct horse battery' };

async function bundle() {
  mkdirSync(bundles, { recursive: true });
  for (const name of ['postern', 'provider']) {
    await build({
      entryPoints: [path.join(here, `${name}.mjs`)], outfile: path.join(bundles, `${name}.bundle.mjs`), bundle: true, format: 'esm',
      target: 'es2022', conditions: ['workerd', 'worker', 'browser'], external: ['cloudflare:*', 'node:*', '../postern.wasm'], nodePaths: [path.join(root, 'tests/node_modules')],
    });
  }
}

async function start(folder, ports) {
  const origin = (name) => `http://localhost:${ports[name]}`;
  const scopes = [{ token: 'user', in_words: 'Call the trivial tool' }];
  mkdirSync(path.join(folder, 'data'));
  const server = launch(workerd, ['serve', '-I', bundles, '-I', path.join(root, 'build/wasm/server'), path.join(here, 'bench.capnp'), '-d', `data=${path.join(folder, 'data')}`,
    ...Object.entries(ports).flatMap(([name, port]) => ['-s', `${name}=127.0.0.1:${port}`])], {
    env: {
      POSTERN_PUBLIC_URL: origin('postern'), POSTERN_KEYS: printKeyRing(newKeyRing()), POSTERN_SETTINGS: JSON.stringify({ scopes }),
      POSTERN_FIRST_USER: person.user, POSTERN_FIRST_PASSWORD: person.password, PROVIDER_ORIGIN: origin('provider'), MEMORY_ORIGIN: origin('provider-memory'),
    },
  });
  await until(() => request(`${origin('postern')}/healthz`, { seconds: 1 }).then(() => true, () => false), 15, 'an answer');
  return Object.assign(server, { origin });
}

/** A token of the peer, by the same steps; nobody is asked. */
async function peerToken(url) {
  const server = { url, mcp: `${url}/mcp` };
  const client = await register(server);
  const asked = authorization(server, client, { scope: 'user' });
  const callback = new URL((await request(asked.url)).headers.location);
  const reply = await redeem(server, client, { ...asked, code: callback.searchParams.get('code') });
  if (reply.status !== 200) throw new Error(reply.brief);
  return reply.json.access_token;
}

await main('bench, edge', quick ? 120 : 300, async () => {
  await bundle();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-bench-edge-'));
  const ports = { postern: await freePort(), provider: await freePort(), 'provider-memory': await freePort() };
  const server = await start(folder, ports);
  const ours = { url: server.origin('postern'), mcp: `${server.origin('postern')}/mcp`, ...person };
  const runs = { postern: { url: ours.mcp, ...modern((await signIn(ours, new Visitor(ours), { scope: 'user' })).access) } };
  for (const name of ['provider', 'provider-memory']) runs[name] = { url: `${server.origin(name)}/mcp`, ...modern(await peerToken(server.origin(name))) };
  for (const run of Object.values(runs)) { await answerOf(run); load(run, 1); }
  const rates = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  const costs = Object.fromEntries(Object.keys(runs).map((name) => [name, []])); // what a busy machine does not change much
  for (let round = 0; round < rounds; round += 1) {
    for (const name of Object.keys(runs)) {
      const before = computed(server.pid);
      const rate = load(runs[name], seconds);
      rates[name].push(rate);
      costs[name].push(((computed(server.pid) - before) / (rate * seconds)) * 1000);
    }
  }
  const rate = Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, median(values)]));
  for (const [name, value] of Object.entries(rate)) {
    console.log(`# ${name}: ${Math.round(value)} requests a second, ${Math.round(median(costs[name]))} us of workerd's time for each`);
  }
  const times = rate.postern / rate.provider;
  const told = `the edge worker: ${times.toFixed(1)} times workers-oauth-provider with the SDK 2.x behind a KV namespace (at least ${bound})`;
  if (quick) console.log(`# ${told}`);
  else ok(told, times >= bound);
  console.log(`# ${(rate.postern / rate['provider-memory']).toFixed(1)} times the same with a Map for a store, which keeps nothing`);
  ok('every worker was measured', Object.values(rate).every((value) => value > 0));
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});
