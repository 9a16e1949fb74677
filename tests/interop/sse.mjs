// HTTP+SSE of 2024-11-05, under the same authorization: the official clients that still speak it, the TypeScript SDK's
// SSEClientTransport here and the Python SDK's sse_client in python_sse.py, and the transport by hand.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { clock } from './clock.mjs';
import { addUser, equal, group, main, ok, root, sleep, startServer, step, stopClean, until, within } from './lib.mjs';
import { postJson, request, Visitor } from './web.mjs';
import { ALL_SCOPES, bearer, callTool, postMcp, READ_SCOPES, register, revoke, rpc, signIn, valueOf } from './oauth.mjs';
import { Provider, Wire } from './story.mjs';

const python = process.env.TEST_PYTHON ?? path.join(root, 'build/deps/venv/bin/python');
const rejected = (promise) => promise.then(() => undefined, (error) => error ?? new Error('rejected without a reason'));
const call = (client, name, args = {}) => within(10, client.callTool({ name, arguments: args }), `the call of ${name}`);
const sorted = (text) => (text ?? '').split(' ').sort();

/** One installation of the TypeScript client: its provider, its wire, its user. */
class Installation {
  constructor(server, visitor) {
    this.server = server;
    this.visitor = visitor;
    this.provider = new Provider({ token_endpoint_auth_method: 'none' });
    this.wire = new Wire();
  }
  transport() { return new SSEClientTransport(new URL(`${this.server.url}/sse`), { authProvider: this.provider, fetch: this.wire.fetch }); }
  async authorize(transport) {
    const callback = await this.visitor.authorize(this.provider.redirects.at(-1));
    await transport.finishAuth(callback.searchParams.get('code'));
    return callback;
  }
  async connect() {
    const client = new Client({ name: 'sse-story', version: '1.0.0' });
    await within(10, client.connect(this.transport()), 'the connect');
    return client;
  }
  async enter() {
    const first = this.transport();
    const refused = await rejected(new Client({ name: 'sse-story', version: '1.0.0' }).connect(first));
    if (!(refused instanceof UnauthorizedError)) throw new Error(`expected to be asked to authorize, got ${refused}`);
    await this.authorize(first);
    return this.connect();
  }
}

async function typescript(server) {
  const visitor = new Visitor(server);
  const mine = new Installation(server, visitor);
  const client = await step('TypeScript: from 401 to a connection by SSE', () => mine.enter(), 30);
  if (!client) return;
  const seen = mine.wire.take();
  equal('TypeScript: the door answers 401 first', [seen[0].method, seen[0].path, seen[0].status], ['GET', '/sse', 401]);
  ok('TypeScript: its challenge leads to the metadata of /sse', seen[0].challenge.includes(`resource_metadata="${server.url}/.well-known/oauth-protected-resource/sse"`), seen[0].challenge);
  ok('TypeScript: which were read', seen.some((one) => one.path === '/.well-known/oauth-protected-resource/sse' && one.status === 200), seen);
  const asked = mine.provider.redirects.at(-1).searchParams;
  equal('TypeScript: it asked for the resource by the name that it knows', asked.get('resource'), `${server.url}/sse`);
  equal('TypeScript: and for the scopes of the challenge', sorted(asked.get('scope')), sorted(READ_SCOPES));
  ok('TypeScript: messages are taken with 202', seen.some((one) => one.method === 'POST' && one.path === '/messages' && one.status === 202), seen);
  equal('TypeScript: the server introduces itself', typeof client.getServerVersion()?.name, 'string');

  const { tools } = await within(10, client.listTools());
  ok('TypeScript: tools/list', tools.some((tool) => tool.name === 'whoami'), tools.map((tool) => tool.name));
  ok('TypeScript: whoami gives the name of the user', JSON.stringify(valueOf(await call(client, 'whoami'))).includes(server.user));
  const forbidden = await rejected(call(client, 'write_note', { title: 'x', text: 'y' }));
  ok('TypeScript: a call beyond its scopes is refused with 403', /HTTP 403/.test(String(forbidden)), String(forbidden));
  ok('TypeScript: the challenge names every scope', sorted(mine.wire.take().find((one) => one.status === 403)?.challenge.match(/scope="([^"]*)"/)?.[1]).join() === sorted(ALL_SCOPES).join());

  await step('TypeScript: two clients at once, each hears its own', async () => {
    const other = new Installation(server, new Visitor({ ...server, url: server.url, ...addUser(server, 'grace') }));
    const second = await other.enter();
    const names = await Promise.all(Array.from({ length: 40 }, (_, n) => call(n % 2 ? client : second, 'whoami').then((result) => JSON.stringify(valueOf(result)))));
    ok('  forty calls, twenty each', names.every((name, n) => name.includes(n % 2 ? server.user : 'grace') && !name.includes(n % 2 ? 'grace' : server.user)), names);
    await second.close();
  }, 30);

  await step('TypeScript: a subscription hears of a change that came by Streamable HTTP', async () => {
    const writer = await signIn(server, visitor, { scope: ALL_SCOPES });
    const written = await callTool(server, writer.access, 'write_note', { title: 'Soon gone', text: 'one' });
    const { id } = valueOf(written.json.result);
    const heard = [];
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, (note) => { heard.push(note.params.uri); });
    await within(10, client.subscribeResource({ uri: `note://${id}` }));
    await sleep(200);
    await callTool(server, writer.access, 'delete_note', { id });
    await until(() => heard.length, 5, 'the notification');
    equal('  its URI', heard[0], `note://${id}`);
  }, 30);

  await step('TypeScript: revoked, the stream ends and the client asks its user', async () => {
    const ended = new Promise((done) => { client.transport.onerror = done; });
    await revoke(server, mine.provider.client, mine.provider.held.refresh_token);
    await within(5, ended, 'the end of the stream');
    const before = mine.provider.redirects.length;
    const refused = await rejected(call(client, 'whoami'));
    ok('  it has to ask', refused instanceof UnauthorizedError && mine.provider.redirects.length > before, String(refused));
    await client.close();
    mine.provider.invalidateCredentials('tokens');
    const again = await mine.enter();
    ok('  a new authorization brings it back', JSON.stringify(valueOf(await call(again, 'whoami'))).includes(server.user));
    await again.close();
  }, 30);
}

async function outlives() {
  const server = await startServer({ clock });
  const mine = new Installation(server, new Visitor(server));
  const client = await step('tokens that run out: connected', () => mine.enter(), 30);
  if (!client) return;
  await step('refresh after expiry, twice, on one stream, without the user', async () => {
    const tokens = new Set([mine.provider.held.refresh_token]);
    const streams = mine.wire.seen.filter((one) => one.path === '/sse' && one.status === 200).length;
    for (const round of ['first', 'second']) {
      clock.move(mine.provider.held.expires_in + 1);
      ok(`  ${round} expiry: the call succeeds`, JSON.stringify(valueOf(await call(client, 'whoami'))).includes(server.user));
      ok(`  ${round} expiry: the refresh token was rotated`, !tokens.has(mine.provider.held.refresh_token));
      tokens.add(mine.provider.held.refresh_token);
    }
    equal('  the user was asked once', mine.provider.redirects.length, 1);
    equal('  the stream stayed open', mine.wire.seen.filter((one) => one.path === '/sse' && one.status === 200).length, streams);
    ok('  the expired calls were answered 401 invalid_token', mine.wire.seen.some((one) => one.path === '/messages' && one.status === 401 && /error="invalid_token"/.test(one.challenge)));
  }, 30);
  await client.close();
  await stopClean(server, 'after expiry');
}

/** An open stream, read event by event. */
async function open(server, access) {
  const abort = new AbortController();
  const reply = await fetch(`${server.url}/sse`, { headers: { Accept: 'text/event-stream', ...bearer(access) }, signal: abort.signal });
  const stream = { status: reply.status, type: reply.headers.get('content-type'), events: [], ended: false, close: () => abort.abort() };
  if (reply.status !== 200) return stream;
  (async () => {
    let text = '';
    for await (const part of reply.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const field = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2)).join('\n');
        if (field('data')) stream.events.push({ event: field('event'), data: field('data') });
      }
    }
  })().catch(() => {}).finally(() => { stream.ended = true; });
  await until(() => stream.events.length, 5, 'the first event');
  stream.post = (message, token = access, headers = {}) => postJson(new URL(stream.events[0].data, server.url).href, message, { headers: { ...bearer(token), ...headers } });
  stream.answer = (id) => until(() => stream.events.slice(1).map((one) => JSON.parse(one.data)).find((one) => one.id === id), 5, `the answer to ${id}`);
  return stream;
}

async function byHand(server) {
  const visitor = new Visitor(server);
  const { access, client } = await signIn(server, visitor, { scope: ALL_SCOPES });
  const stream = await open(server, access);
  equal('by hand: the stream', [stream.status, stream.type], [200, 'text/event-stream']);
  ok('by hand: its first event names the endpoint', stream.events[0].event === 'endpoint' && /^\/messages\?session_id=[\w-]{43}$/.test(stream.events[0].data), stream.events[0]);
  const hello = rpc('initialize', { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'by hand', version: '1' } });
  const taken = await stream.post(hello);
  equal('by hand: a message is accepted', [taken.status, taken.text], [202, 'Accepted']);
  equal('by hand: 2024-11-05 is spoken', (await stream.answer(hello.id)).result?.protocolVersion, '2024-11-05');
  equal('by hand: as an event of type message', stream.events[1].event, 'message');
  equal('by hand: initialized', (await stream.post({ jsonrpc: '2.0', method: 'notifications/initialized' })).status, 202);

  const write = rpc('tools/call', { name: 'write_note', arguments: { title: 'Long', text: 'x'.repeat(60_000) } });
  await stream.post(write);
  ok('by hand: a note is written', !(await stream.answer(write.id)).result?.isError);
  ok('by hand: news and answers are of one type', stream.events.slice(1).every((one) => one.event === 'message'), stream.events);

  const url = new URL(stream.events[0].data, server.url);
  const ping = rpc('ping');
  equal('without a token: 401', (await stream.post(ping, null)).status, 401);
  const stranger = await signIn(server, new Visitor({ ...server, url: server.url, ...addUser(server, 'mallory') }), { client });
  equal('another user: 404', (await stream.post(ping, stranger.access)).status, 404);
  const elsewhere = await signIn(server, visitor, { client: await register(server, { client_name: 'Another one' }) });
  equal('the same user by another client: 404', (await stream.post(ping, elsewhere.access)).status, 404);
  equal('an id of Streamable HTTP: 404', (await postMcp(server, access, ping, { headers: { 'Mcp-Session-Id': url.searchParams.get('session_id') } })).status, 404);
  equal('no session: 400', (await postJson(`${server.url}/messages`, ping, { headers: bearer(access) })).status, 400);
  equal('an unknown one: 404', (await postJson(`${server.url}/messages?session_id=${'A'.repeat(43)}`, ping, { headers: bearer(access) })).status, 404);
  equal('text/plain: 415', (await stream.post(ping, access, { 'Content-Type': 'text/plain' })).status, 415);
  equal('a foreign page: 403', (await stream.post(ping, access, { Origin: 'https://evil.example' })).status, 403);
  equal('what is no JSON: 400', (await request(url.href, { method: 'POST', headers: { 'Content-Type': 'application/json', ...bearer(access) }, body: '{' })).status, 400);
  equal('POST /sse, as clients of Streamable HTTP try first: 405', (await postJson(`${server.url}/sse`, hello, { headers: bearer(access) })).status, 405);
  await sleep(200);
  ok('none of these was heard on the stream', !stream.events.some((one) => one.data.includes(`"id":${ping.id},`)), stream.events.slice(1));

  stream.close();
  await until(async () => (await stream.post(ping)).status === 404, 5, 'the end of the session').then(
    () => ok('the session ends with its stream', true), (error) => ok('the session ends with its stream', false, String(error)));
  ok('no session id is in the log', !server.log.includes(url.searchParams.get('session_id')));
}

async function chosen() {
  for (const [transport, expected] of [['sse', [404, 401, 404, 200]], ['streamable-http', [401, 404, 200, 404]]]) {
    const server = await startServer({ args: ['--transport', transport] });
    const status = async (target) => (await request(`${server.url}${target}`)).status;
    const got = [await status('/mcp'), await status('/sse'), await status('/.well-known/oauth-protected-resource/mcp'), await status('/.well-known/oauth-protected-resource/sse')];
    equal(`--transport ${transport}: /mcp, /sse and their metadata`, got, expected);
    equal(`--transport ${transport}: /messages`, await status('/messages'), expected[1]);
    const resource = (await request(`${server.url}/.well-known/oauth-protected-resource`)).json?.resource;
    equal(`--transport ${transport}: the resource at the root`, resource, `${server.url}/${transport === 'sse' ? 'sse' : 'mcp'}`);
    await stopClean(server, `--transport ${transport}`);
  }
}

async function pythonSdk(server) {
  const moved = await startServer({ clock });
  const child = spawn(python, [fileURLToPath(new URL('python_sse.py', import.meta.url)), server.url, moved.url, server.user], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...clock.env } });
  child.stdin.end(`${server.password}\n${moved.password}\n`);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
  const ended = new Promise((done) => child.once('close', done));
  const code = await Promise.race([ended, sleep(80_000).then(() => 'late')]);
  if (code === 'late') { child.kill('SIGKILL'); await ended; }
  const lines = out.split('\n');
  lines.forEach((line, index) => {
    const [, verdict, name] = line.match(/^(ok|not ok) - (.*)/) ?? [];
    if (verdict) ok(name, verdict === 'ok', lines[index + 1]?.startsWith('    #') ? lines[index + 1].slice(6) : undefined);
  });
  ok('the Python client ended by itself, content', code === 0, `exit ${code}\n${err.slice(-1500)}`);
  await stopClean(moved, 'Python, after expiry');
}

await main('interop, HTTP+SSE', 150, async () => {
  const server = await startServer();
  await typescript(server);
  await group('by hand', () => byHand(server), 40);
  await pythonSdk(server);
  await stopClean(server);
  await outlives();
  await group('--transport', chosen, 30);
});
