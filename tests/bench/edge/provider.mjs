// The peer: @cloudflare/workers-oauth-provider in front of the official TypeScript SDK 2.x, doing what the measured worker
// does: a bearer token checked against the store, one trivial tool, JSON answers in 2026-07-28. Its store is a KV namespace:
// the binding, or (KV=memory) a Map in the worker itself, which is as fast as any store can be and keeps nothing.
import { OAuthProvider } from '@cloudflare/workers-oauth-provider';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  server.registerTool('ok', { description: 'Says ok.' }, async () => ({ content: [{ type: 'text', text: 'ok' }] }));
  return server;
});

const api = {
  fetch(request, env, ctx) {
    if (!ctx.auth.scope.includes('user')) return new Response(null, { status: 403 });
    return handler.fetch(request, { authInfo: { token: 'checked', clientId: 'bench', scopes: ctx.auth.scope } });
  },
};

// Everybody who comes is ada, and allows.
const pages = {
  async fetch(request, env) {
    const asked = await env.OAUTH_PROVIDER.parseAuthRequest(request);
    const { redirectTo } = await env.OAUTH_PROVIDER.completeAuthorization({
      request: asked, userId: 'ada', metadata: {}, scope: asked.scope, props: { userId: 'ada' }, revokeExistingGrants: false,
    });
    return Response.redirect(redirectTo, 302);
  },
};

const memory = new Map();
const map = {
  async get(key, { type } = {}) {
    const value = memory.get(key) ?? null;
    return type === 'json' && value !== null ? JSON.parse(value) : value;
  },
  async put(key, value) { memory.set(key, value); },
  async delete(key) { memory.delete(key); },
  async list({ prefix = '' } = {}) { return { keys: [...memory.keys()].filter((name) => name.startsWith(prefix)).map((name) => ({ name })), list_complete: true }; },
};

let provider;
export default {
  fetch(request, env, ctx) {
    provider ??= new OAuthProvider({
      apiRoute: '/mcp', apiHandler: api, defaultHandler: pages, authorizeEndpoint: '/authorize', tokenEndpoint: '/token',
      clientRegistrationEndpoint: '/register', scopesSupported: ['user'],
      resourceMetadata: { resource: `${env.ORIGIN}/mcp`, authorization_servers: [env.ORIGIN] },
    });
    return provider.fetch(request, env.KV === 'memory' ? { ...env, OAUTH_KV: map } : env, ctx);
  },
};
