// Attacks below OAuth and MCP: names, origins, media types, malformed and oversized input.
import { equal, ok } from './lib.mjs';
import { formsOf, postForm, postJson, raw, request } from './web.mjs';
import { authorization, bearer, callTool, metadata, MODERN, modern, postMcp, rpc, signIn } from './oauth.mjs';

const refused = (reply) => reply.status >= 400 && reply.status < 500;

/** Signed in once, used by all attacks of this file. */
let entered;
const enter = async ({ server, visitor }) => { entered ??= await signIn(server, visitor); return entered; };

/** DNS rebinding, CVE-2025-66414: a page reaches loopback under a name of its own. */
export async function hosts(scene) {
  const { server } = scene;
  const { access } = await enter(scene);
  const names = ['evil.example', `evil.example:${server.port}`, `localhost.evil.example:${server.port}`, `evil.localhost.example:${server.port}`,
    `localhost:${server.port}@evil.example`, `127.0.0.1.nip.example:${server.port}`, '', `localhost:${server.port}, evil.example`];
  for (const name of names) {
    const reply = await postMcp(server, access, rpc('ping'), { headers: { Host: name } });
    ok(`host "${name}" is refused at /mcp`, refused(reply), reply.brief);
  }
  for (const path of ['/authorize', '/token', '/register', '/.well-known/oauth-authorization-server']) {
    const reply = await request(server.url + path, { method: path === '/token' || path === '/register' ? 'POST' : 'GET', headers: { Host: `evil.example:${server.port}` } });
    ok(`a foreign host is refused at ${path}`, refused(reply) && !reply.headers.location, reply.brief);
  }
  const two = await raw(server.port, `GET /.well-known/oauth-protected-resource HTTP/1.1\r\nHost: localhost:${server.port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
  equal('two Host fields give 400 (RFC 9112 section 3.2)', two.status, 400);
  const none = await raw(server.port, 'GET /.well-known/oauth-protected-resource HTTP/1.1\r\nConnection: close\r\n\r\n');
  equal('no Host field gives 400 (RFC 9112 section 3.2)', none.status, 400);
}

/** CSRF and rebinding, CVE-2026-33252: the MCP endpoint serves pages of loopback only, and never `null`. */
export async function origins(scene) {
  const { server } = scene;
  const { access } = await enter(scene);
  const ping = (headers) => modern(server, access, 'tools/list', {}, { headers });
  for (const origin of ['https://evil.example', 'null', `http://localhost.evil.example:${server.port}`, `http://localhost:${server.port}.evil.example`,
    `http://evil.example:${server.port}`, 'file://', 'http://', 'localhost', `http://localhost:${server.port}/`, `http://user@localhost:${server.port}`, '']) {
    const reply = await ping({ Origin: origin });
    equal(`origin "${origin}" is refused with 403`, reply.status, 403);
  }
  for (const method of ['GET', 'DELETE', 'OPTIONS']) {
    const reply = await request(server.mcp, { method, headers: { ...bearer(access), Accept: 'text/event-stream', Origin: 'https://evil.example' } });
    equal(`and so for ${method}`, reply.status, 403);
  }
  const pair = await request(server.mcp, { method: 'POST', body: '{}', headers: ['Origin', server.url, 'Origin', 'https://evil.example', 'Content-Type', 'application/json', 'Authorization', `Bearer ${access}`] });
  ok('two origins are refused', refused(pair), pair.brief);
  for (const origin of [server.url, 'http://localhost:6274', 'http://127.0.0.1:6274']) equal(`origin ${origin} is served`, (await ping({ Origin: origin })).status, 200);
  const anyone = await postMcp(server, undefined, rpc('ping'), { headers: { Origin: 'https://evil.example' } });
  equal('the origin is looked at before the token', anyone.status, 403);
}

export async function contentTypes(scene) {
  const { server } = scene;
  const { access } = await enter(scene);
  const body = JSON.stringify(rpc('tools/list', { _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN, 'io.modelcontextprotocol/clientCapabilities': {} } }));
  const send = (type, path = '/mcp', text = body) => request(server.url + path, { method: 'POST', body: text, headers: {
    ...(type === undefined ? {} : { 'Content-Type': type }), Accept: 'application/json, text/event-stream', ...bearer(access),
    'MCP-Protocol-Version': MODERN, 'Mcp-Method': 'tools/list' } });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json', 'application/jsonp', 'application/json-patch+json', undefined]) {
    const reply = await send(type);
    ok(`/mcp: a body that says ${type ?? 'nothing'} is refused`, refused(reply), reply.brief);
  }
  for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8', 'application/json ; charset="utf-8"']) {
    equal(`/mcp: ${type} is served`, (await send(type)).status, 200);
  }
  const odd = ['', ';', '/', 'application/', '/json', 'application/json;', 'application/json; charset', 'application/json; charset=', 'application/json; charset="',
    'application/json, text/plain', 'application json', 'application/json; =x', `application/json; ${'x=y;'.repeat(1500)}`, 'a'.repeat(6000), 'application/json; charset=\u00ff', '\u00e4/\u00f6', '*/*', 'application/json; charset=utf-16'];
  const codes = [];
  for (const path of ['/mcp', '/register', '/token', '/revoke', '/authorize']) {
    for (const type of odd) {
      const reply = await send(type, path, path === '/mcp' ? body : path === '/register' ? JSON.stringify(metadata()) : 'grant_type=x');
      if (reply.status >= 500 || reply.status < 200) codes.push(`${path} ${JSON.stringify(type.slice(0, 60))} ${reply.status}`);
    }
  }
  equal('no malformed Content-Type gives 5xx, at any endpoint', codes, []);
  const plain = await send('text/plain', '/register', JSON.stringify(metadata()));
  ok('/register wants application/json', refused(plain) && plain.json?.error, plain.brief);
  const wrong = await postJson(`${server.url}/token`, { grant_type: 'refresh_token' });
  ok('/token wants a form, and says so in JSON', refused(wrong) && wrong.json?.error, wrong.brief);
}

/** Parser differentials, CVE-2026-27896, CVE-2026-0621. */
export async function json(scene) {
  const { server } = scene;
  const { access } = await enter(scene);
  const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"${MODERN}","io.modelcontextprotocol/clientCapabilities":{}}`;
  const whoami = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","arguments":{},${meta}}}`;
  const rows = {
    'a duplicate key': whoami.replace('"method":', '"method":"tools/list","method":'),
    'a duplicate key, written with an escape': whoami.replace('"method":', '"method":"tools/list","m\\u0065thod":'),
    'a duplicate key deep inside': whoami.replace('"arguments":{}', '"arguments":{"a":{"b":1,"b":2}}'),
    'a raw NUL': whoami.replace('whoami', 'who\u0000ami'),
    'an escaped NUL': whoami.replace('whoami', 'whoami\\u0000'),
    'an escaped NUL in a key': whoami.replace('"arguments":{}', '"arguments":{"a\\u0000":1}'),
    'a lone high surrogate': whoami.replace('whoami', 'who\\ud800ami'),
    'a lone low surrogate': whoami.replace('whoami', 'who\\udc00ami'),
    'surrogates the wrong way round': whoami.replace('whoami', '\\udc00\\ud800'),
    'invalid UTF-8': Buffer.concat([Buffer.from(whoami.slice(0, 50)), Buffer.from([0xff, 0xfe]), Buffer.from(whoami.slice(50))]),
    'an overlong UTF-8 slash': Buffer.concat([Buffer.from(whoami.slice(0, -1)), Buffer.from(',"x":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
    'UTF-8 of a surrogate': Buffer.concat([Buffer.from(whoami.slice(0, -1)), Buffer.from(',"x":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    'depth 65': whoami.replace('"arguments":{}', `"arguments":{"a":${'['.repeat(62)}${']'.repeat(62)}}`),
    'depth 100 000': whoami.replace('"arguments":{}', `"arguments":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
    'depth without an end': '['.repeat(200_000),
    'a byte after the end': `${whoami}x`,
    'a comment': whoami.replace('{', '{/* */'),
    'a trailing comma': whoami.replace(/}$/, ',}'),
    'NaN': whoami.replace('"id":1', '"id":NaN'),
    'nothing': '',
    'half': whoami.slice(0, 40),
    'UTF-16': Buffer.from(whoami, 'utf16le'),
  };
  const headers = { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': 'tools/call', 'Mcp-Name': 'whoami' };
  for (const [what, text] of Object.entries(rows)) {
    const reply = await postMcp(server, access, text, { headers });
    ok(`json, ${what}: refused with 400 and a JSON-RPC error`, reply.status === 400 && [-32700, -32600, -32602].includes(reply.json?.error?.code), reply.brief);
  }
  equal('json: the same without the flaw is served', (await postMcp(server, access, whoami, { headers })).status, 200);
  const deep = JSON.parse('['.repeat(62) + ']'.repeat(62));
  equal('json: depth 64 is served', (await modern(server, access, 'tools/list', { x: deep })).status, 200);
  for (const [what, text] of Object.entries({ 'Method for method': whoami.replace('"method"', '"Method"'), 'JSONRPC for jsonrpc': whoami.replace('"jsonrpc"', '"JSONRPC"') })) {
    const reply = await postMcp(server, access, text, { headers });
    ok(`json, ${what}: keys are told apart by case`, reply.status === 400 && reply.json?.error, reply.brief);
  }
  for (const [what, text] of Object.entries({ 'a duplicate key': '{"redirect_uris":["https://a.example/"],"redirect_uris":["https://b.example/"]}', 'a number': '5', 'null': 'null', 'an array': '[]',
    'an escaped NUL': '{"redirect_uris":["https://a.example/"],"client_name":"a\\u0000b"}', 'depth': `{"redirect_uris":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'redirect_uris as text': '{"redirect_uris":"https://a.example/"}' })) {
    const reply = await postJson(`${server.url}/register`, text);
    ok(`register, ${what}: refused with 400 and an OAuth error`, reply.status === 400 && reply.json?.error, reply.brief);
  }
}

export async function limits(scene) {
  const { server } = scene;
  const { access } = await enter(scene);
  const host = `Host: localhost:${server.port}\r\n`;
  const rows = [
    ['a header of 40 KB', 431, `GET /.well-known/oauth-protected-resource HTTP/1.1\r\n${host}X-Filler: ${'x'.repeat(40_000)}\r\n\r\n`],
    ['2000 header fields', 431, `GET /.well-known/oauth-protected-resource HTTP/1.1\r\n${host}${Array.from({ length: 2000 }, (_, index) => `X-${index}: ${'y'.repeat(20)}\r\n`).join('')}\r\n`],
    ['a URI of 9 KB', 414, `GET /authorize?x=${'x'.repeat(9_000)} HTTP/1.1\r\n${host}\r\n`],
    ['a body that says 2 MB', 413, `POST /mcp HTTP/1.1\r\n${host}Authorization: Bearer ${access}\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n${'x'.repeat(2_000_000)}`],
    ['a chunked body of 2 MB', 413, `POST /mcp HTTP/1.1\r\n${host}Authorization: Bearer ${access}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${`10000\r\n${'x'.repeat(65_536)}\r\n`.repeat(31)}0\r\n\r\n`],
    ['a form of 2 MB', 413, `POST /token HTTP/1.1\r\n${host}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000000\r\n\r\n${'x'.repeat(2_000_000)}`],
    ['a length of 20 digits', 400, `POST /mcp HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 99999999999999999999\r\n\r\n{}`],
    ['a negative length', 400, `POST /mcp HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: -1\r\n\r\n{}`],
  ];
  for (const [what, status, bytes] of rows) {
    const reply = await raw(server.port, bytes, { seconds: 8 });
    const fine = status === 400 ? reply.status >= 400 && reply.status < 500 : reply.status === status;
    equal(`limits: ${what} gives ${status}`, fine && !reply.timedOut ? status : `HTTP ${reply.status}, timed out: ${reply.timedOut}, ${reply.text.slice(0, 150)}`, status);
  }
  const many = await postForm(`${server.url}/token`, Array.from({ length: 5000 }, (_, index) => `a${index}=b`).join('&'));
  equal('limits: a form of 5000 fields gives 400', many.status, 400);
  const scopes = await postJson(`${server.url}/register`, metadata({ scope: 'a '.repeat(20_000) }));
  ok('limits: a scope of 40 KB is refused or cut, not stored as it is', refused(scopes) || (scopes.json?.scope?.length ?? 0) < 4000, scopes.brief);
  equal('limits: the server is well', (await callTool(server, access, 'whoami')).status, 200);
}

export async function methods(scene) {
  const { server } = scene;
  const odd = [];
  for (const path of ['/mcp', '/authorize', '/token', '/register', '/revoke', '/introspect', '/.well-known/oauth-authorization-server', '/.well-known/oauth-protected-resource', '/', '/nowhere',
    '/%2e%2e/%2e%2e/etc/passwd', '//mcp', '/mcp%00', '/mcp%', '/mcp/../mcp', '/.well-known/oauth-protected-resource/../../etc', '/mcp;x=y', '/MCP', '*']) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'BREW']) {
      const reply = await raw(server.port, `${method} ${path} HTTP/1.1\r\nHost: localhost:${server.port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`, { seconds: 3 });
      if (reply.status >= 500 || reply.timedOut || (reply.status === 0 && !/^(TRACE|PROPFIND|BREW)$/.test(method))) odd.push(`${method} ${path}: ${reply.status}${reply.timedOut ? ' hangs' : ''}`);
      if (/passwd|root:/.test(reply.text.replace(/%2e/g, '')) && reply.status === 200) odd.push(`${method} ${path}: reads files`);
    }
  }
  equal('methods: no pair of method and path gives 5xx, hangs or is dropped', odd, []);
  for (const path of ['/token', '/register', '/revoke', '/introspect']) {
    const reply = await request(server.url + path);
    ok(`methods: GET ${path} is an error in JSON, with Allow for 405`, refused(reply) && reply.json?.error && (reply.status !== 405 || reply.headers.allow), reply.brief);
  }
}

/** Two readings of one request must not be possible behind a proxy. */
export async function smuggling(scene) {
  const { server } = scene;
  const host = `Host: localhost:${server.port}\r\n`;
  const inner = `GET /smuggled HTTP/1.1\r\n${host}\r\n`;
  const rows = {
    'length and chunks': `POST /token HTTP/1.1\r\n${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    'two lengths': `POST /token HTTP/1.1\r\n${host}Content-Length: 0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    'an unknown coding': `POST /token HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n${inner}`,
    'a space before the colon': `POST /token HTTP/1.1\r\n${host}Content-Length : ${inner.length}\r\n\r\n${inner}`,
    'a folded field': `POST /token HTTP/1.1\r\n${host}X: a\r\n Content-Length: ${inner.length}\r\n\r\n${inner}`,
    'a length with a sign': `POST /token HTTP/1.1\r\n${host}Content-Length: +0\r\n\r\n${inner}`,
    'a bad chunk size': `POST /token HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${inner}`,
  };
  for (const [what, bytes] of Object.entries(rows)) {
    const reply = await raw(server.port, bytes, { seconds: 1, enough: () => false });
    const answers = reply.text.match(/HTTP\/1\.\d \d{3}/g) ?? [];
    ok(`smuggling, ${what}: one answer at most, an error, and the connection ends`, answers.length <= 1 && !/ (2\d\d|500)$/.test(answers[0] ?? '') && !reply.timedOut,
      `${answers.join(' | ')}; ${reply.timedOut ? 'left open' : 'closed'}`);
  }
}

/** What is printed comes from configuration, whatever a client or a proxy claims. */
export async function forwarded(scene) {
  const { server, visitor } = scene;
  const { client } = await enter(scene);
  const lies = { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Port': '443', Forwarded: 'host=evil.example;proto=https', 'X-Original-Host': 'evil.example', 'X-Forwarded-Prefix': '/evil' };
  for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration', '/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp']) {
    equal(`forwarded: ${path} says the same`, (await request(server.url + path, { headers: lies })).text, (await request(server.url + path)).text);
  }
  const challenge = await postMcp(server, undefined, rpc('ping'), { headers: lies });
  ok('forwarded: so does the challenge', challenge.headers['www-authenticate']?.includes(`"${server.url}/.well-known/`), challenge.brief);
  const asked = authorization(server, client);
  const { url, page } = await visitor.consentPage(asked.url);
  const { flow } = formsOf(page.text).find((one) => one.offers('deny')).hidden;
  const reply = await visitor.load(new URL('/authorize', url), { method: 'POST', fields: { flow, action: 'deny' }, headers: lies });
  equal('forwarded: and the answer to the client', new URL(reply.headers.location).searchParams.get('iss'), server.url);
}
