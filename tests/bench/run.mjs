// Speed and size, measured side by side in one run: `scripts/bench` (add --write for docs/performance.md, --quick for a
// short run that only shows that the measurement works).
//
// Every server gets the same load from wrk (32 connections, keep-alive), one after the other in turns, several rounds;
// what is told is the median. Everything runs on this machine, so wrk takes its share of the cores from each of them
// alike: ratios mean something, absolute figures only here.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { binaries, freePort, launch, main, ok, root, sleep, startServer, until } from '../interop/lib.mjs';
import { signIn } from '../interop/oauth.mjs';
import { Visitor } from '../interop/web.mjs';
import { answerOf, call, common, load, median, meta, modern } from './load.mjs';
import { report } from './report.mjs';

const quick = process.argv.includes('--quick');
const rounds = quick ? 1 : 5;
const seconds = quick ? 1 : 4;
const node = process.execPath;
const peers = path.join(root, 'tests/bench/peers');

async function legacy(url, token) {
  const headers = common(token);
  const post = (body, more = {}) => fetch(url, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) });
  const begun = await post({ jsonrpc: '2.0', id: 0, method: 'initialize', params: {
    protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } } });
  await begun.text();
  const session = { 'Mcp-Session-Id': begun.headers.get('mcp-session-id'), 'MCP-Protocol-Version': '2025-11-25' };
  await (await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, session)).text();
  return { body: call({}), headers: { ...headers, ...session } };
}

const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function peer(command, args, port) {
  const server = launch(command, args);
  await until(() => /^ready/m.test(server.out), 20, `${path.basename(args[0] ?? command)} to be ready`);
  return Object.assign(server, { mcp: `http://localhost:${port}/mcp` });
}

async function openStreams(server, token, count) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true }, _meta: meta } });
  const head = { ...modern(token).headers, 'Mcp-Method': 'subscriptions/listen', Host: `localhost:${server.port}`, 'Content-Length': body.length };
  delete head['Mcp-Name'];
  const request = `POST /mcp HTTP/1.1\r\n${Object.entries(head).map(([n, v]) => `${n}: ${v}`).join('\r\n')}\r\n\r\n${body}`;
  let acknowledged = 0;
  const sockets = [];
  for (let i = 0; i < count; i += 1) {
    const socket = net.connect(server.port, '127.0.0.1', () => socket.write(request));
    let seen = '';
    socket.setEncoding('utf8').on('data', (text) => {
      if (seen.includes('acknowledged')) return;
      seen += text;
      if (seen.includes('acknowledged')) acknowledged += 1;
    });
    socket.on('error', () => {});
    sockets.push(socket);
    if (i % 50 === 49) await sleep(20);
  }
  await until(() => acknowledged === count, 30, `${count} streams to be open`);
  return sockets;
}

function microbenchmarks() {
  const run = spawnSync(path.join(binaries, 'postern-bench'), ['--benchmark_format=json', `--benchmark_min_time=${quick ? 0.05 : 0.5}`],
    { encoding: 'utf8', timeout: 300_000, maxBuffer: 1 << 24 });
  return JSON.parse(run.stdout).benchmarks.map(({ name, cpu_time, time_unit }) => ({ name, microseconds: time_unit === 'ns' ? cpu_time / 1000 : cpu_time }));
}

await main('bench', quick ? 300 : 900, async () => {
  const figures = { machine: `${os.cpus().length} cores, ${os.cpus()[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Linux ${os.release()}` };
  const server = await startServer({ program: 'postern-bench-server', logLevel: 'warning' });
  await sleep(1000);
  figures.idle = memory(server.pid);
  const token = (await signIn(server, new Visitor(server), { scope: 'user' })).access;

  const answer = await answerOf({ url: server.mcp, ...modern(token) });
  const answerFile = path.join(server.folder, 'answer');
  writeFileSync(answerFile, answer);
  const [barePort, ts1Port, ts2Port] = [await freePort(), await freePort(), await freePort()];
  const bare = await peer(path.join(binaries, 'postern-bench-bare'), [String(barePort), '64', answerFile], barePort);
  const ts1 = await peer(node, [path.join(peers, 'ts1.mjs'), String(ts1Port), 'token'], ts1Port);
  const ts2 = await peer(node, [path.join(peers, 'ts2.mjs'), String(ts2Port), 'token'], ts2Port);

  const runs = {
    bare: { url: bare.mcp, ...modern(token) },
    modern: { url: server.mcp, ...modern(token) },
    legacy: { url: server.mcp, ...(await legacy(server.mcp, token)) },
    ts1: { url: ts1.mcp, ...(await legacy(ts1.mcp, 'token')) },
    ts2: { url: ts2.mcp, ...modern('token') },
  };
  for (const run of Object.values(runs)) { await answerOf(run); load(run, 1); }
  const rates = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) for (const name of Object.keys(runs)) rates[name].push(load(runs[name], seconds));
  figures.rates = Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, median(values)]));
  await ts1.stop(); await ts2.stop();

  const before = [], during = [];
  const resting = memory(server.pid);
  for (let round = 0; round < rounds; round += 1) before.push(load(runs.modern, seconds));
  const sockets = await openStreams(server, token, 1000);
  await sleep(500);
  figures.streams = { megabytes: memory(server.pid) - resting, total: memory(server.pid) };
  for (let round = 0; round < rounds; round += 1) during.push(load(runs.modern, seconds));
  figures.streams.rate = median(during) / median(before);
  ok('the streams are still open after the load', sockets.every((socket) => !socket.destroyed));
  for (const socket of sockets) socket.destroy();

  figures.micro = microbenchmarks();
  const wasm = path.join(root, 'build/wasm/server/postern.wasm');
  try {
    figures.wasm = { bytes: statSync(wasm).size, gzip: gzipSync(readFileSync(wasm), { level: 9 }).length };
  } catch { console.log('# build/wasm/postern.wasm is not built: its size is left out'); }
  report(figures, { write: process.argv.includes('--write'), quick });
});
