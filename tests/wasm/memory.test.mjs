// 100,000 evaluations of all kinds, refused input among them, and a million of one kind: the memory is as large as after the
// first thousand, and what is asked again is answered alike. POSTERN_EVALUATIONS sets another number for the first. And the
// largest requests that are taken stay far below what an edge gives a worker, 128 MB.
import { Deployment } from "../../host-wasm/js/module.mjs";
import { check, compiled, done, Host, settings } from "./host.mjs";
import { allows } from "./stories/authorize.mjs";
import { discovers, isTurnedAway } from "./stories/discovery.mjs";
import { callsTools } from "./stories/mcp.mjs";
import { isRefusedRegistration, registers } from "./stories/registration.mjs";
import { accept, meta, modern, name, password } from "./stories/speak.mjs";
import { redeems, refreshes } from "./stories/tokens.mjs";

const evaluations = Number(process.env.POSTERN_EVALUATIONS ?? 100_000);

const pairs = [];
const host = new Host({ evaluated: (request, facts) => pairs.push([request, facts]) });
const quiet = () => true;
await host.addUser(name, password);
await discovers(host, quiet);
await isTurnedAway(host, quiet);
await isRefusedRegistration(host, quiet);
const client = await registers(host, quiet);
const { query } = await allows(host, quiet, client);
const tokens = await redeems(host, quiet, client, query.get("code"));
await callsTools(host, quiet, tokens.access_token);
await refreshes(host, quiet, client, tokens);
pairs.push([{ nonsense: true }, {}], [{ method: "GET", target: "/", headers: [], body: "" }, { now: "x" }]);

const evaluate = (index) => {
  const [request, facts] = pairs[index % pairs.length];
  try {
    return host.deployment.evaluate(request, facts);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return error.message;
  }
};

check("the story gives many different evaluations", pairs.length > 80, pairs.length);
// The memory is put back before each call: whatever pointed there from what is kept would show itself here.
const first = pairs.map((_, index) => JSON.stringify(evaluate(index)));
for (let i = 0; i < Math.max(1000, pairs.length); ++i) evaluate(i);
const before = host.deployment.memorySize;
const start = performance.now();
for (let i = 0; i < evaluations; ++i) evaluate(i);
const each = ((performance.now() - start) / evaluations) * 1000;
const after = host.deployment.memorySize;
console.log(`# ${evaluations} evaluations, ${each.toFixed(0)} us each with the crossing; memory ${before} and ${after} bytes`);
check("the memory has not grown", after === before, `${before} -> ${after}`);
check("each is answered as at first", pairs.every((_, index) => JSON.stringify(evaluate(index)) === first[index]));
check("and is under 8 MB", after < 8 << 20, after);

// A request without a token: headers, routing, a challenge. What is done most often.
const million = 1_000_000;
const [stranger] = pairs.find(([request]) => request.target === "/mcp");
const facts = { now: host.now, entropy: new Uint8Array(32), answers: [] };
const begun = performance.now();
let refused = 0;
for (let i = 0; i < million; ++i) refused += host.deployment.evaluate(stranger, facts).answer.reply.status === 401 ? 1 : 0;
const one = ((performance.now() - begun) / million) * 1000;
console.log(`# ${million} evaluations of one kind, ${one.toFixed(0)} us each; memory ${host.deployment.memorySize} bytes`);
check("a million evaluations of one kind are all answered", refused === million, refused);
check("and the memory has not grown", host.deployment.memorySize === before, `${before} -> ${host.deployment.memorySize}`);

// What costs most memory for its size. The arguments are held against the tool's schema, and refused by it.
const room = host.deployment.largestBody;
const head = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_note","_meta":${JSON.stringify(meta())},"arguments":{"id":`;
const filled = (open, one, close) => open + one.repeat(Math.floor((room - open.length - close.length) / one.length)) + close;
const members = Array.from({ length: Math.floor((room - head.length - 20) / 11) }, (_, at) => `"${String(at).padStart(6, "0")}":0`);
const largest = {
  "a list of numbers": filled(`${head}[0`, ",0", "]}}}"),
  "a list of empty objects": filled(`${head}[{}`, ",{}", "]}}}"),
  "lists in lists": filled(`${head}[[]`, `,${"[".repeat(20)}${"]".repeat(20)}`, "]}}}"),
  "a text": filled(`${head}"`, "a", '"}}}'),
  "a text of escapes": filled(`${head}"`, "\\n", '"}}}'),
  "members": `${head}{${members.join(",")}}}}}`,
  "no JSON": filled("[", "[", ""),
};
const headersOf = (tool) => ({ "MCP-Protocol-Version": modern, "Mcp-Method": "tools/call", "Mcp-Name": tool, ...accept, "Content-Type": "application/json" });
for (const [what, body] of Object.entries(largest)) {
  const reply = await host.send("POST", "/mcp", { body, headers: headersOf("read_note"), bearer: tokens.access_token });
  console.log(`# ${what}, ${body.length} bytes: ${reply.status} ${reply.body.slice(0, 90)}..., memory ${host.deployment.memorySize} bytes`);
  check(`${what}: it is answered, and under 64 MB`, reply.status < 500 && host.deployment.memorySize < 64 << 20, reply.brief);
}

// The same against schemas that look at every element.
const listOf = (items) => ({ type: "array", items });
const schemas = {
  pattern: [listOf({ type: "string", pattern: "^([a-z]+|b{2,5}|\\p{L}x)$" }), '"ab"'],
  choice: [listOf({ anyOf: [{ type: "string", minLength: 5 }, { type: "number", multipleOf: 7 }, { enum: ["x"] }, { type: "number" }] }), "1"],
  unique: [{ type: "array", uniqueItems: true }, "[]"],
  unevaluated: [listOf({ allOf: [{ properties: { a: true } }], unevaluatedProperties: false }), "{}"],
};
const tools = Object.entries(schemas).map(([tool, [schema]]) => ({ name: tool, scopes: "user", input_schema: { type: "object", properties: { id: schema } } }));
const scopes = ["user", "notes:read", "notes:write"].map((token) => ({ token, in_words: token }));
for (const [tool, [, element]] of Object.entries(schemas)) {
  const other = new Host({ deployment: new Deployment(compiled(), { ...settings, scopes, tools }) });
  other.world.tools = { [tool]: () => "ran" };
  await other.addUser(name, password);
  const reader = await registers(other, quiet);
  const { query: callback } = await allows(other, quiet, reader);
  const { access_token: bearer } = await redeems(other, quiet, reader, callback.get("code"));
  const body = filled(`${head.replace("read_note", tool)}[${element}`, `,${element}`, "]}}}");
  const reply = await other.send("POST", "/mcp", { body, headers: headersOf(tool), bearer });
  console.log(`# ${tool}: ${reply.status} ${reply.body.slice(66, 200)}..., memory ${other.deployment.memorySize} bytes`);
  check(`${tool}: it is answered, and under 64 MB`, reply.status === 200 && other.deployment.memorySize < 64 << 20, reply.brief);
}
done();
