// MCP Inspector: its command line, a run for each call with its tokens kept in a file; and its web page (inspector_web.mjs).
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { clock } from './clock.mjs';
import { program, refreshes, scopesOf, settings, webPage } from './inspector_web.mjs';
import { equal, freePort, main, ok, startServer, step, stopClean, until, within } from './lib.mjs';
import { formsOf, Visitor } from './web.mjs';

/** One installation of the command line. `asked`: the authorization requests that its user was shown. */
class CommandLine {
  constructor(server, home, target) {
    Object.assign(this, { home, target, asked: [], visitor: new Visitor(server) });
  }
  async call(name, args = {}) {
    const child = spawn(process.execPath, [program, '--cli', ...this.target, '--callback-url', `http://127.0.0.1:${this.port ??= await freePort()}/oauth/callback`,
      '--format', 'json', '--method', 'tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(args)],
    { env: { PATH: process.env.PATH, ...settings(this.home), ...clock.env }, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end('y\n');   // to: Proceed with step-up authorization?
    let [out, all] = ['', ''];
    let visits = 0;
    const heard = (text) => {
      all += text;
      const urls = [...all.matchAll(/navigate to: (http\S+)\s/g)];
      for (; visits < urls.length; visits += 1) this.#visit(new URL(urls[visits][1]));
    };
    child.stdout.setEncoding('utf8').on('data', (text) => { out += text; heard(text); });
    child.stderr.setEncoding('utf8').on('data', heard);
    const code = await within(60, new Promise((done) => child.once('close', done)), `a call of ${name}`).finally(() => child.kill('SIGKILL'));
    if (code !== 0) throw new Error(`exit ${code}: ${all}`);
    const said = JSON.parse(out);
    return (said.result ?? said).structuredContent;
  }
  async #visit(url) {
    this.asked.push(url);
    const back = await this.visitor.authorize(url);
    await until(() => fetch(back).then(() => true, () => false), 20, 'the callback').catch(() => {});
  }
  async revokeAll(server) {
    const page = await this.visitor.load(`${server.url}/account`);
    const { hidden } = formsOf(page.text).find((one) => one.offers('revoke-all'));
    return this.visitor.load(`${server.url}/account`, { method: 'POST', fields: { ...hidden, action: 'revoke-all' } });
  }
}

async function commandLine() {
  const server = await startServer({ clock });
  const home = mkdtempSync(path.join(os.tmpdir(), 'postern-inspector-'));
  const config = path.join(home, 'servers.json');
  writeFileSync(config, JSON.stringify({ mcpServers: { notes: { type: 'streamable-http', url: server.mcp, oauth: { scopes: 'user notes:read' } } } }));
  const tool = new CommandLine(server, home, ['--config', config, '--server', 'notes']);
  await step('command line: logs in, and calls a tool', async () => {
    equal('  whoami', (await tool.call('whoami')).user_name, server.user);
    equal('  asked for what is configured', [tool.asked.length, scopesOf(tool.asked[0])], [1, 'notes:read user']);
    await tool.call('whoami');
    equal('  the next run needs no login', tool.asked.length, 1);
  }, 120);
  await step('command line: step-up', async () => {
    ok('  the call succeeds, once the user has allowed more', (await tool.call('write_note', { title: 'By hand', text: 'x' })).id);
    equal('  asked for all of it', [tool.asked.length, scopesOf(tool.asked[1])], [2, 'notes:read notes:write user']);
  }, 120);
  await step('command line: expiry', async () => {
    const before = refreshes(server);
    clock.move(3601);
    equal('  whoami', (await tool.call('whoami')).user_name, server.user);
    equal('  by its refresh token, without its user', [refreshes(server) - before, tool.asked.length], [1, 2]);
  }, 120);
  await step('command line: revoked by the user, who is asked again', async () => {
    equal('  on the account page', (await tool.revokeAll(server)).status, 303);
    equal('  whoami', (await tool.call('whoami')).user_name, server.user);
    equal('  by a new authorization', tool.asked.length, 3);
  }, 120);
  rmSync(home, { recursive: true, force: true });
  await stopClean(server, 'command line');
}

await main('interop, MCP Inspector', 230, async () => {
  await commandLine();
  await webPage();
});
