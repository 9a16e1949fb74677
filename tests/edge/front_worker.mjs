// The edge worker with tools that tell on it: who called, how often, and what happens when the client leaves. And a second way
// to the object, past the front, as another isolate has it.
import module from '../postern.wasm';
import { definePostern } from '../../host-wasm/workerd/define.mjs';

const runs = {};
const counted = (name) => (runs[name] = (runs[name] ?? 0) + 1);
const input = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };

const { PosternObject, worker, operator } = definePostern(module, {
  settings: { name: 'The front of the house', public_url: 'https://elsewhere.example' }, // the binding has the last word
  tools: [
    { name: 'who', scopes: ['user'], run: (_, { client, grant, user_name: user }) => ({ structuredContent: { client, grant, user } }) },
    { name: 'count', inputSchema: input, scopes: ['user'], run: ({ name }) => `run ${counted(name)}` },
    { name: 'change', inputSchema: input, scopes: ['user'], run: ({ name }) => ({ content: [{ type: 'text', text: `run ${counted(name)}` }], topics: [{ kind: 'tools_changed' }] }) },
    { name: 'slow', inputSchema: input, scopes: ['user'], run: async ({ name }) => {
      counted(`${name} begun`);
      await new Promise((done) => setTimeout(done, 400));
      return `run ${counted(name)}`;
    } },
    { name: 'runs', inputSchema: input, scopes: ['user'], run: ({ name }) => String(runs[name] ?? 0) },
  ],
});

export const aside = { fetch: (request, env) => env.POSTERN.get(env.POSTERN.idFromName('postern')).fetch(request) };

/** What the object gives of these records to whoever asks as the front does. */
export const copies = {
  async fetch(request, env) {
    const keys = await request.json();
    try {
      const records = await env.POSTERN.get(env.POSTERN.idFromName('postern')).copies(keys);
      return Response.json(records.map((record) => record !== null));
    } catch (error) {
      return new Response(error.message, { status: 400 });
    }
  },
};

export { operator, PosternObject };
export default worker;
