// The pages, in a real browser: what a person sees, what a hurried or hostile one tries. Screenshots go to build/screenshots.
import { group, main, startServer, addUser, stopClean } from '../interop/lib.mjs';
import { launchBrowser, startCallback } from './lib.mjs';
import { appearance } from './appearance.mjs';
import { backButton, chooseMore, consent, deny, doubleClick, keyboardOnly, switchAccount, twoTabs, wrongPassword } from './visits.mjs';
import { cookies, errorPages, framing, hostileName, inlineScript, otherBrowser } from './hostile.mjs';

await main('browser', 120, async () => {
  const server = await startServer();
  const second = addUser(server, 'grace');
  const callback = await startCallback();
  const browser = await launchBrowser();
  const scene = { server, second, callback, browser, origins: [server.url, callback.origin] };
  const visits = { consent, chooseMore, deny, wrongPassword, doubleClick, backButton, twoTabs, keyboardOnly, switchAccount,
    cookies, otherBrowser, hostileName, inlineScript, framing, errorPages, appearance };
  const wanted = process.argv.slice(2);
  for (const [name, visit] of Object.entries(visits)) {
    if (wanted.length && !wanted.includes(name)) continue;
    callback.calls.length = 0;
    await group(name, () => visit(scene), 40);
  }
  await browser.close();
  await callback.close();
  await stopClean(server);
});
