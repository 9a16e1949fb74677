// Starts the servers for python_client.py, runs it in the tests' virtual environment, and counts what it says.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { clock } from './clock.mjs';
import { main, ok, root, sleep, startServer, stopClean } from './lib.mjs';

const python = process.env.TEST_PYTHON ?? path.join(root, 'build/deps/venv/bin/python');
const script = fileURLToPath(new URL('python_client.py', import.meta.url));

await main('interop, Python SDK', 120, async () => {
  if (!ok('the virtual environment with the mcp package exists', existsSync(python), path.relative(root, python))) return;
  const [server, moved] = [await startServer(), await startServer({ clock })];
  const child = spawn(python, [script, server.url, moved.url, server.user], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...clock.env } });
  child.stdin.end(`${server.password}\n${moved.password}\n`);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
  const ended = new Promise((done) => child.once('close', done));
  const code = await Promise.race([ended, sleep(110_000).then(() => 'late')]);
  if (code === 'late') { child.kill('SIGKILL'); await ended; }
  const lines = out.split('\n');
  lines.forEach((line, index) => {
    const [, verdict, name] = line.match(/^(ok|not ok) - (.*)/) ?? [];
    if (verdict) ok(name, verdict === 'ok', lines[index + 1]?.startsWith('    #') ? lines[index + 1].slice(6) : undefined);
  });
  ok('the Python client ended by itself, content', code === 0, `exit ${code}\n${err.slice(-1500)}`);
  await stopClean(server);
  await stopClean(moved, 'after expiry');
});
