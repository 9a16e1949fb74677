// The official TypeScript SDK 1.x doing what the measured server does: bearer token checked, one session, one trivial
// tool, JSON answers. Its own middleware, its own transport; the token is looked up in memory, the cheapest check there is.
//   node ts1.mjs PORT TOKEN
import express from 'express';
import { randomUUID } from 'node:crypto';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';

const [port, token] = process.argv.slice(2);
const transports = new Map();

function makeServer() {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  server.registerTool('ok', { description: 'Says ok.' }, async () => ({ content: [{ type: 'text', text: 'ok' }] }));
  return server;
}

const verifier = {
  async verifyAccessToken(presented) {
    if (presented !== token) throw new Error('unknown token');
    return { token: presented, clientId: 'bench', scopes: ['user'], expiresAt: Math.floor(Date.now() / 1000) + 3600 };
  },
};

const app = express();
app.use(express.json());
app.post('/mcp', requireBearerAuth({ verifier }), async (request, response) => {
  let transport = transports.get(request.headers['mcp-session-id']);
  if (!transport) {
    transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      enableJsonResponse: true,
      onsessioninitialized: (id) => transports.set(id, transport),
    });
    await makeServer().connect(transport);
  }
  await transport.handleRequest(request, response, request.body);
});
app.listen(Number(port), '127.0.0.1', () => console.log('ready'));
