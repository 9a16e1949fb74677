// A server by host-wasm/node.mjs or, run by Deno, by host-wasm/deno.mjs, with the command line of the edge host: what the
// interop tests start when they are run with TEST_HOST=node or TEST_HOST=deno.
//
//   js_server.mjs serve --listen 127.0.0.1:8000 --data DIR ...        js_server.mjs user add NAME --password-stdin --data DIR
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { passwordsBy } from '../../host-wasm/js/postern.mjs';
import { operate, isOperators } from '../../host-wasm/command/operate.mjs';
import { settingsOf } from '../../host-wasm/command/settings.mjs';
import { addressOf, parse } from '../../host-wasm/workerd/command_line.mjs';

const { options, ...parsed } = parse(process.argv.slice(2));
const given = Object.fromEntries(Object.entries(parsed.values).map(([name, values]) => [name, { values }]));
const { host, port } = addressOf(options.listen);

const { POSTERN_FIRST_USER: name, POSTERN_FIRST_PASSWORD: password } = process.env;
const log = (level, what, fields) => console.error(JSON.stringify({ time: new Date().toISOString(), level, what, ...fields }));
const adapter = globalThis.Deno ? inDeno : inNode;
const { postern, serve } = await adapter({
  module: readFileSync(path.join(options.modules, 'postern.wasm')),
  settings: { ...settingsOf(given), public_url: options['public-url'] ?? `http://localhost:${port}` },
  data: options.store === 'memory' ? undefined : path.join(options.data, 'postern.db'),
  passwords: passwordsBy(100_000),
  firstUser: name && password ? { name, password } : undefined,
  log,
});

if (isOperators(parsed.path)) {
  process.exitCode = await operate(parsed, (act, ...args) => postern[act](...args));
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
