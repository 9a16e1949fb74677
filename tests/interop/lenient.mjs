// What honest clients really send, and people at browsers really do: the server answers as most helps them, and says in the
// answer what it did. The same on every host.
import { equal, group, main, ok, startServer, stopClean } from './lib.mjs';
import { formsOf, postForm, postJson, request, Visitor } from './web.mjs';
import { answer, authorization, bearer, metadata, MODERN, openSession, postMcp, redeem, register, rpc, signIn } from './oauth.mjs';

const EXTENSION = 'chrome-extension://abcdefghijklmnopabcdefghijklmnop';
const BROWSER = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

await main('interop, lenient', 60, async () => {
  const server = await startServer({ args: ['--allowed-origin', EXTENSION, '--allowed-origin', 'tauri://localhost', '--allowed-origin', 'null'] });
  const visitor = new Visitor(server);
  const { access } = await signIn(server, visitor);
  await group('accept', () => accept(server, access));
  await group('revision', () => revision(server, access));
  await group('packed bodies', () => packed(server, access));
  await group('origins', () => origins(server, access));
  await group('front page', () => front(server));
  await group('decisions', () => decisions(server, visitor));
  await group('loopback names', () => loopback(server, visitor));
  await group('unknown client', () => unknown(server, visitor));
  await stopClean(server);
});

async function accept(server, access) {
  const json = { Accept: 'application/json' };
  const hello = await postMcp(server, access, rpc('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'json', version: '1' } }), { headers: json });
  equal('Accept: application/json alone: initialize', [hello.status, hello.headers['content-type']], [200, 'application/json']);
  const session = { ...json, 'Mcp-Session-Id': hello.headers['mcp-session-id'] };
  const call = await postMcp(server, access, rpc('tools/call', { name: 'whoami', arguments: {}, _meta: { progressToken: 1 } }), { headers: session });
  ok('and a call, as JSON', call.status === 200 && answer(call)?.result && call.headers['content-type'] === 'application/json', call.brief);
  equal('but not the stream of the session', (await request(server.mcp, { headers: { ...bearer(access), ...session } })).status, 406);
  const listen = rpc('subscriptions/listen', { notifications: { toolsListChanged: true }, _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN, 'io.modelcontextprotocol/clientCapabilities': {} } });
  equal('nor a subscription', (await postMcp(server, access, listen, { headers: { ...json, 'MCP-Protocol-Version': MODERN, 'Mcp-Method': 'subscriptions/listen' } })).status, 406);
}

async function revision(server, access) {
  const newer = { 'MCP-Protocol-Version': '2099-01-01' };
  const hello = await postMcp(server, access, rpc('initialize', { protocolVersion: '2099-01-01', capabilities: {}, clientInfo: { name: 'newer', version: '1' } }), { headers: newer });
  equal('initialize under a newer revision is negotiated', [hello.status, answer(hello)?.result?.protocolVersion], [200, '2025-11-25']);
  equal('anything else under it is refused', (await postMcp(server, access, rpc('ping'), { headers: { ...newer, 'Mcp-Session-Id': hello.headers['mcp-session-id'] } })).status, 400);
}

async function packed(server, access) {
  const session = await openSession(server, access);
  for (const [what, reply] of [
    ['/mcp', await postMcp(server, access, rpc('ping'), { headers: { ...session.headers, 'Content-Encoding': 'gzip' } })],
    ['/token', await postForm(`${server.url}/token`, { grant_type: 'refresh_token' }, { headers: { 'Content-Encoding': 'br' } })],
    ['/register', await postJson(`${server.url}/register`, metadata(), { headers: { 'Content-Encoding': 'gzip' } })],
  ]) equal(`Content-Encoding at ${what}: 415, and what is read`, [reply.status, reply.headers['accept-encoding']], [415, 'identity']);
  equal('identity is none', (await postMcp(server, access, rpc('ping'), { headers: { ...session.headers, 'Content-Encoding': 'identity' } })).status, 200);
}

async function origins(server, access) {
  const session = await openSession(server, access);
  const preflight = (Origin, more) => request(server.mcp, { method: 'OPTIONS', headers: { Origin, 'Access-Control-Request-Method': 'POST', ...more } });
  for (const Origin of [EXTENSION, 'tauri://localhost', 'null']) {
    equal(`the origin ${Origin}, allowed by name`, (await postMcp(server, access, rpc('ping'), { headers: { ...session.headers, Origin } })).status, 200);
    const asked = await preflight(Origin, { 'Access-Control-Request-Private-Network': 'true' });
    equal('may reach this network', [asked.status, asked.headers['access-control-allow-private-network']], [204, 'true']);
    equal('and is not told so unasked', (await preflight(Origin)).headers['access-control-allow-private-network'], undefined);
  }
  for (const Origin of ['chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba', 'tauri://evil', 'file://']) {
    const asked = await preflight(Origin, { 'Access-Control-Request-Private-Network': 'true' });
    equal(`the origin ${Origin} may not`, [asked.status, asked.headers['access-control-allow-private-network']], [403, undefined]);
  }
}

async function front(server) {
  const page = await request(`${server.url}/`, { headers: BROWSER });
  ok('/ is a page that names the address to paste', page.status === 200 && /^text\/html/.test(page.headers['content-type']) && page.text.includes(`<code>${server.mcp}</code>`) && page.text.includes('href="/account"'), page.text);
  const lost = await request(`${server.url}/no-such-place?canary`, { headers: BROWSER });
  ok('what is not there is a page, too, which repeats nothing', lost.status === 404 && /^text\/html/.test(lost.headers['content-type']) && !/canary|no-such-place/.test(lost.text), lost.text);
  const login = await request(`${server.url}/account`, { headers: BROWSER });
  for (const [what, reply] of [['/', page], ['404', lost]]) {
    ok(`${what}: no script, no redirect, no cookie`, !/<script/i.test(reply.text) && !reply.headers.location && !reply.headers['set-cookie'], reply.brief);
    const policy = ['content-security-policy', 'x-frame-options', 'x-content-type-options', 'referrer-policy', 'permissions-policy', 'cache-control'];
    equal(`${what}: the headers of every page`, policy.map((name) => reply.headers[name]), policy.map((name) => login.headers[name]));
  }
  const head = await request(`${server.url}/`, { method: 'HEAD', headers: BROWSER });
  equal('HEAD: the same without a body', [head.status, head.headers['content-type'], head.text], [200, 'text/html; charset=utf-8', '']);
  const plain = await request(`${server.url}/`, { headers: { Accept: '*/*' } });
  ok('programs get text', /^text\/plain/.test(plain.headers['content-type']) && plain.text.includes(server.mcp), plain.brief);
  equal('and JSON where nothing is', (await request(`${server.url}/no-such-place`)).json?.error, 'not_found');
}

async function decisions(server, visitor) {
  const client = await register(server);
  const refused = authorization(server, client);
  const { url, page } = await visitor.consentPage(refused.url);
  const denied = await visitor.press(url, page, 'deny');
  equal('denied: the client hears it', new URL(denied.headers.location).searchParams.get('error'), 'access_denied');
  const late = await visitor.press(url, page, 'allow');
  ok('the same page, sent again to allow: no code', late.status === 400 && !late.headers.location && late.text.includes('You have denied this'), late.brief);
  const back = await visitor.load(refused.url);
  ok('nor by the way back', back.status === 400 && !formsOf(back.text).some((one) => one.offers('allow')), back.brief);

  const granted = authorization(server, client);
  const other = await visitor.consentPage(granted.url);
  const allowed = await visitor.press(other.url, other.page, 'allow');
  const code = new URL(allowed.headers.location).searchParams.get('code');
  const regret = await visitor.press(other.url, other.page, 'deny');
  ok('allowed, then denied: a page that leads to the account', regret.status === 400 && !regret.headers.location && regret.text.includes('href="/account"'), regret.brief);
  equal('and the code is what it was', (await redeem(server, client, { ...granted, code })).status, 200);

  const raced = authorization(server, client);
  const third = await visitor.consentPage(raced.url);
  const answers = await Promise.all(['allow', 'deny', 'allow', 'deny'].map((action) => visitor.press(third.url, third.page, action)));
  const told = answers.filter((reply) => reply.headers.location).map((reply) => new URL(reply.headers.location).searchParams);
  const kinds = new Set(told.map((one) => (one.get('code') ? 'allowed' : one.get('error'))));
  ok('both at once: one decision', kinds.size === 1 && told.length === 2, answers.map((reply) => reply.brief));
}

async function loopback(server, visitor) {
  for (const [registered, asked] of [['http://localhost:3118/mcp/callback', 'http://127.0.0.1:3118/mcp/callback'], ['http://127.0.0.1:3118/mcp/callback', 'http://localhost:3118/mcp/callback']]) {
    const client = await register(server, { redirect_uris: [registered] });
    const page = await visitor.load(authorization(server, client, { redirect_uri: asked }).url);
    ok(`${registered} registered, ${asked} asked for: a page with both and the remedy`,
      page.status === 400 && !page.headers.location && page.text.includes(registered) && page.text.includes(asked) && page.text.includes('remove the stored login'), page.text);
  }
}

async function unknown(server, visitor) {
  const page = await visitor.load(authorization(server, { client_id: 'of-another-life' }).url);
  ok('an unknown client: what a person can do', page.status === 400 && page.text.includes('remove the stored login for this server') && page.text.includes('connect again'), page.text);
}
