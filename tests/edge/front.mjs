// The worker in front of the object: what it answers by itself, for how long it believes its copies, and that whatever is
// written where it can know of it is seen by the very next request.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { copiesOf } from '../../host-wasm/workerd/options.mjs';
import { newKeyRing, printKeyRing } from '../../host-wasm/js/postern.mjs';
import { clock } from '../interop/clock.mjs';
import { equal, freePort, group, launch, main, ok, root, until } from '../interop/lib.mjs';
import { answer, bearer, callTool, modern, openSession, postMcp, redeem, refresh, register, revoke, rpc, signIn, valueOf } from '../interop/oauth.mjs';
import { formsOf, postJson, raw, request, Visitor } from '../interop/web.mjs';

const bundles = path.join(root, 'build/edge-front');
const workerd = path.join(root, 'tests/node_modules/@cloudflare/workerd-linux-64/bin/workerd');
const person = { user: 'ada', password: 'correct horse battery' };

async function start(more = {}) {
  const ports = { http: await freePort(), aside: await freePort(), copies: await freePort(), operator: await freePort() };
  const url = `http://localhost:${ports.http}`;
  const server = launch(workerd, ['serve', '-I', bundles, '-I', path.join(root, 'build/wasm/server'), path.join(root, 'tests/edge/front.capnp'),
    ...Object.entries(ports).flatMap(([name, port]) => ['-s', `${name}=127.0.0.1:${port}`])], {
    env: {
      POSTERN_PUBLIC_URL: url, POSTERN_KEYS: printKeyRing(newKeyRing()), POSTERN_FIRST_USER: person.user, POSTERN_FIRST_PASSWORD: person.password,
      POSTERN_SETTINGS: JSON.stringify({ scopes: [{ token: 'user', in_words: 'Call the tools' }], limits: { body: 5000 } }), ...clock.env, ...more,
    },
  });
  await until(() => request(`${url}/healthz`, { seconds: 1 }).then(() => true, () => false), 15, 'an answer');
  return Object.assign(server, { url, mcp: `${url}/mcp`, ports, ...person });
}

const why = (work) => { try { work(); return ''; } catch (error) { return error.message; } };
const enter = (server, visitor = new Visitor(server)) => signIn(server, visitor, { scope: 'user' });
const textOf = (reply) => answer(reply)?.result?.content?.[0]?.text;
const call = (server, { access }, name = 'who', args = {}) => callTool(server, access, name, args);

/** Where a reply was made: `front`, or the object, by the line in the log that has its id. */
async function placeOf(server, reply) {
  const line = await until(() => server.out.split('\n').find((one) => one.includes('"http.request"') && one.includes(reply.headers['x-request-id'])), 5, 'its line in the log');
  return JSON.parse(line).where ?? 'object';
}

/** Calls until one was answered in front: the front has its copies. */
async function warm(server, ask) {
  for (let turn = 0; turn < 20; turn += 1) if ((await placeOf(server, await ask())) === 'front') return;
  throw new Error('nothing is answered in front');
}

/** A request past the front, as it would come from another isolate. */
function past(server, target, { method = 'POST', headers = {}, body } = {}) {
  return new Promise((done, failed) => {
    const asked = http.request({ host: '127.0.0.1', port: server.ports.aside, path: target, method, headers: { Host: new URL(server.url).host, ...headers } }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => done({ status: reply.statusCode, headers: reply.headers, text }));
    });
    asked.on('error', failed).end(body);
  });
}
const form = (fields) => ({ headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(fields).toString() });

async function answersInFront(server) {
  const lines = () => server.out.split('\n').filter((line) => line.includes('"http.request"') && !line.includes('"where":"front"')).length;
  const before = lines();
  const seal = 'A'.repeat(200);
  const replies = await Promise.all(['Bearer garbage', `Bearer ${seal}`, 'Bearer', 'Basic eDp5', 'x'].map((field) => postMcp(server, undefined, rpc('tools/list'), { headers: { Authorization: field } })));
  equal('tokens that are none: refused', replies.map(({ status }) => status), [401, 401, 401, 401, 401]);
  equal('in front', await Promise.all(replies.map((reply) => placeOf(server, reply))), Array(5).fill('front'));
  equal('and the object hears of none of them', lines(), before);

  const ada = await enter(server);
  const first = await call(server, ada);
  equal('the first call of a token goes to the object', [first.status, await placeOf(server, first)], [200, 'object']);
  await warm(server, () => call(server, ada));
  ok('soon they are answered in front', true);
  const reply = await call(server, ada);
  equal('with the same answer', [reply.status, answer(reply).result, Object.keys(reply.headers).sort()], [200, answer(first).result, Object.keys(first.headers).sort()]);
  clock.move(2);
  equal('after a second of silence the object is asked again', await placeOf(server, await call(server, ada)), 'object');

  const session = await openSession(server, ada.access);
  await warm(server, () => session.post(ada.access, rpc('tools/call', { name: 'who', arguments: {} })));
  ok('calls in a session, too', true);
  const deleted = await session.end(ada.access);
  const after = await session.post(ada.access, rpc('tools/call', { name: 'who', arguments: {} }));
  equal('a session that was ended: the next call is 404', [deleted.status, after.status], [204, 404]);
}

/** Calls without a pause; `lateOnes()` are those that were begun after `from` and still let in. */
function callers(server, signedIn, number = 6) {
  const seen = [];
  let going = true;
  const one = async () => {
    while (going) {
      const begun = performance.now();
      const { status } = await call(server, signedIn);
      seen.push({ begun, status });
    }
  };
  const all = Promise.all(Array.from({ length: number }, one));
  return { seen, end: async () => { going = false; await all; } };
}

async function seenAtOnce(server) {
  const onThePage = async (_, visitor) => {
    const page = await visitor.load(`${server.url}/account`);
    const list = formsOf(page.text).find((one) => one.action.endsWith('/account'));
    return visitor.load(`${server.url}/account`, { method: 'POST', fields: { ...list.hidden, action: 'revoke-all' } });
  };
  const replayed = async ({ client, refresh: token }) => {
    const second = await refresh(server, client, token);
    await refresh(server, client, second.json.refresh_token);
    return refresh(server, client, token); // two generations old
  };
  const ways = {
    'POST /revoke': [({ client, refresh: token }) => revoke(server, client, token), 200],
    'POST /revoke of the access token': [({ client, access }) => revoke(server, client, access), 200],
    'the account page': [onThePage, 303],
    'a refresh token that is replayed': [replayed, 400],
  };
  for (const [what, [end, expected]] of Object.entries(ways)) {
    const visitor = new Visitor(server);
    const signedIn = await enter(server, visitor);
    await warm(server, () => call(server, signedIn));
    const load = callers(server, signedIn);
    const passed = () => load.seen.some((one) => one.status === 200);
    await until(passed, 10, 'a call that goes through');
    const { status } = await end(signedIn, visitor);
    const ended = performance.now();
    const later = () => load.seen.filter(({ begun }) => begun >= ended);
    await until(() => later().length > 5, 10, 'some calls after the end');
    await load.end();
    const before = load.seen.filter(({ begun }) => begun < ended);
    const after = later();
    ok(`${what}: calls went through before`, status === expected && before.some((one) => one.status === 200), { status, before: before.length });
    ok(`${what}: and every call after it is 401`, after.length > 5 && after.every((one) => one.status === 401), after.map((one) => one.status));
  }
}

/** A write past the front: what another isolate, the end of a stream or an operator does. */
async function seenWithinASecond(server) {
  const ada = await enter(server);
  await warm(server, () => call(server, ada));
  const told = await past(server, '/revoke', form({ token: ada.refresh, client_id: ada.client.client_id }));
  ok('past the front the object says what it wrote', told.status === 200 && /^grant\/\S+$/.test(told.headers['postern-wrote'] ?? ''), told);
  equal('what is written elsewhere is believed a moment longer', (await call(server, ada)).status, 200);
  clock.move(1);
  equal('but no longer than a second', (await call(server, ada)).status, 401);

  // HTTP+SSE: the end of a stream ends its session, and no request tells of it.
  const grace = await enter(server);
  const stream = await openEvents(server, grace.access);
  const post = () => postJson(server.url + stream.target, rpc('tools/call', { name: 'who', arguments: {} }), { headers: bearer(grace.access) });
  await post();
  stream.close();
  ok('a session whose stream has ended is gone within it, too', await until(async () => { clock.move(1); return (await post()).status === 404; }, 5, 'the 404').catch(() => false));
}

/** The event stream of HTTP+SSE, and where its messages go. */
async function openEvents(server, token) {
  const stream = { text: '' };
  const asked = request(`${server.url}/sse`, { headers: { Accept: 'text/event-stream', ...bearer(token) }, seconds: 60,
    onHead: (reply, sent) => { stream.headers = reply.headers; stream.close = () => sent.destroy(); reply.on('data', (part) => { stream.text += part; }); } });
  asked.catch(() => {});
  await until(() => /data: (\S+)/.test(stream.text), 5, 'the endpoint');
  [, stream.target] = /data: (\S+)/.exec(stream.text);
  return stream;
}

async function onceEach(server) {
  const ada = await enter(server);
  await warm(server, () => call(server, ada));
  const counts = [];
  for (let turn = 1; turn <= 5; turn += 1) counts.push(textOf(await call(server, ada, 'count', { name: 'front' })));
  equal('a tool is run once for a call in front', counts, [1, 2, 3, 4, 5].map((turn) => `run ${turn}`));

  const heard = { text: '' };
  const listening = modern(server, ada.access, 'subscriptions/listen', { notifications: { toolsListChanged: true } }, {
    seconds: 30, onHead: (reply, sent) => { heard.headers = reply.headers; heard.close = () => sent.destroy(); reply.on('data', (part) => { heard.text += part; }); } });
  listening.catch(() => {});
  await until(() => heard.text.includes('acknowledged'), 5, 'the stream');
  const places = [];
  const changed = [];
  for (let turn = 1; turn <= 4; turn += 1) {
    await warm(server, () => call(server, ada));
    const reply = await call(server, ada, 'change', { name: 'news' });
    changed.push(textOf(reply));
    places.push(await placeOf(server, reply));
  }
  equal('and once where it has news, which the object has to publish', [changed, places], [[1, 2, 3, 4].map((turn) => `run ${turn}`), Array(4).fill('object')]);
  ok('the news are heard', await until(() => heard.text.split('list_changed').length === 5, 5, 'the news').catch(() => false), heard.text);
  ok('the stream says nothing of the keys that were written', heard.headers['postern-wrote'] === undefined);
  heard.close();

  const events = await openEvents(server, ada.access);
  const post = (message) => postJson(server.url + events.target, message, { headers: bearer(ada.access) });
  await post(rpc('initialize', { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'x', version: '1' } }));
  await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
  for (let turn = 1; turn <= 6; turn += 1) {
    const reply = await post(rpc('tools/call', { name: 'count', arguments: { name: 'sse' } }));
    if (reply.status !== 202) ok('a message of HTTP+SSE is accepted', false, reply.brief);
    await until(() => events.text.includes(`run ${turn}`), 5, `answer ${turn}`);
  }
  const runs = Number(textOf(await call(server, ada, 'runs', { name: 'sse' })));
  equal('HTTP+SSE: each call is run once, and answered on the stream', [runs, events.text.split('"run ').length - 1], [6, 6]);
  events.close();

  const leaver = await enter(server);
  await warm(server, () => call(server, leaver));
  const sent = await callTool(server, leaver.access, 'slow', { name: 'left' }, { seconds: 0.2 }).then(() => 'answered', () => 'left');
  const value = async (name) => Number(textOf(await call(server, leaver, 'runs', { name })));
  equal('a client leaves while its tool works', [sent, await value('left begun')], ['left', 1]);
  ok('the tool goes on to its end', await until(async () => (await value('left')) === 1, 3, 'its end').catch(() => false));
  equal('and was run once', await value('left begun'), 1);
}

async function apart(server) {
  const clients = await Promise.all(Array.from({ length: 4 }, () => enter(server)));
  const sessions = await Promise.all(clients.map(({ access }) => openSession(server, access)));
  const own = clients.map(({ client }) => client.client_id);
  const wrong = [];
  const grants = clients.map(() => new Set());
  for (let turn = 0; turn < 40; turn += 1) {
    await Promise.all(clients.map(async (one, at) => {
      const reply = turn % 2 === 0 ? await call(server, one) : await sessions[at].post(one.access, rpc('tools/call', { name: 'who', arguments: {} }));
      const { client, grant } = valueOf(answer(reply)?.result) ?? {};
      grants[at].add(grant);
      if (client !== own[at]) wrong.push([at, reply.brief]);
    }));
  }
  equal('clients that call at once are never taken for one another', wrong, []);
  equal('each by one grant of its own', [grants.map((set) => set.size), new Set(grants.flatMap((set) => [...set])).size], [[1, 1, 1, 1], 4]);

  const grace = { user: 'grace', password: 'battery staple correct' };
  await postJson(`http://localhost:${server.ports.operator}/operate`, { act: 'addUser', given: [grace.user, grace.password] });
  const hers = await enter(server, new Visitor(grace));
  await warm(server, () => call(server, hers));
  await warm(server, () => sessions[0].post(clients[0].access, rpc('tools/call', { name: 'who', arguments: {} })));
  const foreign = await sessions[0].post(hers.access, rpc('tools/call', { name: 'who', arguments: {} }));
  equal('a session is not another user’s, also while there are copies of it', foreign.status, 404);
}

async function wire(server) {
  const ada = await enter(server);
  await warm(server, () => call(server, ada));
  const grant = valueOf(answer(await call(server, ada)).result).grant;
  for (const field of ['*', `grant/${grant}`]) {
    const reply = await callTool(server, ada.access, 'who', {}, { headers: { 'Postern-Wrote': field } });
    equal(`Postern-Wrote: ${field.slice(0, 6)} of a client drops nothing and comes back to nobody`, [reply.status, await placeOf(server, reply), reply.headers['postern-wrote']], [200, 'front', undefined]);
  }
  const created = await register(server);
  ok('a registration is told nothing of it', created.client_id !== undefined);
  const visitor = new Visitor(server);
  const seen = [];
  const load = visitor.load.bind(visitor);
  visitor.load = async (...args) => { const reply = await load(...args); seen.push(reply); return reply; };
  const signedIn = await enter(server, visitor);
  const session = await postMcp(server, signedIn.access, rpc('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }));
  const renewed = await refresh(server, signedIn.client, signedIn.refresh);
  const revoked = await revoke(server, signedIn.client, renewed.json.refresh_token);
  const refused = await redeem(server, signedIn.client, signedIn.asked);
  equal('nor is anybody whose request writes a grant or a session', [session, renewed, revoked, refused, ...seen].filter((reply) => reply.headers['postern-wrote'] !== undefined).length, 0);
  equal('each of which went well', [session.status, renewed.status, revoked.status, refused.status], [200, 200, 200, 400]);
  ok('cookies pass, each by itself', seen.some((reply) => reply.headers['set-cookie']?.length > 0));

  const host = new URL(server.url).host;
  const head = (line, more) => `${line}\r\nHost: ${host}\r\nAuthorization: Bearer ${ada.access}\r\n${more}`;
  const withBody = await raw(server.ports.http, head('GET /mcp HTTP/1.1', 'Accept: text/event-stream\r\nContent-Length: 2\r\n\r\n{}'));
  ok('a GET with a body is answered as one without', withBody.status >= 400 && withBody.status < 500, withBody.text.slice(0, 200));
  const chunked = await raw(server.ports.http, head('POST /mcp HTTP/1.1', 'Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'));
  equal('a body of no bytes, in chunks', chunked.status, 400);
  const large = JSON.stringify({ ...rpc('tools/list'), more: 'x'.repeat(6000) });
  equal('a body that is too large: 413, with a token and without', [(await postMcp(server, ada.access, large)).status, (await postJson(`${server.url}/register`, large)).status], [413, 413]);
  const broken = await raw(server.ports.http, head('POST /mcp HTTP/1.1', 'Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{"json'), { seconds: 0.3 });
  ok('a body that stops is waited for, and nobody else waits', broken.status === 0 && (await call(server, ada)).status === 200);
  const basic = await postJson(`${server.url}/token`, 'grant_type=authorization_code&code=x&code_verifier=0123456789012345678901234567890123456789012&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback', { headers: { 'Content-Type': 'application/x-www-form-urlencoded', Authorization: `Basic ${Buffer.from('no-such:client').toString('base64')}` } });
  equal('a form with an Authorization field reaches the object with its body', [basic.status, basic.json?.error, await placeOf(server, basic)], [401, 'invalid_client', 'object']);
  const options = await request(server.mcp, { method: 'OPTIONS', headers: { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'POST' } });
  const headed = await request(`${server.url}/healthz`, { method: 'HEAD' });
  equal('OPTIONS and HEAD are answered in front', [await placeOf(server, options), headed.status, headed.text, await placeOf(server, headed)], ['front', 200, '', 'front']);

  const asked = (keys) => request(`http://localhost:${server.ports.copies}/`, { method: 'POST', body: JSON.stringify(keys) });
  equal('the object gives copies of grants', (await asked([`grant/${grant}`, 'session/none'])).json, [true, false]);
  for (const keys of [['user/ada'], [`grant/${grant}`, 'code/x'], [`grant-of/x`], ['note/x'], Array(9).fill('grant/x')]) {
    equal(`and of nothing else: ${keys[0]}, ${keys.length}`, (await asked(keys)).status, 400);
  }
}

async function off() {
  const server = await start({ POSTERN_COPIES: '0' });
  const ada = await enter(server);
  const places = [];
  for (let turn = 0; turn < 6; turn += 1) places.push(await placeOf(server, await call(server, ada)));
  equal('POSTERN_COPIES=0: every call is the object’s', places, Array(6).fill('object'));
  await past(server, '/revoke', form({ token: ada.refresh, client_id: ada.client.client_id }));
  equal('and what is written anywhere is seen at once', (await call(server, ada)).status, 401);
  await server.stop();
}

await main('the front', 150, async () => {
  mkdirSync(bundles, { recursive: true });
  await build({
    entryPoints: [path.join(root, 'tests/edge/front_worker.mjs')], outfile: path.join(bundles, 'front.bundle.mjs'), bundle: true, format: 'esm',
    target: 'es2022', external: ['cloudflare:*', '../postern.wasm'],
  });
  const server = await start();
  await group('answers in front', () => answersInFront(server));
  await group('seen at once', () => seenAtOnce(server), 40);
  await group('seen within a second', () => seenWithinASecond(server));
  await group('once each', () => onceEach(server), 40);
  await group('apart', () => apart(server));
  await group('on the wire', () => wire(server));
  const start_page = (await request(`${server.url}/`)).text;
  ok('settings of the program hold where no binding says otherwise', start_page.includes('The front of the house') && start_page.includes(server.mcp), start_page.slice(0, 300));
  await server.stop();
  await group('switched off', off);
  ok('copies of another age are refused, with the reason', why(() => copiesOf({ POSTERN_COPIES: '2' })).includes('POSTERN_COPIES 2: expected 0 or 1'));
  equal('and so is what is no number', ['yes', '0.5', '-1'].map((POSTERN_COPIES) => why(() => copiesOf({ POSTERN_COPIES })).includes('expected 0 or 1')), [true, true, true]);
  equal('usual is a second', [copiesOf({}), copiesOf({ POSTERN_COPIES: '' }), copiesOf({ POSTERN_COPIES: '0' }), copiesOf({ POSTERN_COPIES: 0 }), copiesOf({ POSTERN_COPIES: 1 })], [1, 1, 0, 0, 1]);
});
