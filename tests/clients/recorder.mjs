// Stands before a server that is tested and writes down the first requests of a client: its registration, what it opens in the
// browser, its first token request and the first message that it sends with a token; and what each was answered.
//
//   TEST_RECORD=tests/clients/go-sdk.json TEST_CLIENT='Go SDK 1.8.0' node tests/interop/sdk.mjs Go
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

let written = false;
const told = ['accept', 'content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name', 'origin'];

/** Listens at `port` and passes on to `inner`, which is where the server listens. */
export async function recordBefore(port, inner, file = process.env.TEST_RECORD, client = process.env.TEST_CLIENT) {
  const url = `http://localhost:${port}`;
  const record = { client, source: { recorded: path.basename(process.argv[1]) } };
  const values = new Map([[`${url}/mcp`, '{resource}'], [url, '{issuer}']]);
  const shown = (text) => [...values].reduce((all, [value, name]) => all.replaceAll(value, name), text);
  const headersOf = (call) => Object.fromEntries(told.filter((name) => call.headers[name]).map((name) => [name, call.headers[name]]));
  const asObject = (parameters) => Object.fromEntries([...parameters].map(([name, value]) => [name, shown(value)]));
  const name = (value, as) => { if (value) values.set(value, as); };

  function note(call, body, status, text) {
    const { pathname, searchParams } = new URL(call.url, url);
    const json = () => { try { return JSON.parse(text); } catch { return {}; } };
    if (pathname === '/register' && !record.register && status === 201) {
      const { client_id, client_id_issued_at, client_secret, client_secret_expires_at, ...members } = json();
      record.register = { headers: headersOf(call), body: JSON.parse(shown(body)), gets: { status, members } };
      name(client_id, '{client_id}');
      name(client_secret, '{client_secret}');
    } else if (pathname === '/authorize' && call.method === 'GET' && !record.authorize) {
      for (const one of ['state', 'code_challenge']) name(searchParams.get(one), `{${one}}`);
      record.authorize = { query: asObject(searchParams) };
    } else if (pathname === '/token' && !record.token) {
      const form = new URLSearchParams(body);
      for (const one of ['code', 'code_verifier']) name(form.get(one), `{${one}}`);
      record.token = { headers: headersOf(call), form: asObject(form), gets: { status, members: { token_type: json().token_type, scope: json().scope } } };
      if (call.headers.authorization) record.token.headers.authorization = 'Basic {client_id}:{client_secret}';
    } else if (pathname === '/mcp' && call.method === 'POST' && call.headers.authorization && !record.first) {
      record.first = { headers: headersOf(call), body: JSON.parse(shown(body)), gets: { status } };
      if (!written) writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
      written = true;
    }
  }

  const front = http.createServer(async (call, reply) => {
    const chunks = [];
    for await (const chunk of call) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const passed = http.request({ host: '127.0.0.1', port: inner, path: call.url, method: call.method, headers: call.rawHeaders, setHost: false }, (answer) => {
      reply.writeHead(answer.statusCode, answer.rawHeaders);
      let text = '';
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => note(call, body.toString(), answer.statusCode, text));
      answer.pipe(reply);
    });
    passed.on('error', () => reply.destroy());
    reply.on('close', () => passed.destroy());
    passed.end(body);
  });
  await new Promise((done, fail) => front.once('error', fail).listen(port, '127.0.0.1', done));
  front.unref();
}
