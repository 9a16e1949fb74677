// A server in Node by host-wasm/node.mjs, with the command line of the edge host: what the interop tests start when they
// are run with TEST_HOST=node.
//
//   node_server.mjs serve --listen 127.0.0.1:8000 --data DIR ...        node_server.mjs user add NAME --password-stdin --data DIR
import { createServer } from 'node:http';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createNodePostern, newKeyRing, nodeHandler, passwordsBy, printKeyRing, readKeyRing } from '../../host-wasm/node.mjs';
import { addressOf, parse, settingsOf } from '../../host-wasm/workerd/command_line.mjs';

const { words, options } = parse(process.argv.slice(2));
const { host, port } = addressOf(options.listen);
mkdirSync(options.data, { recursive: true, mode: 0o700 });
const keys = path.join(options.data, 'keys');
try { writeFileSync(keys, printKeyRing(newKeyRing()), { mode: 0o600, flag: 'wx' }); } catch { /* it is there */ }

const { POSTERN_FIRST_USER: name, POSTERN_FIRST_PASSWORD: password } = process.env;
const log = (level, what, fields) => console.error(JSON.stringify({ time: new Date().toISOString(), level, what, ...fields }));
const postern = await createNodePostern({
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
  const server = createServer(nodeHandler(postern));
  server.listen(port, host.replace(/[[\]]/g, ''), () => console.log(`ready ${options['public-url']}`));
  process.on('SIGTERM', () => {
    postern.close();
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
