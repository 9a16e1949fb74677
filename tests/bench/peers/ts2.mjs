// The official TypeScript SDK 2.x doing what the measured server does, in 2026-07-28: bearer token checked, one trivial
// tool, JSON answers. Its own handler, bearer gate and node adapter; the token is looked up in memory.
//   node ts2.mjs PORT TOKEN
import { createServer } from 'node:http';
import { createMcpHandler, McpServer, requireBearerAuth } from '@modelcontextprotocol/server';
import { toNodeHandler } from '@modelcontextprotocol/node';

const [port, token] = process.argv.slice(2);

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  server.registerTool('ok', { description: 'Says ok.' }, async () => ({ content: [{ type: 'text', text: 'ok' }] }));
  return server;
});

const gate = requireBearerAuth({
  verifier: {
    async verifyAccessToken(presented) {
      if (presented !== token) throw new Error('unknown token');
      return { token: presented, clientId: 'bench', scopes: ['user'], expiresAt: Math.floor(Date.now() / 1000) + 3600 };
    },
  },
});

const guarded = {
  async fetch(request, options) {
    const auth = await gate(request);
    return auth instanceof Response ? auth : handler.fetch(request, { ...options, authInfo: auth });
  },
};
createServer(toNodeHandler(guarded)).listen(Number(port), '127.0.0.1', () => console.log('ready'));
