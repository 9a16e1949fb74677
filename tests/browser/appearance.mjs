// How the pages look: on a phone and on a desk, by day and by night.
import { ok } from '../interop/lib.mjs';
import { button, DESKTOP, logIn, newRequest, openContext, PHONE, portrait } from './lib.mjs';

export async function appearance(scene) {
  const { server, callback } = scene;
  const local = await newRequest(server, callback.url, { scope: 'user notes:read notes:write' });
  const remote = await newRequest(server, 'https://assistant.example/oauth/callback', { scope: 'user notes:read notes:write' });
  const some = await newRequest(server, callback.url, { scope: 'openid user notes:read' });
  const backgrounds = {};
  for (const scheme of ['light', 'dark']) {
    for (const size of [PHONE, DESKTOP]) {
      const window = await openContext(scene.browser, { ...scene, size, scheme });
      const page = await window.page();
      await page.goto(remote.asked.url);
      backgrounds[scheme] = (await portrait(page, 'login', scheme, size)).background;
      await page.fill('input[name="username"]', server.user);
      await page.fill('input[name="password"]', 'not the password');
      await button(page, 'login').click();
      await page.waitForSelector('[role="alert"]');
      await portrait(page, 'login-error', scheme, size);
      await logIn(page, server);
      const plain = await page.innerText('body');
      await portrait(page, 'consent', scheme, size);
      if (scheme === 'light') await warnsBesideTheName(page, size);
      await page.goto(local.asked.url);
      const warned = await page.innerText('body');
      await portrait(page, 'consent-localhost-warning', scheme, size);
      if (scheme === 'light') await warnsBesideTheName(page, size);
      await page.goto(some.asked.url);
      await portrait(page, 'consent-offer', scheme, size);
      if (scheme === 'light' && size === PHONE) {
        const last = await button(page, 'allow').boundingBox();
        ok('consent: with an offer, too, the decision is at most one swipe away', last && last.y + last.height < size.height * 1.6, last);
        await page.goto(local.asked.url);
        ok('consent: a client elsewhere is shown by its host', plain.includes('assistant.example'), plain);
        ok('consent: the warning is for programs on this computer alone', /this (computer|device|machine)/i.test(warned) && !/this (computer|device|machine)/i.test(plain), plain);
        const view = await button(page, 'allow').boundingBox();
        ok('consent: on a phone the decision is at most one swipe away', view && view.y + view.height < size.height * 1.6, view);
      }
      await window.finish(`${scheme}, ${size === PHONE ? 'phone' : 'desktop'}`, { complaints: false });
    }
  }
  ok('the night is dark', backgrounds.light !== backgrounds.dark, backgrounds);
}

/** Whoever sees the name sees the warning about it, without scrolling, at 1280 x 800 and on a phone of 390. */
async function warnsBesideTheName(page, size) {
  const name = await page.locator('h1').boundingBox();
  const warning = await page.locator('.care').first().boundingBox();
  const said = await page.locator('.care').first().innerText();
  const lower = Math.min(size.height, 800);
  ok(`consent, ${size.width} wide: the warning stands right below the name and above the fold`,
    /nobody has checked/.test(said) && warning.y >= name.y + name.height && warning.y - (name.y + name.height) < 40 && warning.y + warning.height <= lower, { name, warning, size });
}
