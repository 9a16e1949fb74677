// A real browser, a real callback, and what a careful eye would measure on a page.
import http from 'node:http';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { equal, ok, root } from '../interop/lib.mjs';
import { authorization, redeem, register } from '../interop/oauth.mjs';

export const screenshots = path.join(root, 'build/screenshots');
export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };

/** Debian's Chromium with a profile of its own; it speaks to nobody but the pages under test. */
export function launchBrowser() {
  mkdirSync(screenshots, { recursive: true });
  return chromium.launch({
    executablePath: process.env.TEST_CHROMIUM ?? '/usr/bin/chromium', headless: true, timeout: 30_000,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

/** The client's end of the loopback redirect: a tiny server that remembers how it was called back. */
export async function startCallback() {
  const calls = [];
  const server = http.createServer((call, reply) => {
    const url = new URL(call.url, 'http://127.0.0.1');
    if (url.pathname === '/callback') calls.push(url.searchParams);
    if (url.pathname === '/frame') {
      reply.setHeader('Content-Type', 'text/html');
      reply.end(`<!doctype html><title>Frame</title><iframe src="${url.searchParams.get('of').replace(/&/g, '&amp;').replace(/"/g, '&quot;')}"></iframe>`);
    } else {
      reply.writeHead(url.pathname === '/callback' ? 200 : 204, { 'Content-Type': 'text/html' });
      reply.end(url.pathname === '/callback' ? '<!doctype html><title>Done</title><p>You can close this window.</p>' : undefined);
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    calls, origin, url: `${origin}/callback`,
    async close() { server.closeAllConnections(); await new Promise((done) => server.close(done)); },
  };
}

/** A person's browser window group: its own cookies, every request and every complaint of the console written down. */
export async function openContext(browser, { size = DESKTOP, scheme = 'light', origins }) {
  const context = await browser.newContext({ viewport: size, colorScheme: scheme, locale: 'en-US' });
  context.setDefaultTimeout(8_000);
  const watched = { requests: [], complaints: [], statuses: [] };
  context.on('request', (request) => watched.requests.push(request.url()));
  context.on('response', (reply) => watched.statuses.push([reply.status(), reply.url()]));
  context.on('console', (message) => { if (['error', 'warning'].includes(message.type())) watched.complaints.push(message.text()); });
  context.on('weberror', (error) => watched.complaints.push(String(error.error())));
  return {
    context, watched,
    page: () => context.newPage(),
    /** What must hold for every page that was shown in this context. */
    async finish(label, { complaints = true } = {}) {
      const strays = watched.requests.filter((url) => !origins.includes(new URL(url).origin) && /^https?:/.test(url));
      equal(`${label}: no request left for another origin`, strays, []);
      if (complaints) equal(`${label}: the console is silent`, watched.complaints, []);
      equal(`${label}: nothing answered 5xx`, watched.statuses.filter(([status]) => status >= 500), []);
      await context.close();
    },
  };
}

/** A registered client and its next authorization request. */
export async function newRequest(server, redirect, { name = 'Example Notes Assistant', ...more } = {}) {
  const client = await register(server, { client_name: name, redirect_uris: [redirect] });
  return { client, asked: authorization(server, client, { redirect_uri: redirect, ...more }) };
}

export async function logIn(page, { user, password }) {
  await page.fill('input[name="username"]', user);
  await page.fill('input[name="password"]', password);
  await page.click('button[name="action"][value="login"]');
  await page.waitForSelector('button[value="allow"]');
}

export const button = (page, value) => page.locator(`button[name="action"][value="${value}"]`);

/** How many of the codes that arrived can be redeemed: the one number that counts. */
export async function usableCodes(server, client, asked, calls) {
  const codes = [...new Set(calls.map((call) => call.get('code')).filter(Boolean))];
  let usable = 0;
  for (const code of codes) if ((await redeem(server, client, { ...asked, code })).status === 200) usable += 1;
  return usable;
}

/** Runs in the page: everything whose text is hard to read (WCAG 2 s. 1.4.3), too small to touch, or outside the window. */
export function measure() {
  const channel = (value) => { const part = value / 255; return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; };
  const light = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {                                           // any CSS color, through the browser's own eyes
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] > 250) return color;
    }
    return dark && getComputedStyle(document.documentElement).colorScheme.includes('dark') ? [18, 18, 18] : [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join('');
    const style = getComputedStyle(element);
    if (!text || !element.checkVisibility() || element.matches('style, script, title')) continue;
    const [front, back] = [light(rgba(style.color)), light(behind(element))];
    const contrast = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (large ? 3 : 4.5)) faint.push(`${contrast.toFixed(2)}: ${text.slice(0, 40)}`);
  }
  const targets = [...document.querySelectorAll('button, input:not([type="hidden"])')].filter((one) => one.checkVisibility())
    .filter((one) => (one.type === 'checkbox' ? one.labels[0] ?? one : one).getBoundingClientRect().height < (one.value === 'switch' ? 24 : 40)).map((one) => one.outerHTML.slice(0, 80));
  return {
    faint, targets, wide: document.documentElement.scrollWidth - innerWidth,
    background: rgba(getComputedStyle(document.body).backgroundColor)[3] > 0
      ? getComputedStyle(document.body).backgroundColor : getComputedStyle(document.documentElement).backgroundColor,
    language: document.documentElement.lang, title: document.title, heading: document.querySelectorAll('h1').length,
    unlabelled: [...document.querySelectorAll('input:not([type="hidden"])')].filter((one) => !one.labels?.length && !one.ariaLabel).length,
  };
}

/** Takes the picture and holds the page to what makes it usable for everyone. */
export async function portrait(page, name, scheme, size) {
  const label = `${name}, ${scheme}, ${size === PHONE ? 'phone' : 'desktop'}`;
  await page.screenshot({ path: path.join(screenshots, `${name}-${scheme}-${size === PHONE ? 'phone' : 'desktop'}.png`) });
  const seen = await page.evaluate(measure);
  ok(`${label}: fits the window`, seen.wide <= 0, `${seen.wide} px too wide`);
  equal(`${label}: every text has enough contrast`, seen.faint, []);
  equal(`${label}: everything to press is high enough for a thumb`, seen.targets, []);
  ok(`${label}: language, title, one heading, every field labelled`,
    seen.language && seen.title && seen.heading === 1 && seen.unlabelled === 0, seen);
  return seen;
}
