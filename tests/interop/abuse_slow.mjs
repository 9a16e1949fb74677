// Clients that are slow on purpose. A normal client must not notice them.
import net from 'node:net';
import { equal, host, ok, slack, sleep } from './lib.mjs';
import { raw } from './web.mjs';
import { answer, callTool, modern, openSession, rpc, signIn, ALL_SCOPES, valueOf } from './oauth.mjs';

function connect(port) {
  return new Promise((done, fail) => {
    const socket = net.connect(port, '127.0.0.1', () => done(socket));
    socket.once('error', fail);
    socket.on('error', () => {});
  });
}

/**
 * Calls of an honest client: what was wrong with one of them, if anything. It gives up sooner than the server gives up on a slow
 * body or a stuck reader, so who is answered has not waited for one. How long it took is only told.
 */
async function troubleOf(server, access, times = 20) {
  let slowest = 0;
  for (let turn = 0; turn < times; turn += 1) {
    const reply = await callTool(server, access, 'whoami', {}, { seconds: 15 * slack }).catch((error) => ({ status: 0, brief: String(error) }));
    if (reply.status !== 200) return reply.brief;
    slowest = Math.max(slowest, reply.milliseconds);
  }
  console.log(`# the slowest of ${times} calls: ${slowest.toFixed(0)} ms`);
  return undefined;
}

/** Slowloris: connections that say a byte now and then, in the header, in the body, or nothing at all. */
export async function slowClients({ server, visitor }) {
  const { access } = await signIn(server, visitor);
  const starts = {
    'in the header': 'GET /.well-known/oauth-protected-resource HTTP/1.1\r\nHost: localhost\r\nX-Slow: ',
    'in the body': `POST /mcp HTTP/1.1\r\nHost: localhost:${server.port}\r\nAuthorization: Bearer ${access}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"json`,
    'before the first byte': '',
  };
  const held = [];
  for (const start of Object.values(starts)) {
    for (let count = 0; count < 30; count += 1) {
      const socket = await connect(server.port);
      socket.resume();
      if (start) socket.write(start);
      held.push({ socket, start });
    }
  }
  const drip = setInterval(() => { for (const { socket, start } of held) if (start && !socket.destroyed) socket.write('x'); }, 200);
  await sleep(300);
  const trouble = await troubleOf(server, access);
  clearInterval(drip);
  equal('slowloris: 90 of them, and normal calls are answered', trouble, undefined);
  for (const { socket } of held) socket.destroy();
  equal('slowloris: afterwards too', await troubleOf(server, access, 5), undefined);
}

/** Clients that ask for much and then stop reading, and streams that nobody reads. */
export async function stuckReaders({ server, visitor }) {
  const { access } = await signIn(server, visitor, { scope: ALL_SCOPES });
  let size = 400_000;
  let note;
  for (; size > 500 && !note; size = Math.floor(size / 4)) {
    note = valueOf(answer(await callTool(server, access, 'write_note', { title: 'long', text: 'x'.repeat(size) }))?.result)?.id;
    if (note) break;
  }
  ok('stuck readers: a long note can be written', note !== undefined, size);
  const body = JSON.stringify(rpc('tools/call', { name: 'read_note', arguments: { id: note },
    _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} } }));
  const call = `POST /mcp HTTP/1.1\r\nHost: localhost:${server.port}\r\nAuthorization: Bearer ${access}\r\nContent-Type: application/json\r\n`
    + `Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: read_note\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const sockets = [];
  for (let count = 0; count < 12; count += 1) {
    const socket = await connect(server.port);
    socket.pause();                                              // never reads
    socket.write(call.repeat(Math.ceil(12_000_000 / (2 * size))));
    sockets.push(socket);
  }
  // Streams too: sessions whose stream is opened and left alone, while notes change.
  for (let count = 0; count < 12; count += 1) {
    const session = await openSession(server, access);
    const socket = await connect(server.port);
    socket.pause();
    socket.write(`GET /mcp HTTP/1.1\r\nHost: localhost:${server.port}\r\nAuthorization: Bearer ${access}\r\nAccept: text/event-stream\r\n`
      + `Mcp-Session-Id: ${session.id}\r\nMCP-Protocol-Version: 2025-11-25\r\n\r\n`);
    sockets.push(socket);
  }
  await sleep(500);
  equal('stuck readers: 24 of them, and normal calls are answered', await troubleOf(server, access), undefined);
  for (let count = 0; count < 20; count += 1) await callTool(server, access, 'write_note', { title: `n${count}`, text: 'x' });
  const list = await modern(server, access, 'tools/list');
  equal('stuck readers: nor does a change that all of them should hear hold anyone up', list.status, 200);
  for (const socket of sockets) socket.destroy();
  equal('stuck readers: afterwards too', await troubleOf(server, access, 5), undefined);
}

/** A body that nobody wants is in the way of the next request on its connection, which behind a proxy is anybody's. */
export async function leftovers({ server }) {
  const head = (line, more, name = `localhost:${server.port}`) => `${line} HTTP/1.1\r\nHost: ${name}\r\n${more}\r\n`;
  const next = head('GET /healthz', '');
  const large = 'x'.repeat(2_000_000);
  const length = `Content-Length: ${large.length}\r\n`;
  const [json, form] = ['json', 'x-www-form-urlencoded'].map((type) => `Content-Type: application/${type}\r\n`);
  const rows = {
    'at /mcp': head('POST /mcp', json + length) + large,
    'at /token': head('POST /token', form + length) + large,
    'at /register': head('POST /register', json + length) + large,
    'of another type': head('POST /mcp', `Content-Type: text/plain\r\n${length}`) + large,
    'of a GET': head('GET /.well-known/oauth-protected-resource', length) + large,
    'of a HEAD': head('HEAD /', length) + large,
    'of a preflight': head('OPTIONS /mcp', `Origin: http://localhost:1\r\nAccess-Control-Request-Method: POST\r\n${length}`) + large,
    'where nothing is': head('POST /nowhere', length) + large,
    'for another host': head('POST /mcp', json + length, 'evil.example') + large,
    'in chunks': head('POST /mcp', `${json}Transfer-Encoding: chunked\r\n`) + `10000\r\n${'x'.repeat(65_536)}\r\n`.repeat(31) + '0\r\n\r\n',
    'that was asked for': head('POST /mcp', `${json}Expect: 100-continue\r\n${length}`) + large,
  };
  const answersOf = (text) => [...text.matchAll(/HTTP\/1\.1 ([2-5]\d\d)/g)].map(([, status]) => status);
  const isWhole = (text) => {
    const [, fields, body] = /HTTP\/1\.1 [2-5]\d\d[^\n]*\n([\s\S]*?)\r\n\r\n([\s\S]*)$/.exec(text) ?? [];
    const said = /^content-length: (\d+)/im.exec(fields)?.[1];
    return body !== undefined && (said === undefined || /^HEAD/.test(text) || body.length >= Number(said));
  };
  for (const [what, bytes] of Object.entries(rows)) {
    const reply = await raw(server.port, bytes + next, { seconds: 20 * slack, enough: (text) => answersOf(text).length > 1 });
    const [first, second] = answersOf(reply.text);
    const isNext = second === '200' || (!reply.timedOut && second === undefined && /^connection: close/im.test(reply.text));
    ok(`leftovers: a large body ${what}: its answer, and then the next one or the end`, first !== undefined && (what === 'of a HEAD' || isWhole(reply.text)) && isNext,
      `${answersOf(reply.text)}; ${reply.timedOut ? 'left open' : 'closed'}; ${reply.text.slice(0, 300)}`);
  }
  if (host === 'node' || host === 'npx') {
    const short = 'x'.repeat((1 << 20) + 100_000);
    const reply = await raw(server.port, head('POST /mcp', `${json}Content-Length: ${short.length}\r\n`) + short + next, { seconds: 20 * slack, enough: (text) => answersOf(text).length > 1 });
    equal('leftovers: a short rest is read, and the connection kept', answersOf(reply.text), ['413', '200']);
  }
  if (host === 'deno') return; // its runtime waits for the rest; who has not sent it has nobody behind
  for (const [what, drips] of [['that trickles', true], ['that stops', false]]) {
    const socket = await connect(server.port);
    let text = '';
    const ended = new Promise((done) => socket.on('data', (part) => { text += part; }).once('close', () => done(true)));
    socket.write(head('POST /mcp', json + length) + large.slice(0, 1_400_000));
    const drip = drips && setInterval(() => { if (!socket.destroyed) socket.write('x'); }, 20);
    const closed = await Promise.race([ended, sleep(20_000 * slack)]);
    clearInterval(drip);
    socket.destroy();
    equal(`leftovers: a large body ${what} is answered, and its connection ends`, [answersOf(text), isWhole(text), closed], [['413'], true, true]);
  }
}
