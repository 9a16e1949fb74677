// What the pages must withstand.
import { equal, ok } from '../interop/lib.mjs';
import { Visitor } from '../interop/web.mjs';
import { button, DESKTOP, logIn, newRequest, openContext, PHONE, portrait } from './lib.mjs';

export async function cookies(scene) {
  const { server, callback } = scene;
  const { asked } = await newRequest(server, callback.url);
  const window = await openContext(scene.browser, scene);
  const page = await window.page();
  await page.goto(asked.url);
  await logIn(page, server);
  const jar = await window.context.cookies();
  equal('cookies: these two and no other', jar.map((cookie) => cookie.name).sort(), ['postern_browser', 'postern_login']);
  for (const cookie of jar) {
    ok(`cookies: ${cookie.name} is out of reach of scripts, Lax, of this host only`,
      cookie.httpOnly && cookie.sameSite === 'Lax' && cookie.path === '/' && cookie.domain === 'localhost', cookie);
    ok(`cookies: ${cookie.name} says nothing by itself`, !decodeURIComponent(cookie.value).includes(server.user) && cookie.value.length >= 22, cookie.value);
  }
  equal('cookies: scripts see none', await page.evaluate(() => document.cookie), '');
  await window.finish('cookies');
}

/** A consent page is worth nothing in another browser: not to a stranger, not to another user, not the other way round. */
export async function otherBrowser(scene) {
  const { server, callback, second } = scene;
  const { asked } = await newRequest(server, callback.url);
  const [victim, attacker] = [await openContext(scene.browser, scene), await openContext(scene.browser, scene)];
  const theirs = await victim.page();
  await theirs.goto(asked.url);
  await logIn(theirs, server);
  const stolen = await theirs.inputValue('input[name="flow"]');

  const page = await attacker.page();
  await page.goto(asked.url);
  const loginFlow = await page.inputValue('input[name="flow"]');
  await logIn(page, second);
  const own = await page.inputValue('input[name="flow"]');
  for (const [who, tab, flow] of [['another user', page, stolen], ['the first user', theirs, own], ['the first user, a login page', theirs, loginFlow]]) {
    await tab.evaluate((value) => { document.querySelector('input[name="flow"]').value = value; }, flow);
    const [reply] = await Promise.all([tab.waitForResponse((one) => one.request().method() === 'POST'), button(tab, 'allow').click()]);
    await tab.waitForLoadState();
    ok(`other browser: refused for ${who}`, reply.status() >= 400 && reply.status() < 500 && tab.url().startsWith(server.url), `${reply.status()} ${tab.url()}`);
    await tab.goto(asked.url);
    await tab.waitForSelector('button[value="allow"]');
  }
  equal('other browser: the client was never called back', callback.calls.length, 0);
  await button(theirs, 'allow').click();
  await theirs.waitForURL((url) => url.href.startsWith(callback.url));
  equal('other browser: and the honest one loses nothing', callback.calls.length, 1);
  await victim.finish('other browser, victim', { complaints: false });
  await attacker.finish('other browser, attacker', { complaints: false });
}

const names = [
  ['markup', 'Nice <img src=x onerror="window.broken=1"><script>window.broken=1</script></h1>&lt;b&gt; "quoted" \'app\''],
  ['direction', 'invoice\u202Egnp.exe \u2066hidden\u2069 \u200Bzero\u200Dwidth\uFEFF'],
  ['control', 'one\u0001two\u007Fthree\nfour\tfive\u0085six'],
  ['endless', 'W'.repeat(900)],
  ['disguise', 'Postern Security Check. You have already allowed this.'],
];

export async function hostileName(scene) {
  const { server, callback } = scene;
  const window = await openContext(scene.browser, { ...scene, size: PHONE });
  const page = await window.page();
  let first = true;
  for (const [kind, name] of names) {
    const request = await newRequest(server, callback.url, { name }).catch((error) => {
      ok(`hostile name, ${kind}: refused at registration with 400`, /HTTP 400/.test(String(error)), String(error));
    });
    if (!request) continue;
    await page.goto(request.asked.url);
    if (first) await logIn(page, server);
    first = false;
    const seen = await page.evaluate(() => ({
      broken: window.broken, images: document.images.length, scripts: document.scripts.length, text: document.body.innerText,
      headings: document.querySelectorAll('h1').length, wide: document.documentElement.scrollWidth - innerWidth,
    }));
    ok(`hostile name, ${kind}: stays text`, seen.broken === undefined && seen.images === 0 && seen.scripts === 0 && seen.headings === 1, seen);
    // eslint-disable-next-line no-control-regex
    ok(`hostile name, ${kind}: nothing invisible or reversing is left`, !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(seen.text), JSON.stringify(seen.text));
    ok(`hostile name, ${kind}: does not break a phone's page`, seen.wide <= 0 && seen.text.length < 2500, `${seen.wide} px too wide, ${seen.text.length} characters`);
    ok(`hostile name, ${kind}: the redirect host is still to be seen`, seen.text.includes('127.0.0.1'), seen.text);
    if (kind === 'endless') await portrait(page, 'consent-endless-name', 'light', PHONE);
  }
  await window.finish('hostile name');
}

export async function inlineScript(scene) {
  const { server, callback } = scene;
  const { asked } = await newRequest(server, callback.url);
  const window = await openContext(scene.browser, scene);
  const page = await window.page();
  const reply = await page.goto(asked.url);
  const head = reply.headers();
  ok('policy: nothing by default, no framing, no script', /default-src 'none'/.test(head['content-security-policy']) && /frame-ancestors 'none'/.test(head['content-security-policy'])
    && !/script-src(?! 'none')/.test(head['content-security-policy']), head['content-security-policy']);
  ok('policy: no form-action, which would stop the redirect to the client', !/form-action/.test(head['content-security-policy']), head['content-security-policy']);
  equal('policy: no-store, no-referrer, nosniff', [head['cache-control'], head['referrer-policy'], head['x-content-type-options']], ['no-store', 'no-referrer', 'nosniff']);
  for (const [how, inject] of [
    ['an inline script', () => { const one = document.createElement('script'); one.textContent = 'window.broken = 1'; document.body.append(one); }],
    ['a script from elsewhere', () => { const one = document.createElement('script'); one.src = 'data:text/javascript,window.broken=1'; document.body.append(one); }],
    ['an event handler', () => document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.broken=1"><svg onload="window.broken=1">')],
    ['a javascript: address', () => { const one = document.createElement('a'); one.href = 'javascript:window.broken=1'; document.body.append(one); one.click(); }],
    ['a base address', () => { document.head.insertAdjacentHTML('afterbegin', '<base href="https://elsewhere.example/">'); window.broken = document.baseURI.includes('elsewhere') ? 1 : undefined; }],
  ]) {
    await page.evaluate(inject);
    await page.waitForTimeout(50);
    equal(`policy: ${how} does nothing`, await page.evaluate(() => window.broken ?? null), null);
  }
  await window.finish('policy', { complaints: false });
}

export async function framing(scene) {
  const { server, callback } = scene;
  const { asked } = await newRequest(server, callback.url);
  const window = await openContext(scene.browser, scene);
  const page = await window.page();
  await page.goto(`${callback.origin}/frame?of=${encodeURIComponent(asked.url)}`);
  await page.waitForTimeout(200);
  const inside = page.frames().find((frame) => frame !== page.mainFrame());
  const shown = await inside.locator('form').count().catch(() => 0);
  equal('framing: the page does not show inside another', shown, 0);
  await window.finish('framing', { complaints: false });
}

/** Where no redirect may happen, a page says so, in both colours, and offers nothing to press that leads to the stranger. */
export async function errorPages(scene) {
  const { server, callback } = scene;
  const { client, asked } = await newRequest(server, callback.url);
  const rows = [
    ['unknown client', asked.url.replace(client.client_id, 'nobody')],
    ['redirect of someone else', asked.url.replace(encodeURIComponent(callback.url), encodeURIComponent('https://elsewhere.example/cb'))],
    ['no redirect at all', `${server.url}/authorize`],
  ];
  const window = await openContext(scene.browser, scene);
  const page = await window.page();
  for (const [what, url] of rows) {
    const reply = await page.goto(url);
    const text = await page.innerText('body');
    ok(`error page, ${what}: 4xx, a page that explains, no redirect`, reply.status() >= 400 && reply.status() < 500 && text.length > 30
      && page.url().startsWith(server.url) && !(await page.locator('a[href*="elsewhere"]').count()), `${reply.status()} ${text}`);
  }
  for (const scheme of ['light', 'dark']) {
    for (const size of [PHONE, DESKTOP]) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize(size);
      await page.goto(rows[0][1]);
      await portrait(page, 'error', scheme, size);
    }
  }
  const gone = await new Visitor(server).load(`${server.url}/no/such/page`);
  equal('error page: an unknown path is 404', gone.status, 404);
  await window.finish('error page', { complaints: false });
}
