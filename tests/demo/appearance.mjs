// How the page looks: light and dark, on a desk and on a phone. Screenshots go to build/screenshots.
import { ok } from '../interop/lib.mjs';
import { DESKTOP, openContext, PHONE, portrait } from '../browser/lib.mjs';
import { choose, openPage, playThrough } from './lib.mjs';

export async function appearance(scene) {
  const backgrounds = {};
  for (const scheme of ['light', 'dark']) {
    for (const size of [PHONE, DESKTOP]) {
      const window = await openContext(scene.browser, { ...scene, size, scheme });
      const page = await openPage(window, scene);
      backgrounds[scheme] = (await portrait(page, 'demo-empty', scheme, size)).background;
      await choose(page, { users: size === PHONE ? 'external' : 'own' });
      for (let i = 0; i < 40 && !(await page.isVisible('#browser')); ++i) await page.click('#step'), await page.waitForTimeout(30);
      await page.click('#step');
      await page.waitForTimeout(100);
      await portrait(page, 'demo-login', scheme, size);
      await playThrough(page);
      await page.locator('button.arrow', { hasText: 'Code for tokens' }).first().click();
      await page.waitForSelector('#detail h2');
      await portrait(page, 'demo-played', scheme, size);
      for (const id of ['code-without-verifier', 'code-wrong-verifier', 'code-replayed', 'redirect-look-alike']) {
        await page.click(`#attack-${id} .attack-head button`);
        await page.waitForFunction((which) => document.querySelector(`#attack-${which} .badge`).textContent !== '', id);
      }
      await page.locator('#attacks-title').evaluate((title) => title.scrollIntoView());
      await portrait(page, 'demo-attacks', scheme, size);
      await window.finish(`${scheme}, ${size === PHONE ? 'phone' : 'desktop'}`);
    }
  }
  ok('the night is dark', backgrounds.light !== backgrounds.dark, backgrounds);
}
