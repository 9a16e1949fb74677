// The connected-apps page in a real browser, with the clients that it is about: listed, revoked one by one and together,
// by their own user alone. Then the operator's commands on the same store, and what the audit log tells of it all.
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, statSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { DESKTOP, launchBrowser, openContext, PHONE, portrait, screenshots } from '../browser/lib.mjs';
import { addUser, binaries, equal, group, main, ok, slack, startServer, step, stopClean, until } from './lib.mjs';
import { bearer, callTool, openSession, refresh, register, signIn } from './oauth.mjs';
import { formsOf, request, Visitor } from './web.mjs';

const HOSTILE = '<img src=x onerror="document.title=\'pwned\'"><script>document.title="pwned"</script>\u202emoc.knab';

/** An open event stream of a session; `ended` is true when the server has closed it. */
async function openStream(server, token) {
  const session = await openSession(server, token);
  const stream = { ended: false, status: undefined };
  request(server.mcp, {
    headers: { Accept: 'text/event-stream', ...bearer(token), ...session.headers }, seconds: 60,
    onHead: (reply) => { stream.status = reply.statusCode; },
  }).then(() => { stream.ended = true; }, () => { stream.ended = true; });
  await until(() => stream.status, 5, 'the stream');
  return stream;
}

/** A new client that `visitor` lets in. */
async function connect(server, visitor, name, redirect) {
  const client = await register(server, { client_name: name, redirect_uris: [redirect] });
  return signIn(server, visitor, { client });
}

const status = async (server, signedIn) => (await callTool(server, signedIn.access, 'whoami')).status;
const card = (page, name) => page.locator('section.app', { hasText: name });

async function logIn(page, { user, password }) {
  await page.fill('input[name="username"]', user);
  await page.fill('input[name="password"]', password);
  await Promise.all([page.waitForNavigation(), page.click('button[value="login"]')]);
}

async function press(page, locator) {
  await Promise.all([page.waitForNavigation(), locator.click()]);
}

function postern(server, ...args) {
  return spawnSync(path.join(binaries, 'postern'), [...args, '--data', server.data, '--audit', server.audit], {
    cwd: server.folder, encoding: 'utf8', timeout: 10_000 * slack, env: { PATH: process.env.PATH, LANG: 'C.UTF-8' },
  });
}

const events = (file) => readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));

/** A page of another site that sends a form to ours as soon as it is open. */
async function startAttacker(target, fields) {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`).join('');
  const server = http.createServer((call, reply) => {
    reply.setHeader('Content-Type', 'text/html');
    reply.end(`<!doctype html><title>Prizes</title><form method="post" action="${target}">${inputs}<button>Go</button></form>`);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) };
}

async function inTheBrowser(server, browser) {
  const ada = new Visitor(server);
  const grace = new Visitor(addUser(server, 'grace'));
  const notes = await connect(server, ada, 'Example Notes Assistant', 'https://assistant.example/oauth/callback');
  const local = await connect(server, ada, 'Command Line Helper', 'http://127.0.0.1:39007/callback');
  const hostile = await connect(server, ada, HOSTILE, 'https://hostile.example/cb');
  const hers = await connect(server, grace, 'Of Grace', 'https://grace.example/cb');
  const stream = await openStream(server, notes.access);
  const other = await openStream(server, local.access);

  const origins = [server.url];
  const window = await openContext(browser, { origins, size: DESKTOP });
  const page = await window.page();
  await group('the list', async () => {
    await page.goto(`${server.url}/account`);
    equal('who is not logged in meets the login page', await page.innerText('h1'), 'Log in');
    await page.screenshot({ path: path.join(screenshots, 'account-login.png') });
    await logIn(page, server);
    equal('and comes back to the list', [await page.innerText('h1'), new URL(page.url()).pathname], ['Connected applications', '/account']);
    await page.screenshot({ path: path.join(screenshots, 'account.png'), fullPage: true });
    const text = await card(page, 'Example Notes Assistant').innerText();
    ok('client, redirect host, scopes in words, granted, used', ['assistant.example', 'Read your notes', String(new Date().getUTCFullYear()), 'within the last hour'].every((part) => text.includes(part)), text);
    ok('a client on this computer is told as that', (await card(page, 'Command Line Helper').innerText()).includes('this computer'));
    equal('all of this user, and nobody else’s', await page.locator('section.app').count(), 3);
    ok('a hostile name is text', (await page.content()).includes('&lt;script&gt;') && (await page.title()).startsWith('Connected applications'), await page.title());
    ok('and turns nothing round', !(await page.content()).includes('\u202e'));
    await portrait(page, 'account', 'light', DESKTOP);
    for (const [scheme, size] of [['dark', PHONE], ['light', PHONE]]) {
      const phone = await openContext(browser, { origins: [server.url], size, scheme });
      const small = await phone.page();
      await small.goto(`${server.url}/account`);
      await logIn(small, server);
      await portrait(small, 'account', scheme, size);
      await phone.finish(`account, ${scheme}, phone`);
    }
  }, 60);

  await group('what is not allowed', async () => {
    const form = formsOf((await loadAs(ada, server)).text).find((one) => one.action.endsWith('/account'));
    const send = (visitor, fields, more = {}) => visitor.load(`${server.url}/account`, { method: 'POST', fields: { ...form.hidden, ...fields }, ...more });
    const id = form.inputs.find((one) => one.name === 'revoke').value;
    const gracesForm = formsOf((await loadAs(grace, server)).text).find((one) => one.action.endsWith('/account'));
    const refused = await grace.load(`${server.url}/account`, { method: 'POST', fields: { ...gracesForm.hidden, revoke: id } });
    equal('another user’s grant id is refused', refused.status, 404);
    equal('also with that user’s page', (await send(grace, { revoke: id })).status, 403);
    for (const site of ['cross-site', 'same-site', 'none']) {
      equal(`a ${site} form is refused`, (await send(ada, { action: 'revoke-all' }, { site })).status, 403);
    }
    equal('another Origin is refused', (await send(ada, { action: 'revoke-all' }, { headers: { Origin: 'https://attacker.example' } })).status, 403);
    const attacker = await startAttacker(`${server.url}/account`, { ...form.hidden, action: 'revoke-all' });
    origins.push(new URL(attacker.url).origin);
    const lured = await window.page();
    await lured.goto(attacker.url);
    const [reply] = await Promise.all([lured.waitForNavigation(), lured.click('button')]);
    equal('a page of another site can send nothing, in a browser that is logged in', reply.status(), 403);
    await lured.close();
    await attacker.close();
    equal('everybody goes on', await Promise.all([notes, local, hostile, hers].map((one) => status(server, one))), [200, 200, 200, 200]);
  }, 40);

  await group('revoke one', async () => {
    await page.goto(`${server.url}/account`);
    await press(page, card(page, 'Example Notes Assistant').getByRole('button', { name: 'Revoke' }));
    equal('the list comes back without it', await page.locator('section.app').count(), 2);
    await until(() => stream.ended, 3, 'the end of its stream');
    ok('its open stream closes', stream.ended);
    equal('its next call is 401', await status(server, notes), 401);
    equal('its refresh token is no good', (await refresh(server, notes.client, notes.refresh)).json?.error, 'invalid_grant');
    equal('the other goes on', [await status(server, local), other.ended], [200, false]);
    await page.reload();
    equal('and going back or reloading sends nothing again', await page.locator('section.app').count(), 2);
  });

  await group('revoke all, log out', async () => {
    await press(page, page.getByRole('button', { name: 'Revoke all' }));
    ok('nothing is connected', (await page.innerText('main')).includes('No application is connected'));
    equal('all of them are 401', [await status(server, local), await status(server, hostile)], [401, 401]);
    await until(() => other.ended, 3, 'the end of the other stream');
    equal('another user’s goes on', await status(server, hers), 200);
    await press(page, page.getByRole('button', { name: 'Log out' }));
    equal('logged out', await page.innerText('h1'), 'Log in');
  });
  await window.finish('account', { complaints: false });   // a 403 is a complaint of the console
  return { ada, hers };
}

/** The page, logged in. */
async function loadAs(visitor, server) {
  const login = await visitor.load(`${server.url}/account`);
  if (!login.text.includes('name="password"')) return login;
  await visitor.press(`${server.url}/account`, login, 'login', { username: visitor.user, password: visitor.password });
  return visitor.load(`${server.url}/account`);
}

async function byTheOperator(server, { ada, hers }) {
  const first = await connect(server, ada, 'First \u001b[31mred', 'https://first.example/cb');
  const second = await connect(server, ada, 'Second', 'https://second.example/cb');
  const stream = await openStream(server, first.access);
  await group('grants list', async () => {
    const list = postern(server, 'grants', 'list', '--user', 'ada');
    const lines = list.stdout.trimEnd().split('\n');
    ok('a line for each, under a head', list.status === 0 && lines.length === 3 && /^ID +USER +CLIENT +NAME +SCOPES +GRANTED +USED +PROVIDER$/.test(lines[0]), list.stdout + list.stderr);
    ok('no name reaches the terminal as a command', !list.stdout.includes('\u001b') && list.stdout.includes('First'), list.stdout);
    const all = JSON.parse(postern(server, 'grants', 'list', '--json').stdout);
    equal('as JSON, everybody’s', all.map((one) => [one.user, one.client_name]).sort(), [['ada', 'First \u001b[31mred'], ['ada', 'Second'], ['grace', 'Of Grace']]);
    ok('with scopes and times', all.every((one) => one.scopes === 'notes:read user' && Math.abs(one.granted - Date.now() / 1000) < 600), all);
  });
  await group('grants revoke', async () => {
    const id = JSON.parse(postern(server, 'grants', 'list', '--json').stdout).find((one) => one.client === first.client.client_id).id;
    const done = postern(server, 'grants', 'revoke', id);
    equal('one by its id', [done.status, done.stdout], [0, 'revoked 1 grant\n']);
    equal('its next call is 401', await status(server, first), 401);
    equal('the others go on', [await status(server, second), await status(server, hers)], [200, 200]);
    equal('a second time there is none', postern(server, 'grants', 'revoke', id).status, 1);
    equal('which one has to be said', [postern(server, 'grants', 'revoke').status, postern(server, 'grants', 'revoke', id, '--all').status], [2, 2]);
    ok('a running server sees it at its next look', await until(() => stream.ended, 20, 'the end of its stream').catch(() => false));
    const ended = postern(server, 'grants', 'revoke', '--user', 'ada');
    equal('all of a user', [ended.stdout, await status(server, second), await status(server, hers)], ['revoked 1 grant\n', 401, 200]);
  }, 40);
  await group('clients', async () => {
    const list = JSON.parse(postern(server, 'clients', 'list', '--json').stdout);
    equal('how many grants each has', list.find((one) => one.id === hers.client.client_id)?.grants, 1);
    ok('as text', /^ID +NAME +REDIRECTS +AUTHENTICATION +CREATED +GRANTS$/m.test(postern(server, 'clients', 'list').stdout));
    const removed = postern(server, 'clients', 'remove', hers.client.client_id);
    equal('removed with its grants', [removed.status, removed.stdout], [0, `removed ${hers.client.client_id}, revoked 1 grant\n`]);
    equal('its next call is 401', await status(server, hers), 401);
    equal('it is not known any more', (await refresh(server, hers.client, hers.refresh)).json?.error, 'invalid_client');
    equal('a second time there is none', postern(server, 'clients', 'remove', hers.client.client_id).status, 1);
  });
}

async function audited(server, ada) {
  await group('the audit log', async () => {
    equal('is for its owner alone', (statSync(server.audit).mode & 0o777).toString(8), '600');
    const told = events(server.audit);
    ok('every line has every member', told.every((one) => Object.keys(one).join() === 'time,request,what,outcome,client,subject,detail' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(one.time) && /^[0-9a-f]{16}$/.test(one.request)), told[0]);
    const heard = (what, outcome = 'ok') => told.some((one) => one.what === what && one.outcome === outcome);
    for (const what of ['client.register', 'login', 'consent', 'token.redeem', 'mcp.call', 'account.revoke', 'grants.revoke', 'clients.remove']) {
      ok(`tells of ${what}`, heard(what), [...new Set(told.map((one) => `${one.what} ${one.outcome}`))]);
    }
    ok('and of refusals, exactly', heard('account.revoke', 'not_your_grant') && heard('account', 'cross_site') && heard('bearer', 'token_of_ended_grant'));
    const last = await connect(server, ada, 'Last', 'https://last.example/cb');
    const reply = await callTool(server, last.access, 'list_notes');
    const call = events(server.audit).find((one) => one.request === reply.headers['x-request-id']);
    equal('a call by its request id', [call?.what, call?.outcome, call?.client, call?.detail], ['mcp.call', 'ok', last.client.client_id, 'list_notes']);
    await until(() => server.log.includes(reply.headers['x-request-id']), 3, 'the same id in the log');
    renameSync(server.audit, `${server.audit}.1`);
    process.kill(server.pid, 'SIGHUP');
    await until(async () => {
      await callTool(server, last.access, 'whoami');
      try { return events(server.audit).length > 0; } catch { return false; }
    }, 5, 'the new file');
    ok('after SIGHUP a new file is written', server.alive);
  });
}

await main('interop, account', 180, async () => {
  const server = await startServer({ args: ['--audit', 'audit.jsonl'] });
  server.audit = path.join(server.folder, 'audit.jsonl');
  const browser = await launchBrowser();
  try {
    const left = await step('the page', () => inTheBrowser(server, browser), 120);
    if (left) {
      await byTheOperator(server, left);
      await audited(server, left.ada);
    }
  } finally {
    await browser.close();
  }
  await stopClean(server);
});
