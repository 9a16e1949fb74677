// The official TypeScript SDK, 1.x: protocol 2025-11-25, sessions, a GET stream.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { extractWWWAuthenticateParams, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { equal, main, ok } from './lib.mjs';
import { Provider, story } from './story.mjs';

// On a 403 insufficient_scope this SDK calls its provider with the wider scope, but as long as the provider shows a refresh token
// it refreshes instead of asking the user; a refresh never widens a grant, so the retry meets the same 403 and the SDK gives up.
// An application that wants step-up therefore keeps its refresh token back for that one moment, which is what this one does.
class SteppingProvider extends Provider {
  tokens() {
    if (!this.wantsMore || !this.held) return this.held;
    const { refresh_token: kept, ...shown } = this.held;
    return shown;
  }
  saveTokens(tokens) {
    this.wantsMore = false;
    super.saveTokens(tokens);
  }
}

const sdk = {
  UnauthorizedError,
  provider: (options) => new SteppingProvider(options),
  client: () => new Client({ name: 'story-ts1', version: '1.0.0' }, { capabilities: {} }),
  transport: (url, authProvider, fetch) => new StreamableHTTPClientTransport(url, { authProvider, fetch }),
  finish: (transport, callback) => transport.finishAuth(callback.searchParams.get('code')),
  notice(reply, provider) {
    if (reply.status === 403 && extractWWWAuthenticateParams(reply).error === 'insufficient_scope') provider.wantsMore = true;
  },
  speaks(client, seen) {
    equal('it speaks 2025-11-25', client.transport?.protocolVersion, '2025-11-25');
    ok('in a session', seen.some((one) => one.session && one.version === '2025-11-25'), seen);
    equal('the server introduces itself', typeof client.getServerVersion()?.name, 'string');
  },
};

await main('interop, TypeScript SDK 1.x', 90, () => story(sdk, { token_endpoint_auth_method: 'none' }));
