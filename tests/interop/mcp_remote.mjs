// mcp-remote: what applications that know only stdio are told to put in front of a server with login. The application here
// is the official SDK over stdio; the bridge is the npm package, untouched; its browser is a visitor.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { clock } from './clock.mjs';
import { equal, main, ok, root, startServer, step, stopClean, until } from './lib.mjs';
import { revoke, valueOf } from './oauth.mjs';
import { Visitor } from './web.mjs';

const program = path.join(root, 'tests/node_modules/mcp-remote/dist/proxy.js');
const scopesOf = (text) => (text ?? '').split(' ').filter((one) => one !== 'offline_access').sort().join(' ');

/**
 * An application with the bridge as its child. `asked`: the authorization requests that its user was shown. `ticks`: what the
 * user ticks on the consent page, beside what was asked for.
 */
class Bridge {
  constructor(server, options = [], ticks = {}) {
    this.ticks = ticks;
    this.home = mkdtempSync(path.join(os.tmpdir(), 'postern-bridge-'));
    this.asked = [];
    this.said = '';
    const visitor = new Visitor(server);
    this.transport = new StdioClientTransport({
      command: process.execPath, args: [program, server.mcp, '--auth-timeout', '60', ...options], stderr: 'pipe',
      env: { PATH: process.env.PATH, HOME: this.home, BROWSER: 'true', ...clock.env },
    });
    this.transport.stderr.setEncoding('utf8').on('data', (text) => {
      this.said += text;
      for (const [, url] of text.matchAll(/visiting:\s+(http\S+)/g)) this.#visit(visitor, new URL(url));
    });
  }
  async #visit(visitor, url) {
    this.asked.push(url);
    const { url: at, page } = await visitor.consentPage(url);
    const reply = page.status === 303 ? page : await visitor.press(at, page, 'allow', this.ticks);
    const back = new URL(reply.headers.location, at);
    // It opens the browser first and listens for the callback afterwards.
    await until(() => fetch(back).then(() => true, () => false), 20, 'the callback').catch((error) => { this.said += error; });
  }
  async connect() {
    this.client = new Client({ name: 'stdio application', version: '1' });
    await this.client.connect(this.transport, { timeout: 60_000 });
  }
  call(name, args = {}) { return this.client.callTool({ name, arguments: args }, undefined, { timeout: 60_000 }); }
  /** What it keeps on disk, by the end of the file's name. */
  kept(end) {
    const name = readdirSync(this.home, { recursive: true }).find((one) => one.endsWith(end));
    return JSON.parse(readFileSync(path.join(this.home, name), 'utf8'));
  }
  async close() {
    await this.client.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}

async function story(label, options = []) {
  const server = await startServer({ clock });
  const bridge = new Bridge(server, options);
  const name = async () => valueOf(await bridge.call('whoami'))?.user_name;
  try {
    await step(`${label}: logs in, and the tools are there`, async () => {
      await bridge.connect();
      equal('  asked for the scopes of the challenge', scopesOf(bridge.asked[0]?.searchParams.get('scope')), 'notes:read user');
      const { tools } = await bridge.client.listTools();
      ok('  tools/list', tools.some((tool) => tool.name === 'write_note'), tools);
      equal('  whoami', await name(), server.user);
    }, 90);
    await step(`${label}: step-up`, async () => {
      const written = await bridge.call('write_note', { title: 'By stdio', text: 'Äpfel 🦊' });
      ok('  the call itself succeeds, once the user has allowed more', !written.isError && valueOf(written)?.id, written);
      equal('  asked for all of it', [bridge.asked.length, scopesOf(bridge.asked.at(-1).searchParams.get('scope'))], [2, 'notes:read notes:write user']);
      equal('  and it is read back', valueOf(await bridge.call('read_note', { id: valueOf(written).id }))?.text, 'Äpfel 🦊');
    }, 90);
    await step(`${label}: expiry, twice`, async () => {
      for (const round of ['first', 'second']) {
        const before = bridge.kept('_tokens.json').refresh_token;
        clock.move(3601);
        equal(`  ${round}: whoami`, await name(), server.user);
        ok(`  ${round}: by its refresh token`, before && bridge.kept('_tokens.json').refresh_token !== before);
      }
      equal('  without its user', bridge.asked.length, 2);
    }, 90);
    await step(`${label}: revoked, the user is asked, and it goes on`, async () => {
      equal('  /revoke', (await revoke(server, bridge.kept('client_info.json'), bridge.kept('_tokens.json').refresh_token)).status, 200);
      equal('  whoami', await name(), server.user);
      equal('  by a new authorization', bridge.asked.length, 3);
    }, 90);
  } finally {
    await bridge.close();
  }
  await stopClean(server, label);
}

/**
 * Its scope pinned by option: it asks for that and nothing else, whatever a 403 says. A tool that needs more gets an
 * error, and the bridge lives. On the consent page its user can give it more than it asks for.
 */
async function pinned() {
  const server = await startServer({ clock });
  const pin = ['--static-oauth-client-metadata', JSON.stringify({ scope: 'user notes:read' })];
  const bridge = new Bridge(server, pin);
  try {
    await step('a pinned scope: logs in', async () => {
      await bridge.connect();
      equal('  whoami', valueOf(await bridge.call('whoami'))?.user_name, server.user);
    }, 90);
    await step('a pinned scope: a tool that needs more', async () => {
      const end = await bridge.call('write_note', { title: 'x', text: 'y' }).then(() => 'written', (error) => error.message);
      ok('  the call ends with an error of the bridge', /Unauthorized/.test(end), end);
      equal('  which asked for what is pinned', [...new Set(bridge.asked.map((url) => scopesOf(url.searchParams.get('scope'))))], ['notes:read user']);
      equal('  and the next call works', valueOf(await bridge.call('whoami'))?.user_name, server.user);
    }, 90);
  } finally {
    await bridge.close();
  }
  await stopClean(server, 'a pinned scope');
  // At another server, so at another callback port: the first bridge may still be waited for at its own.
  const second = await startServer({ clock });
  const ticked = new Bridge(second, pin, { 'scope:notes:write': 'yes' });
  try {
    await step('a pinned scope: the user ticks what the tool needs', async () => {
      await ticked.connect();
      ok('  the note is written', valueOf(await ticked.call('write_note', { title: 'x', text: 'y' }))?.id);
      equal('  and nobody was asked again', ticked.asked.length, 1);
    }, 90);
  } finally {
    await ticked.close();
  }
  await stopClean(second, 'a pinned scope, ticked');
}

await main('interop, mcp-remote', 240, async () => {
  await story('http');
  await story('--protocol auto', ['--protocol', 'auto']);
  await pinned();
});
