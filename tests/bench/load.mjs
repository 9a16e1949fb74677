// One load for every server that is measured: wrk's, with the same authenticated tools/call.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../interop/lib.mjs';

const payload = path.join(root, 'tests/bench/payload.lua');
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

export const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
export const call = (extra) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'ok', arguments: {}, ...extra } });
export const common = (token) => ({
  Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream',
});
export const modern = (token) => ({
  body: call({ _meta: meta }),
  headers: { ...common(token), 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'ok' },
});

// One answer, to see that the thing measured does its work.
export async function answerOf({ url, body, headers }) {
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (response.status !== 200 || !text.includes('"ok"')) throw new Error(`${url}: ${response.status} ${text.slice(0, 300)}`);
  return text;
}

/** Requests a second, for `seconds` of them. */
export function load({ url, body, headers }, seconds) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join('\n');
  const run = spawnSync('wrk', ['-t2', '-c32', `-d${seconds}s`, '-s', payload, new URL('/', url).href],
    { encoding: 'utf8', env: { ...process.env, BENCH_BODY: body, BENCH_HEADERS: lines }, timeout: 60_000 });
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(run.stdout)?.[1]);
  const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(run.stdout)?.[1] ?? 0);
  if (!rate || bad > 0) throw new Error(`wrk on ${url}: ${bad} bad answers\n${run.stdout}${run.stderr}`);
  return rate;
}

/** Milliseconds that each thread of a process has computed so far. */
export const threads = (pid) => Object.fromEntries(readdirSync(`/proc/${pid}/task`)
  .map((thread) => [thread, Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6]));

/** All threads together. */
export const computed = (pid) => Object.values(threads(pid)).reduce((sum, time) => sum + time, 0);
