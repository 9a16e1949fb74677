// Clients of 2025, by hand: one of 2025-03-26 that knows no resource metadata and takes the paths at the root of the host for
// granted, and one of 2025-06-18 that follows every pointer. Both are still in the field, both must be served.
import { equal, group, main, ok, startServer, stopClean, until } from './lib.mjs';
import { form, formsOf, postForm, postJson, request, Visitor } from './web.mjs';
import { answer, bearer, messages, openSession, pkce, postMcp, register, REDIRECT, rpc, signIn, valueOf } from './oauth.mjs';
import http from 'node:http';

await main('interop, legacy clients', 60, async () => {
  const server = await startServer();
  await group('2025-03-26', () => march(server));
  await group('2025-06-18', () => june(server));
  await group('initialize', () => negotiation(server));
  await group('discovery', () => discovery(server));
  await stopClean(server);
});

async function march(server) {
  const locked = await postMcp(server, undefined, rpc('initialize', { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'march', version: '1' } }));
  equal('2025-03-26: the door answers 401', locked.status, 401);
  const client = (await postJson(`${server.url}/register`, { client_name: 'March', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none' })).json;
  ok('2025-03-26: /register at the root gives a client', client?.client_id, client);
  const { verifier, challenge } = pkce();
  const query = form({
    response_type: 'code', client_id: client.client_id, redirect_uri: REDIRECT, state: 'march-state',
    code_challenge: challenge, code_challenge_method: 'S256',                       // neither scope nor resource
  });
  const callback = await new Visitor(server).authorize(`${server.url}/authorize?${query}`);
  ok('2025-03-26: /authorize at the root gives a code', callback.searchParams.get('code') && callback.searchParams.get('state') === 'march-state', callback.href);
  const token = await postForm(`${server.url}/token`, {
    grant_type: 'authorization_code', code: callback.searchParams.get('code'), redirect_uri: REDIRECT, client_id: client.client_id, code_verifier: verifier,
  });
  ok('2025-03-26: /token at the root gives tokens', token.status === 200 && token.json.access_token && /^bearer$/i.test(token.json.token_type), token.brief);
  equal('2025-03-26: without a scope it gets the default ones', token.json.scope?.split(' ').sort(), ['notes:read', 'user']);
  const access = token.json.access_token;

  const hello = await postMcp(server, access, rpc('initialize', { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'march', version: '1' } }));
  equal('2025-03-26: its version is spoken', answer(hello)?.result?.protocolVersion, '2025-03-26');
  const session = hello.headers['mcp-session-id'];
  ok('2025-03-26: a session with a visible ASCII id', /^[\x21-\x7e]+$/.test(session ?? ''), session);
  const headers = { 'Mcp-Session-Id': session };                                     // this revision has no version header
  equal('2025-03-26: initialized is accepted', (await postMcp(server, access, { jsonrpc: '2.0', method: 'notifications/initialized' }, { headers })).status, 202);
  const batch = await postMcp(server, access, [rpc('ping'), rpc('tools/list')], { headers });
  const replies = messages(batch);
  ok('2025-03-26: a batch of two is answered by two', batch.status === 200 && replies.length === 2 && replies.every((one) => one.result), batch.brief);
  const who = await postMcp(server, access, rpc('tools/call', { name: 'whoami', arguments: {} }), { headers });
  ok('2025-03-26: whoami', JSON.stringify(valueOf(answer(who)?.result) ?? '').includes(server.user), who.brief);
  ok('2025-03-26: results carry nothing of 2026', answer(who)?.result && !('resultType' in answer(who).result), who.brief);

  const stream = await openStream(server, { ...bearer(access), ...headers });
  equal('2025-03-26: GET opens a stream', [stream.status, stream.type], [200, 'text/event-stream']);
  const bye = await request(server.mcp, { method: 'DELETE', headers: { ...bearer(access), ...headers } });
  ok('2025-03-26: DELETE ends the session', bye.status >= 200 && bye.status < 300, bye.brief);
  await until(() => stream.ended, 5, 'the end of the stream of a deleted session').then(
    () => ok('2025-03-26: and its stream', true), () => ok('2025-03-26: and its stream', false, 'still open after 5 s'));
  stream.close();
  equal('2025-03-26: and it is gone', (await postMcp(server, access, rpc('tools/list'), { headers })).status, 404);
}

async function june(server) {
  const locked = await request(server.mcp, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
  const challenge = locked.headers['www-authenticate'] ?? '';
  equal('2025-06-18: one challenge, without an error for a missing token', [locked.status, /error=/.test(challenge)], [401, false]);
  const pointer = challenge.match(/resource_metadata="([^"]+)"/)?.[1];
  const prm = await request(pointer);
  equal('2025-06-18: the pointer leads to the metadata of this resource', [prm.json?.resource, prm.json?.authorization_servers], [server.mcp, [server.url]]);
  const meta = (await request(`${prm.json.authorization_servers[0]}/.well-known/oauth-authorization-server`)).json;
  equal('2025-06-18: the issuer is the one asked for', meta?.issuer, server.url);
  const client = (await postJson(meta.registration_endpoint, { client_name: 'June', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'client_secret_post' })).json;
  ok('2025-06-18: a confidential client gets a secret', client?.client_secret && client.client_secret_expires_at === 0, Object.keys(client ?? {}));
  const visitor = new Visitor(server);
  const { access } = await signIn(server, visitor, { client });
  const session = await openSession(server, access, '2025-06-18');
  equal('2025-06-18: its version is spoken', session.result?.protocolVersion, '2025-06-18');
  const who = answer(await session.post(access, rpc('tools/call', { name: 'whoami', arguments: {} })))?.result;
  ok('2025-06-18: whoami gives structured content and the same as text',
    who?.structuredContent && JSON.stringify(JSON.parse(who.content[0].text)) === JSON.stringify(who.structuredContent), who);
  equal('2025-06-18: ping is answered by nothing', answer(await session.post(access, rpc('ping')))?.result, {});
  const batch = await session.post(access, [rpc('ping'), rpc('ping')]);
  ok('2025-06-18: no batches any more', batch.status === 400 || answer(batch)?.error?.code === -32600, batch.brief);
  const odd = await session.post(access, rpc('ping'), { 'MCP-Protocol-Version': '1999-01-01' });
  equal('2025-06-18: an unknown version in the header is 400', odd.status, 400);
  const lost = await postMcp(server, access, rpc('tools/list'), { headers: { 'MCP-Protocol-Version': '2025-06-18' } });
  equal('2025-06-18: a request without its session is 400', lost.status, 400);
  const wrong = await session.post(access, rpc('tools/list'), { 'Mcp-Session-Id': 'made-up' });
  equal('2025-06-18: a made-up session is 404', wrong.status, 404);
  const missing = answer(await session.post(access, rpc('tools/call', { name: 'no_such_tool', arguments: {} })));
  ok('2025-06-18: an unknown tool is an error that names it', missing?.error?.code === -32602 && /no_such_tool/.test(missing.error.message), missing);
  const unknown = answer(await session.post(access, rpc('no/such/method')));
  equal('2025-06-18: an unknown method is -32601', unknown?.error?.code, -32601);
  const bad = answer(await session.post(access, rpc('tools/call', { name: 'read_note', arguments: { id: 5 } })));
  ok('2025-06-18: arguments are held to their schema', bad?.error?.code === -32602 || bad?.result?.isError === true, bad);
  await session.end(access);
}

async function negotiation(server) {
  const { access } = await signIn(server, new Visitor(server));
  const future = await postMcp(server, access, rpc('initialize', { protocolVersion: '2031-01-01', capabilities: {}, clientInfo: { name: 'future', version: '1' } }));
  const offered = answer(future)?.result?.protocolVersion;
  equal('a version of the future is answered by the newest handshake version', offered, '2025-11-25');
  const slash = await postMcp({ mcp: `${server.mcp}/` }, access, rpc('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 's', version: '1' } }));
  equal('/mcp/ is served in place', slash.status, 200);
}

async function discovery(server) {
  const meta = await request(`${server.url}/.well-known/oauth-authorization-server`);
  const openid = await request(`${server.url}/.well-known/openid-configuration`);
  equal('the OpenID spelling gives the same document', openid.json, meta.json);
  const document = meta.json ?? {};
  equal('S256 and nothing else', document.code_challenge_methods_supported, ['S256']);
  equal('iss is announced', document.authorization_response_iss_parameter_supported, true);
  for (const name of ['authorization_endpoint', 'token_endpoint', 'registration_endpoint', 'revocation_endpoint', 'introspection_endpoint']) {
    const reply = document[name] && await request(document[name], { method: 'GET' });
    ok(`${name} is announced under the public URL and is there`, document[name]?.startsWith(`${server.url}/`) && reply.status !== 404, document[name]);
  }
  for (const path of ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp']) {
    const reply = await request(server.url + path);
    ok(`${path} names resource and server, and no offline_access`, reply.status === 200 && reply.json?.resource === server.mcp
      && reply.json.authorization_servers[0] === server.url && !reply.json.scopes_supported?.includes('offline_access'), reply.brief);
    const head = await request(server.url + path, { method: 'HEAD' });
    ok(`${path} answers HEAD`, head.status === 200 && head.text === '', head.brief);
  }
  for (const path of ['/mcp', '/token', '/register', '/revoke', '/introspect', '/.well-known/oauth-authorization-server']) {
    const reply = await request(server.url + path, { method: 'OPTIONS', headers: {
      Origin: path === '/mcp' ? 'http://localhost:6274' : 'https://inspector.example',   // /mcp is for loopback's pages only 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,content-type,mcp-protocol-version',
    } });
    ok(`${path} answers a preflight for everyone, without credentials`, reply.status >= 200 && reply.status < 300
      && reply.headers['access-control-allow-origin'] === '*' && !reply.headers['access-control-allow-credentials'], reply.brief);
  }
  const failing = await postForm(`${server.url}/token`, { grant_type: 'authorization_code' }, { headers: { Origin: 'https://inspector.example' } });
  ok('errors too can be read by a page', failing.status >= 400 && failing.headers['access-control-allow-origin'] === '*' && failing.json?.error, failing.brief);
  const client = await register(server);
  const page = await request(`${server.url}/authorize?${form({ client_id: client.client_id })}`, { headers: { Origin: 'https://inspector.example' } });
  ok('the pages cannot', !page.headers['access-control-allow-origin'] && formsOf(page.text).length === 0, page.brief);
}

/** Opens the GET stream of a session and watches for its end. */
function openStream(server, headers) {
  return new Promise((done, fail) => {
    const call = http.get({ host: '127.0.0.1', port: server.port, path: '/mcp', agent: false,
      headers: { Host: `localhost:${server.port}`, Accept: 'text/event-stream', ...headers } });
    call.setTimeout(10_000, () => call.destroy(new Error('no answer to GET')));
    call.once('error', fail);
    call.once('response', (reply) => {
      call.setTimeout(0);
      const stream = { status: reply.statusCode, type: reply.headers['content-type']?.split(';')[0], ended: false, close: () => call.destroy() };
      reply.on('end', () => { stream.ended = true; }).on('error', () => { stream.ended = true; }).resume();
      call.on('error', () => { stream.ended = true; });
      done(stream);
    });
  });
}
