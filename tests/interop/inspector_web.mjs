// MCP Inspector's web page, in a real browser: what its user presses, and our pages in the tab that it sends there.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { launchBrowser } from '../browser/lib.mjs';
import { clock } from './clock.mjs';
import { equal, freePort, launch, ok, root, startServer, step, stopClean, until } from './lib.mjs';

export const program = path.join(root, 'tests/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
export const scopesOf = (url) => (url?.searchParams.get('scope') ?? '').split(' ').filter((one) => one !== 'offline_access').sort().join(' ');
export const refreshes = (server) => server.log.split('\n').filter((line) => /"token\.refresh"/.test(line) && /"ok"/.test(line)).length;
export const settings = (home) => ({ HOME: home, BROWSER: 'true', MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file' });

/** Our two pages, in the tab that the Inspector sent there. */
async function decide(page, { user, password }) {
  await page.waitForURL(/\/authorize/);
  const asked = new URL(page.url());
  await page.waitForSelector('button[name="action"]');
  if (await page.$('input[name="password"]')) {
    await page.fill('input[name="username"]', user);
    await page.fill('input[name="password"]', password);
    await page.click('button[name="action"][value="login"]');
  }
  await page.click('button[value="allow"]');
  return asked;
}

export async function webPage() {
  const server = await startServer({ clock });
  const home = mkdtempSync(path.join(os.tmpdir(), 'postern-inspector-'));
  const ports = { CLIENT_PORT: String(await freePort()), MCP_SANDBOX_PORT: String(await freePort()) };
  const inspector = launch(process.execPath, [program, '--web', '--server-url', server.mcp, '--transport', 'http'], { env: { ...settings(home), ...ports, MCP_AUTO_OPEN_ENABLED: 'false' } });
  const browser = await launchBrowser();
  try {
    const address = await until(() => inspector.log.match(/http:\/\/\S+API_TOKEN=\S+/)?.[0], 60, 'its address');
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    /** Until it is under way: a press before the page has its handlers is lost. */
    const connect = () => until(async () => {
      if (/\/authorize/.test(page.url())) return true;
      if (await page.getByText('Disconnected', { exact: true }).count() > 0) await page.locator('input[role=switch][aria-label^="Connect"]').evaluate((one) => one.click()).catch(() => {});
      await page.waitForURL(/\/authorize/, { timeout: 5000 }).catch(() => {});
      return false;
    }, 60, 'the login page');
    const use = (name) => page.getByRole('button', { name: new RegExp(`\\b${name}$`) }).click();
    const execute = () => page.getByRole('button', { name: 'Execute Tool' }).click();
    await step('web page: connects, and calls a tool', async () => {
      await page.goto(address);
      await page.getByText(server.mcp).waitFor();
      await connect();
      const asked = await decide(page, server);
      equal('  asked for the scopes of the challenge', scopesOf(asked), 'notes:read user');
      await page.getByText('Tools', { exact: true }).first().click();
      await use('whoami');
      await execute();
      await page.getByText(`"${server.user}"`).first().waitFor();
      ok('  whoami', true);
    }, 120);
    const write = async () => {
      await use('write_note');
      await page.getByRole('textbox', { name: 'title' }).fill('By the Inspector');
      await page.getByRole('textbox', { name: 'text' }).fill('x');
      await execute();
    };
    await step('web page: step-up', async () => {
      await write();
      await page.getByRole('button', { name: 'Authorize', exact: true }).click();
      equal('  asked for all of it', scopesOf(await decide(page, server)), 'notes:read notes:write user');
      await page.getByText('Tools', { exact: true }).first().click();
      await write();
      await page.getByText('note://').first().waitFor();
      ok('  a note is written', true);
    }, 120);
    await step('web page: expiry', async () => {
      const before = refreshes(server);
      clock.move(3601);
      await use('whoami');
      await execute();
      await page.getByText(`"${server.user}"`).first().waitFor();
      equal('  renewed without its user', refreshes(server) - before, 1);
    }, 120);
    await step('web page: revoked by the user, who is asked again', async () => {
      const account = await context.newPage();
      await account.goto(`${server.url}/account`);
      await account.click('button[value="revoke-all"]');
      await account.close();
      use('list_notes').then(execute).catch(() => {});   // it may go to the login by itself, as its stream has ended, too
      await decide(page, server);
      await page.getByText('Tools', { exact: true }).first().click();
      await use('whoami');
      await execute();
      await page.getByText(`"${server.user}"`).first().waitFor();
      ok('  whoami', true);
    }, 120);
  } finally {
    await browser.close();
    await inspector.stop();
    rmSync(home, { recursive: true, force: true });
  }
  await stopClean(server, 'web page');
}
