// What people do with the pages.
import { equal, ok } from '../interop/lib.mjs';
import { callTool, redeem } from '../interop/oauth.mjs';
import { button, logIn, newRequest, openContext, usableCodes } from './lib.mjs';

const landed = (page, callback) => page.waitForURL((url) => url.href.startsWith(callback.url));

/** Login, consent, allow: the client gets its code, and the page said truthfully what it was about. */
export async function consent(scene) {
  const { server, callback } = scene;
  const { client, asked } = await newRequest(server, callback.url);
  const window = await openContext(scene.browser, scene);
  const page = await window.page();
  await page.goto(asked.url);
  equal('login: fields tell password managers what they are', await page.$$eval('input[autocomplete]', (all) => all.map((one) => one.autocomplete)), ['username', 'current-password']);
  await logIn(page, server);
  const text = await page.innerText('body');
  for (const [what, words] of [['the client', 'Example Notes Assistant'], ['the account', server.user], ['where it leads', '127.0.0.1']]) {
    ok(`consent: names ${what}`, text.includes(words), text);
  }
  ok('consent: says the scopes in words', !/notes:read/.test(text.replace(/\(notes:read\)/, '')) && /notes?/i.test(text), text);
  ok('consent: warns that a program on this computer will get the access', /this (computer|device|machine)/i.test(text), text);
  await button(page, 'allow').click();
  await landed(page, callback);
  equal('allow: one call back, with code, state and issuer', callback.calls.map((call) => [Boolean(call.get('code')), call.get('state'), call.get('iss')]), [[true, asked.state, server.url]]);
  equal('allow: the code can be redeemed', await usableCodes(server, client, asked, callback.calls), 1);
  await window.finish('consent');
}

/** What the client did not ask for is a box, unticked, with words for a label; ticked by keyboard, it is given and told. */
export async function chooseMore(scene) {
  const { server, callback } = scene;
  for (const ticked of [false, true]) {
    const { client, asked } = await newRequest(server, callback.url, { scope: 'openid offline_access notes:read user' });
    const window = await openContext(scene.browser, scene);
    const page = await window.page();
    callback.calls.length = 0;
    await page.goto(asked.url);
    await logIn(page, server);
    ok('choose: no word of what nobody knows here', !/openid|offline_access/.test(await page.innerText('body')));
    const box = page.getByRole('checkbox', { name: 'Write and delete your notes' });
    ok('choose: the box has the scope in words for a name, in a group, and is not ticked', await box.isVisible() && !(await box.isChecked())
      && await page.getByRole('group', { name: 'You may also let it' }).isVisible());
    if (ticked) {
      await box.focus();
      await page.keyboard.press('Space');
    }
    await button(page, 'allow').click();
    await landed(page, callback);
    const { json } = await redeem(server, client, { ...asked, code: callback.calls[0].get('code') });
    equal(`choose: ${ticked ? 'ticked' : 'not ticked'}, and the answer says what was given`, json?.scope, ticked ? 'notes:read notes:write user' : 'notes:read user');
    equal('choose: and it works so', (await callTool(server, json?.access_token, 'write_note', { title: 'A', text: 'b' })).status, ticked ? 200 : 403);
    await window.finish('choose');
  }
}

export async function deny(scene) {
  const { server, callback } = scene;
  const { asked } = await newRequest(server, callback.url);
  const window = await openContext(scene.browser, scene);
  const page = await window.page();
  await page.goto(asked.url);
  await logIn(page, server);
  await button(page, 'deny').click();
  await landed(page, callback);
  equal('deny: the client learns it, and nothing else', callback.calls.map((call) => [call.get('error'), call.get('state'), call.get('iss'), call.get('code')]),
    [['access_denied', asked.state, server.url, null]]);
  await page.goBack();
  await page.waitForLoadState();
  equal('deny, then the way back: there is nothing to allow', [await button(page, 'allow').count(), await page.innerText('h1')], [0, 'You have denied this']);
  equal('and the client heard nothing more', callback.calls.length, 1);
  await window.finish('deny', { complaints: false });   // a 400 page is a line in the console
}

export async function wrongPassword(scene) {
  const { server, callback } = scene;
  const { asked } = await newRequest(server, callback.url);
  const window = await openContext(scene.browser, scene);
  const page = await window.page();
  const said = [];
  for (const user of [server.user, 'nobody-of-that-name']) {
    await page.goto(asked.url);
    await page.fill('input[name="username"]', user);
    await page.fill('input[name="password"]', 'not the password');
    await button(page, 'login').click();
    said.push((await page.locator('[role="alert"]').innerText()).trim());
    ok(`wrong password: still on the login page (${user === server.user ? 'known' : 'unknown'} user)`, await button(page, 'login').isVisible());
    equal('wrong password: it is not sent back in the page', await page.inputValue('input[name="password"]'), '');
  }
  ok('wrong password: a known and an unknown user read the same', said[0] && said[0] === said[1], said);
  await logIn(page, server);
  ok('wrong password: the right one then leads on', await button(page, 'allow').isVisible());
  equal('wrong password: the client heard nothing', callback.calls.length, 0);
  await window.finish('wrong password', { complaints: false });       // a 401 page is a line in the console
}

/** An impatient hand: the button is pressed twice before the first answer is there. */
export async function doubleClick(scene) {
  const { server, callback } = scene;
  const { client, asked } = await newRequest(server, callback.url);
  const window = await openContext(scene.browser, scene);
  const page = await window.page();
  await page.goto(asked.url);
  await logIn(page, server);
  await button(page, 'allow').dblclick({ noWaitAfter: true });
  await landed(page, callback);
  await page.waitForLoadState();
  await page.waitForTimeout(300);
  ok('double click: the client is called back', callback.calls.length >= 1 && callback.calls.every((call) => call.get('state') === asked.state), callback.calls.map(String));
  equal('double click: exactly one usable code', await usableCodes(server, client, asked, callback.calls), 1);

  // The same with both submissions surely on the wire, with the cookies of this browser.
  const other = await newRequest(server, callback.url);
  await page.goto(other.asked.url);
  const fields = { flow: await page.inputValue('input[name="flow"]'), action: 'allow' };
  const replies = await Promise.all([0, 1, 2, 3].map(() => window.context.request.post(`${server.url}/authorize`, {
    form: fields, maxRedirects: 0, headers: { Origin: 'null', 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'navigate' },
  })));
  const answers = replies.map((reply) => reply.headers().location).filter((to) => to?.startsWith(callback.url)).map((to) => new URL(to).searchParams);
  ok('four submissions at once: the client gets an answer', answers.some((one) => one.get('code')), replies.map((reply) => reply.status()));
  equal('four submissions at once: exactly one usable code', await usableCodes(server, other.client, other.asked, answers), 1);
  await window.finish('double click', { complaints: false });
}

export async function backButton(scene) {
  const { server, callback } = scene;
  const { client, asked } = await newRequest(server, callback.url);
  const window = await openContext(scene.browser, scene);
  const page = await window.page();
  await page.goto(asked.url);
  await logIn(page, server);
  await button(page, 'allow').click();
  await landed(page, callback);
  const tokens = (await redeem(server, client, { ...asked, code: callback.calls[0].get('code') })).json;
  ok('back button: signed in before it', tokens?.access_token, tokens);
  await page.goBack();
  const text = await page.innerText('body');
  ok('back button: a page of this server, not a browser error', page.url().startsWith(server.url) && /\w/.test(text), `${page.url()} ${text}`);
  if (await button(page, 'allow').count()) {
    await button(page, 'allow').click();
    await page.waitForLoadState();
  }
  equal('back button: what was granted stays granted', (await callTool(server, tokens.access_token, 'whoami')).status, 200);
  await window.finish('back button', { complaints: false });
}

/** Two clients ask in two tabs before anyone has logged in. */
export async function twoTabs(scene) {
  const { server, callback } = scene;
  const window = await openContext(scene.browser, scene);
  const tabs = [];
  for (const name of ['First client', 'Second client']) {
    const request = await newRequest(server, callback.url, { name });
    const page = await window.page();
    await page.goto(request.asked.url);
    tabs.push({ ...request, page, name });
  }
  for (const { page } of tabs) await logIn(page, server);
  for (const { page, name } of tabs) ok(`two tabs: each asks for its own client (${name})`, (await page.innerText('body')).includes(name));
  for (const { page } of tabs.toReversed()) { await button(page, 'allow').click(); await landed(page, callback); }
  for (const { client, asked, name } of tabs) {
    const mine = callback.calls.filter((call) => call.get('state') === asked.state);
    equal(`two tabs: ${name} has its code`, [mine.length, await usableCodes(server, client, asked, mine)], [1, 1]);
  }
  await window.finish('two tabs');
}

/** No pointer at all. Whatever has the focus must show it. */
export async function keyboardOnly(scene) {
  const { server, callback } = scene;
  const { client, asked } = await newRequest(server, callback.url);
  const window = await openContext(scene.browser, scene);
  const page = await window.page();
  await page.goto(asked.url);
  const focused = () => page.evaluate(() => {
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const ring = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none';
    return { key: one.name === 'action' ? one.value : one.name ?? one.tagName, ring };
  });
  const tabTo = async (key) => {
    for (let presses = 0; presses < 12; presses += 1) {
      const at = await focused();
      if (at.key === key) { ok(`keyboard: the focus on "${key}" is visible`, at.ring); return; }
      await page.keyboard.press('Tab');
    }
    ok(`keyboard: Tab reaches "${key}"`, false);
  };
  await tabTo('username');
  await page.keyboard.type(server.user);
  await tabTo('password');
  await page.keyboard.type(server.password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('button[value="allow"]');
  ok('keyboard: nothing is allowed by a stray Enter on arrival', !['allow'].includes((await focused()).key));
  for (const key of ['allow', 'deny', 'switch']) {
    await page.reload();
    await tabTo(key);
  }
  await page.reload();
  await tabTo('allow');
  await page.keyboard.press('Enter');
  await landed(page, callback);
  equal('keyboard: Tab and Enter suffice', await usableCodes(server, client, asked, callback.calls), 1);
  await window.finish('keyboard');
}

export async function switchAccount(scene) {
  const { server, callback, second } = scene;
  const { client, asked } = await newRequest(server, callback.url);
  const window = await openContext(scene.browser, scene);
  const page = await window.page();
  await page.goto(asked.url);
  await logIn(page, server);
  await button(page, 'switch').click();
  await page.waitForSelector('input[name="password"]');
  ok('switch account: asks who else', await button(page, 'login').isVisible());
  await logIn(page, second);
  ok('switch account: the page names the other account', (await page.innerText('body')).includes(second.user), await page.innerText('body'));
  await button(page, 'allow').click();
  await landed(page, callback);
  const tokens = (await redeem(server, client, { ...asked, code: callback.calls[0].get('code') })).json;
  const who = await callTool(server, tokens?.access_token, 'whoami');
  ok('switch account: the token is of the other account', who.text.includes(second.user) && !who.text.includes(`"${server.user}"`), who.brief);
  await window.finish('switch account');
}
