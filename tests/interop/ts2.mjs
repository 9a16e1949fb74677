// The official TypeScript client, 2.x, in protocol 2026-07-28: no session, no handshake. It negotiates by itself; that it did
// arrive at 2026-07-28 is checked on its own word and on the wire. It registers without naming an authentication method,
// so that it becomes a confidential client with the default of RFC 7591 section 2.
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { equal, main, ok } from './lib.mjs';
import { MODERN, Provider, story } from './story.mjs';

const sdk = {
  asksToStay: true, // offline_access, since the authorization server's metadata name it
  UnauthorizedError,
  provider: (options) => new Provider(options),
  client: () => new Client({ name: 'story-ts2', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } }),
  transport: (url, authProvider, fetch) => new StreamableHTTPClientTransport(url, { authProvider, fetch }),
  // The whole callback is handed over, so that the client checks `iss` itself (RFC 9207).
  finish: (transport, callback) => transport.finishAuth(callback.searchParams),
  speaks(client, seen) {
    equal('it speaks 2026-07-28', client.getNegotiatedProtocolVersion(), MODERN);
    equal('it is in the modern era', client.getProtocolEra(), 'modern');
    const calls = seen.filter((one) => one.path === '/mcp');
    ok('each of its messages says 2026-07-28, none names a session', calls.every((one) => one.version === MODERN && !one.session), calls);
    ok('it asked server/discover, not initialize', calls.some((one) => one.body.includes('"server/discover"') && one.status === 200)
      && !calls.some((one) => one.body.includes('"initialize"')), calls);
  },
};

await main('interop, TypeScript client 2.x', 90, () => story(sdk));
