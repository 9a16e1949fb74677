// A person at a real browser who logs in by a third party: presses "Continue with", allows on our page, authorizes on
// theirs, and ends where the client would be called back. What was seen on the way is told.
import http from 'node:http';
import path from 'node:path';
import { launchBrowser, screenshots } from '../browser/lib.mjs';
import { formsOf } from '../interop/web.mjs';

/** The client's end of a loopback redirect, while somebody is on the way to it. */
async function listenAt(redirect) {
  const calls = [];
  const server = http.createServer((call, reply) => {
    const url = new URL(call.url, redirect);
    if (url.href.startsWith(redirect)) calls.push(url);
    reply.writeHead(200, { 'Content-Type': 'text/html' });
    reply.end('<!doctype html><title>Back at the client</title>');
  });
  await new Promise((done, fail) => server.once('error', fail).listen(Number(new URL(redirect).port), '127.0.0.1', done));
  return { calls, async close() { server.closeAllConnections(); await new Promise((done) => server.close(done)); } };
}

export async function openPerson() {
  const browser = await launchBrowser();
  const context = await browser.newContext({ locale: 'en-US' });
  context.setDefaultTimeout(10_000);
  const complaints = [];
  context.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  return {
    browser, context, complaints,
    /** Answers {callback, seen}: the URL of the client's redirect, and the titles of the pages in their order. */
    async authorize(url, { redirect, provider = 'GitHub', decide = 'allow', there = 'authorize', picture } = {}) {
      const page = await context.newPage();
      const seen = [];
      const client = await listenAt(redirect);
      await page.goto(String(url));
      const walk = async () => {
        for (let hop = 0; hop < 6; hop += 1) {
          const title = await page.title();
          seen.push(title);
          if (picture) await page.screenshot({ path: path.join(screenshots, `${picture}-${hop + 1}.png`) });
          if (title === 'Back at the client') return;
          const button = await page.$(`button[name="provider"]:has-text("${provider}")`)
            ?? await page.$(`button[name="action"][value="${decide}"]`) ?? await page.$(`button[name="action"][value="${there}"]`);
          if (!button) return;
          await Promise.all([page.waitForNavigation(), button.click()]);
        }
      };
      await walk().finally(() => client.close());
      const text = await page.evaluate(() => document.body.innerText).catch(() => '');
      await page.close();
      return { callback: client.calls.at(-1), seen, text };
    },
    /** The same without a window: answers where the provider would send this browser back to, and stops there. */
    async upToCallback(url, { provider = 'github' } = {}) {
      const send = (target, form) => (form ? context.request.post(target, { form, maxRedirects: 0 }) : context.request.get(target, { maxRedirects: 0 }));
      const login = formsOf(await (await send(String(url))).text())[0];
      const at = (action) => new URL(action, url).href;
      const consent = formsOf(await (await send(at(login.action), { ...login.hidden, provider })).text())[0];
      const away = await send(at(consent.action), { ...consent.hidden, action: 'allow' });
      return (await send(away.headers().location)).headers().location;
    },
    close: () => browser.close(),
  };
}
