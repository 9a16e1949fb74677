// A server by host-wasm/node.mjs or, run by Deno, by host-wasm/deno.mjs, with the command line of the edge host: what the
// interop tests start when they are run with TEST_HOST=node or TEST_HOST=deno.
//
//   js_server.mjs serve --listen 127.0.0.1:8000 --data DIR ...        js_server.mjs user add NAME --password-stdin --data DIR
import { createServer } from 'node:http';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { newKeyRing, passwordsBy, printKeyRing, readKeyRing } from '../../host-wasm/js/postern.mjs';
import { addressOf, parse, settingsOf } from '../../host-wasm/workerd/command_line.mjs';

const { words, options } = parse(process.argv.slice(2));
const { host, port } = addressOf(options.listen);
mkdirSync(options.data, { recursive: true, mode: 0o700 });
const keys = path.join(options.data, 'keys');
try { writeFileSync(keys, printKeyRing(newKeyRing()), { mode: 0o600, flag: 'wx' }); } catch { /* it is there */ }

const { POSTERN_FIRST_USER: name, POSTERN_FIRST_PASSWORD: password } = process.env;
const log = (level, what, fields) => console.error(JSON.stringify({ time: new Date().toISOString(), level, what, ...fields }));
const adapter = globalThis.Deno ? inDeno : inNode;
const { postern, serve } = await adapter({
  module: readFileSync(path.join(options.modules, 'postern.wasm')),
  settings: { ...settingsOf(options, {}), public_url: options['public-url'] ?? `http://localhost:${port}`, key_ring: readKeyRing(readFileSync(keys, 'utf8')) },
  data: options.store === 'memory' ? undefined : path.join(options.data, 'postern.db'),
  passwords: passwordsBy(100_000),
  firstUser: name && password && { name, password },
  log,
});

if (words[0] === 'user') {
  const { status, error } = await postern.addUser(words[2], readFileSync(0, 'utf8').trimEnd());
  if (status !== 200) { console.error(error); process.exit(2); }
} else {
  const stop = serve(host.replace(/[[\]]/g, ''), () => console.log(`ready ${options['public-url']}`));
  process.on('SIGTERM', async () => {
    postern.close();
    await stop();
    process.exit(0);
  });
}

async function inNode(given) {
  const { createNodePostern, nodeHandler } = await import('../../host-wasm/node.mjs');
  const made = await createNodePostern(given);
  const server = createServer(nodeHandler(made));
  const serving = (address, ready) => {
    server.listen(port, address, ready);
    return () => new Promise((done) => {
      server.close(done);
      server.closeIdleConnections();
    });
  };
  return { postern: made, serve: serving };
}

async function inDeno(given) {
  const { createDenoPostern } = await import('../../host-wasm/deno.mjs');
  const made = await createDenoPostern(given);
  const serving = (hostname, onListen) => {
    const server = globalThis.Deno.serve({ hostname, port, onListen }, (request) => made.fetch(request));
    return () => server.shutdown();
  };
  return { postern: made, serve: serving };
}
