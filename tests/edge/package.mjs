// The npm package as it is published: what it exports is in it, and the program of the README runs on it.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { equal, freePort, launch, main, ok, root, until } from '../interop/lib.mjs';
import { answer, callTool, signIn } from '../interop/oauth.mjs';
import { request, Visitor } from '../interop/web.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-package-'));

/** node_modules/postern, out of the archive that npm makes of it. */
function install() {
  const source = path.join(folder, 'source');
  cpSync(path.join(root, 'host-wasm'), source, { recursive: true });
  mkdirSync(path.join(folder, 'build/wasm/server'), { recursive: true });
  cpSync(path.join(root, 'build/wasm/server/postern.wasm'), path.join(folder, 'build/wasm/server/postern.wasm')); // where prepack looks for it
  const packed = spawnSync('npm', ['pack', '--pack-destination', folder], { cwd: source, encoding: 'utf8', timeout: 60_000 });
  const archive = path.join(folder, packed.stdout.trim().split('\n').at(-1));
  const to = path.join(folder, 'app/node_modules');
  mkdirSync(to, { recursive: true });
  spawnSync('tar', ['-xzf', archive, '-C', to]);
  spawnSync('mv', [path.join(to, 'package'), path.join(to, 'postern')]);
  return path.join(to, 'postern');
}

await main('the package', 90, async () => {
  const at = install();
  const { exports, bin } = JSON.parse(readFileSync(path.join(at, 'package.json'), 'utf8'));
  const named = [...Object.values(exports).flatMap((one) => (typeof one === 'string' ? [one] : Object.values(one))), ...Object.values(bin)];
  equal('everything that it exports is in it', named.filter((file) => !existsSync(path.join(at, file))), []);
  const sample = /```js\n([\s\S]*?createNodePostern[\s\S]*?)```/.exec(readFileSync(path.join(root, 'README.md'), 'utf8'))[1];
  const port = await freePort();
  writeFileSync(path.join(folder, 'app/server.mjs'), sample.replaceAll('8000', String(port)));
  const password = 'correct horse battery';
  const app = launch(process.execPath, ['server.mjs'], { cwd: path.join(folder, 'app'), env: { POSTERN_FIRST_PASSWORD: password } });
  const server = { url: `http://localhost:${port}`, mcp: `http://localhost:${port}/mcp`, user: 'ada', password };
  await until(() => request(`${server.url}/healthz`, { seconds: 1 }).then(() => true, () => false), 15, `an answer (${app.log})`);
  const { access } = await signIn(server, new Visitor(server), { scope: 'greet' });
  const greeted = await callTool(server, access, 'greet', { who: 'Bob' });
  equal('the program of the README greets', answer(greeted)?.result?.content?.[0]?.text, 'Hello Bob, says ada');
  ok('and keeps records and keys in files', ['postern.db', 'keys'].every((name) => existsSync(path.join(folder, 'app/postern-data', name))));
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});
