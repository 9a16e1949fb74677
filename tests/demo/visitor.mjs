// A visitor's own hands: the pages, the keyboard, traces, no network.
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { equal, ok, root } from '../interop/lib.mjs';
import { openContext } from '../browser/lib.mjs';
import { askAgain, openPage, playThrough, readTrace, startSite, site } from './lib.mjs';

/** Steps until the server shows a page. */
async function untilPage(page) {
  for (let i = 0; i < 30 && !(await page.isVisible('#browser')); ++i) {
    await page.click('#step');
    await page.waitForTimeout(30);
  }
}
const inPage = (page, selector) => page.locator(`#browser .page ${selector}`);

export async function byHand(scene) {
  const window = await openContext(scene.browser, scene);
  const page = await openPage(window, scene);
  await untilPage(page);
  await inPage(page, 'input[name="username"]').fill('ann');
  await inPage(page, 'input[name="password"]').fill('not the password');
  await inPage(page, 'button[value="login"]').click();
  await untilPage(page);
  ok('a wrong password: the server\'s own words', /wrong/i.test(await inPage(page, '[role="alert"]').innerText()));
  await inPage(page, 'input[name="password"]').fill('correct horse battery');
  await inPage(page, 'button[value="login"]').click();
  await untilPage(page);
  ok('consent names the client', (await inPage(page, 'h1').innerText()).includes('Reading list'));
  await inPage(page, 'button[value="deny"]').click();
  await page.click('#play');
  await page.waitForSelector('#stage[data-state="stopped"]');
  ok('denied: the client hears it, and the page says so', (await page.textContent('.end')).includes('denied_by_user'), await page.textContent('.end'));
  await window.finish('by hand');
}

/** While it plays: it waits for whoever writes, and goes on afterwards. */
export async function inBetween(scene) {
  const window = await openContext(scene.browser, scene);
  const page = await openPage(window, scene);
  await page.selectOption('#speed', '200');
  await page.click('#play');
  await page.waitForSelector('#browser:not([hidden])');
  await inPage(page, 'input[name="username"]').fill('ann');
  equal('it waits for the visitor', await page.textContent('#play'), 'Play');
  await inPage(page, 'input[name="password"]').fill('correct horse battery');
  await page.selectOption('#speed', '0');
  await inPage(page, 'button[value="login"]').click();
  await page.waitForSelector('#stage[data-state="done"]');
  ok('and goes on when the page is sent', true);
  await page.selectOption('#speed', '200');
  await page.click('#play');
  await page.waitForFunction(() => document.querySelectorAll('button.arrow').length === 4);
  await page.click('#reset');
  await page.waitForTimeout(500);
  equal('a play that was reset sends no more', await page.locator('button.arrow').count(), 0);
  await page.selectOption('#speed', '0');
  equal('and another one begins', (await playThrough(page)).state, 'done');
  await window.finish('in between');
}

export async function byKeyboard(scene) {
  const window = await openContext(scene.browser, scene);
  const page = await openPage(window, scene);
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.className);
  for (let i = 0; i < 20 && (await focused()) !== 'step'; ++i) await page.keyboard.press('Tab');
  equal('Step is reached by Tab', await focused(), 'step');
  await page.keyboard.press('Enter');
  await page.waitForSelector('button.arrow');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('button.arrow').length >= 2);
  for (let i = 0; i < 20 && !(await focused()).includes('arrow'); ++i) await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#detail h2');
  equal('an arrow is opened by Enter, the next one by the arrow key', await page.getAttribute('button.arrow[aria-current]', 'data-part'), 'reply');
  await window.finish('by keyboard');
}

export async function traces(scene) {
  const window = await openContext(scene.browser, scene);
  const page = await openPage(window, scene);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-demo-'));
  try {
    const shown = await playThrough(page);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save')]);
    const file = path.join(folder, 'trace.json');
    await download.saveAs(file);
    const text = readFileSync(file, 'utf8');
    equal('the file is what was shown', text === shown.trace, true);
    equal('its evaluations are the core\'s', askAgain(readTrace(text)).differ, []);
    const open = async (content) => {
      writeFileSync(file, content);
      await page.evaluate(() => (document.getElementById('replayed').textContent = ''));
      await page.setInputFiles('#open', file);
      await page.waitForFunction(() => document.getElementById('replayed').textContent !== '');
      return page.textContent('#replayed');
    };
    await page.click('#reset');
    ok('it replays', (await open(text)).includes(`all ${readTrace(text).evaluations.length} evaluations`), await page.textContent('#replayed'));
    equal('and shows the same arrows', await page.locator('button.arrow').count(), shown.arrows.length);
    await page.locator('button.arrow').nth(3).click();
    ok('which open', (await page.locator('#detail').innerText()).includes('HTTP/1.1'));
    const lying = JSON.parse(text);
    lying.evaluations.findLast(({ output }) => output.answer).output.answer.reply.status = 299;
    ok('an outcome that the core did not give is found', (await open(JSON.stringify(lying))).startsWith('Not the same'), await page.textContent('#replayed'));
    const shownFalse = JSON.parse(text);
    shownFalse.exchanges.find(({ core, reply }) => core && reply).reply.body = 'never said';
    ok('so is a message that no evaluation gave', (await open(JSON.stringify(shownFalse))).startsWith('Not the same'), await page.textContent('#replayed'));
    equal('what is no JSON', await open('{'), 'This is no JSON.');
    equal('what is no trace', await open('{}'), 'This is no trace of this page.');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await window.finish('traces');
}

export async function offline(scene) {
  const window = await openContext(scene.browser, scene);
  const page = await openPage(window, scene);
  await window.context.setOffline(true);
  equal('without a network it plays', (await playThrough(page)).state, 'done');
  await page.click('#attack-code-replayed .attack-head button');
  await page.waitForFunction(() => document.querySelector('#attack-code-replayed .badge').textContent === 'refused');
  ok('and is attacked', true);
  await window.finish('offline');
}

/** What the policy forbids, and that any server of static files will do. */
export async function policy(scene) {
  const reply = await fetch(`${scene.url}/`);
  const header = reply.headers.get('content-security-policy');
  const said = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(await reply.text())[1];
  ok('the policy of the page and of the header', header === `${said}; frame-ancestors 'none'` && said.startsWith("default-src 'none'") && !/unsafe-(inline|eval')/.test(said.replace("'wasm-unsafe-eval'", '')), header);
  for (const target of ['/../package.json', '/%2e%2e/README.md', '/model', '/serve.mjs']) equal(`${target} is not served`, (await fetch(scene.url + target)).status, 404);
  const window = await openContext(scene.browser, scene);
  const page = await openPage(window, scene);
  const forbidden = await page.evaluate(async () => {
    document.body.append(Object.assign(document.createElement('script'), { textContent: 'globalThis.broken = true' }));
    return { script: globalThis.broken === true, reached: await fetch('https://elsewhere.example/').then(() => true, () => false) };
  });
  equal('no inline script runs, nothing is sent elsewhere', forbidden, { script: false, reached: false });
  await window.finish('policy', { complaints: false });
  const plain = await startSite([path.join(root, 'build/deps/venv/bin/python'), '-u', '-m', 'http.server', '0', '--bind', '127.0.0.1', '--directory', site]);
  const other = await openContext(scene.browser, { ...scene, origins: [plain.url] });
  equal('served by another server of static files it plays', (await playThrough(await openPage(other, { url: plain.url }))).state, 'done');
  await other.finish('another server');
  await plain.stop();
}
