// The page that plays client, browser and server (web-demo), in a real browser: scripts/demo --collect comes before.
import { group, main } from '../interop/lib.mjs';
import { launchBrowser } from '../browser/lib.mjs';
import { appearance } from './appearance.mjs';
import { everyAttack, noAttack } from './attacks.mjs';
import { startSite } from './lib.mjs';
import { everyMessage, everySwitch } from './plays.mjs';
import { byHand, byKeyboard, inBetween, offline, policy, traces } from './visitor.mjs';

await main('demo', 150, async () => {
  const server = await startSite();
  const browser = await launchBrowser();
  const scene = { url: server.url, browser, origins: [server.url] };
  const visits = { everySwitch, everyMessage, everyAttack, noAttack, byHand, inBetween, byKeyboard, traces, offline, policy, appearance };
  const wanted = process.argv.slice(2);
  for (const [name, visit] of Object.entries(visits)) {
    if (!wanted.length || wanted.includes(name)) await group(name, () => visit(scene), 90);
  }
  await browser.close();
});
