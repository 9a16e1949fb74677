// What a program with types writes. It is compiled, never run.
import { createServer } from "node:http";

import { createPostern, MemoryStore, newKeyRing, passwordsBy, type Store, type Tool, type ToolResult } from "postern";
import { createDenoPostern } from "postern/deno";
import { createNodePostern, nodeHandler } from "postern/node";
import { definePostern } from "postern/workerd";

const add: Tool<{ a: number; b: number }> = {
  name: "add",
  description: "The sum of two numbers.",
  scopes: ["sums"],
  inputSchema: { type: "object", properties: { a: { type: "number" }, b: { type: "number" } }, required: ["a", "b"] },
  run: ({ a, b }, principal) => ({ structuredContent: { sum: a + b, whose: principal.user_name }, topics: [{ kind: "tools_changed" }] }),
};
const open: Tool<{ title: string }> = {
  name: "open",
  run: async ({ title }, { fetchAsUser, principal, user_name }) => {
    const response = await fetchAsUser("/repos/o/r/issues", { method: "POST", headers: { "X-A": "b" }, body: JSON.stringify({ title }) });
    return response.ok ? principal.subject + user_name : { isError: true, structuredContent: { status: response.status } };
  },
};
interface Row {
  day: string;
  sum?: number;
}
interface Chart {
  type: "image";
  data: string;
  mimeType: string;
}
declare const rows: Row[];
declare const chart: Chart;
const report: Tool = { name: "report", run: () => ({ content: [chart, { type: "text", text: "so far" }], structuredContent: { rows } }) };
const settings = { public_url: "http://localhost:8000", key_ring: newKeyRing(), scopes: [{ token: "sums", in_words: "Add" }] };
const store: Store = new MemoryStore();

const postern = await createPostern({
  module: new Uint8Array(), settings, store, tools: [add, open, report], passwords: passwordsBy(100_000), firstUser: { name: "ada", password: "a long one" },
  log: (level, what, fields) => console.log(level, what, fields), audit: ({ what, outcome }) => console.log(what, outcome),
});
const response: Response = await postern.fetch(new Request("http://localhost:8000/mcp"));
const { status, error } = await postern.addUser("grace", "another long one");
console.log(response.status, status, error, postern.openStreams);

const { users = [] } = await postern.listUsers();
const { grants = [] } = await postern.listGrants({ user: users[0]?.name });
const granted: number[] = grants.map(({ granted }) => granted);
const changed = await postern.setPassword("grace", "yet another one");
if (changed.status === 200) console.log(changed.subject.length, granted);
else console.log(changed.error.length);
const { ended = 0 } = await postern.revokeGrants({ all: true });
const clients = await postern.listClients();
if (clients.status === 200) for (const { id, redirect_uris } of clients.clients) console.log((await postern.removeClient(id)).ended ?? ended, redirect_uris.join());
console.log((await postern.removeUser("grace")).ended);

const { key_ring: _, ...withoutKeys } = settings;
createServer(nodeHandler(await createNodePostern({ settings: withoutKeys, data: "postern-data/postern.db", log: false })));
const deno = await createDenoPostern({ settings, data: "postern-data/postern.db" });
deno.publish([{ kind: "resource_updated", name: "note://1" }]);
deno.close();

declare const compiled: WebAssembly.Module;
const { PosternObject, worker, operator } = definePostern(compiled, { settings: { scopes: settings.scopes }, tools: [add] });
export { operator, PosternObject };
export default worker;

// @ts-expect-error without a public URL there is no issuer
await createPostern({ module: new Uint8Array(), settings: { key_ring: newKeyRing() }, store });
// @ts-expect-error what is stored has to be somewhere
await createPostern({ module: new Uint8Array(), settings });
// @ts-expect-error a tool has a function
export const none: Tool = { name: "none" };
// @ts-expect-error a schema is an object
export const wrong: Tool = { name: "wrong", inputSchema: "object", run: () => "" };
// @ts-expect-error each block has a type
export const block: Tool = { name: "block", run: () => ({ content: [{ text: "so far" }] }) };
// @ts-expect-error the member is called structuredContent
export const member: Tool = { name: "member", run: (): ToolResult => ({ structured_content: {} }) };
// @ts-expect-error a body is text or bytes
export const object: Tool = { name: "object", run: async (_, { fetchAsUser }) => (await fetchAsUser("/a", { body: { title: "x" } })).text() };
// @ts-expect-error a result is text or as MCP shapes it
export const number: Tool = { name: "number", run: () => 7 };
// @ts-expect-error news that nobody listens to
deno.publish([{ kind: "weather" }]);
// @ts-expect-error which of them
await postern.revokeGrants({});
// @ts-expect-error the member is called inputSchema
export const spelt: Tool = { name: "spelt", input_schema: { type: "object" }, run: () => "" };
// @ts-expect-error prompts can't be written in JavaScript
await createNodePostern({ settings, prompts: [] });
