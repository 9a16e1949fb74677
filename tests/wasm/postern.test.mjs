// createPostern, from Request to Response: what it refuses, the story once more, tools in JavaScript, streams and their ends.
import { levelOf } from "../../host-wasm/js/audit.mjs";
import { Deployment } from "../../host-wasm/js/module.mjs";
import { createPostern, MemoryStore, newKeyRing, Postern, printKeyRing, readKeyRing } from "../../host-wasm/js/postern.mjs";
import { Streams } from "../../host-wasm/js/streams.mjs";
import { check, compiled, done, settings, until, wasmPath } from "./host.mjs";
import { readFileSync } from "node:fs";
import * as story from "./story.mjs";
import { origin, WebHost } from "./web_host.mjs";

const why = (promise) => promise.then(() => "accepted", (error) => error.message);
const options = { module: compiled(), settings, store: new MemoryStore() };

async function refused() {
  const tool = (more) => why(createPostern({ ...options, tools: [{ name: "a", run: () => "", ...more }] }));
  check("options: a setting that is misspelt", (await why(createPostern({ ...options, settings: { ...settings, publicUrl: "x" } }))).includes("no such setting"));
  const rows = [
    ["none at all", undefined, "options: expected an object with settings, got undefined"],
    ["no settings", { ...options, settings: undefined }, "settings: expected an object with public_url"],
    ["one that is misspelt", { ...options, dta: "postern.db" }, "options: dta: there is no such option; expected one of module, settings"],
    ["one that is near", { ...options, tolls: [] }, "options: tolls: there is no such option; did you mean tools?"],
    ["one that does not exist here", { ...options, prompts: [] }, "options: prompts: there is no such option; expected one of"],
    ["a setting that is near", { ...options, settings: { ...settings, lifetime: {} } }, "lifetime: there is no such setting; did you mean lifetimes?"],
    ["no module", { ...options, module: undefined }, "module: expected postern.wasm"],
    ["no store", { ...options, store: undefined }, "store: expected one, such as new MemoryStore()"],
    ["a store that is none", { ...options, store: new Map() }, "store: expected an object with the functions load, scan and commit, got an object"],
    ["tools that are no list", { ...options, tools: {} }, "tools: expected an array, got an object"],
    ["a tool that is none", { ...options, tools: ["greet"] }, "tools[0]: expected an object with name and run, got a string"],
    ["a log that is none", { ...options, log: console }, "log: expected a function, or false, got an object"],
    ["streams by another name", { ...options, streams: { checkevery: 1 } }, "streams: checkevery: there is no such option; did you mean checkEvery?"],
    ["an unset password", { ...options, firstUser: { name: "ann", password: undefined } }, "firstUser.password: expected a text of at least 8 characters, got undefined; is the variable set that it comes from?"],
    ["an empty name", { ...options, firstUser: { name: "", password: "correct horse" } }, "firstUser.name: expected a text, got an empty text"],
    ["a first user with a misspelt member", { ...options, firstUser: { nmae: "ann", password: "correct horse" } }, "firstUser: nmae: there is no such option; did you mean name?"],
  ];
  for (const [what, given, told] of rows) {
    const message = await why(createPostern(given));
    check(`options: ${what}`, message.startsWith(told) && !message.includes("\n"), message);
  }
  check("options: a tool with a member of another spelling", (await tool({ input_schema: { type: "object" } })) === "tool 'a': input_schema: there is no such option; did you mean inputSchema?", await tool({ input_schema: {} }));
  check("options: a tool's scopes as a text", (await tool({ scopes: "greet" })) === "tool 'a': scopes: expected an array of texts, got a string", await tool({ scopes: "greet" }));
  check("options: a tool without a function", (await tool({ run: undefined })) === "tool 'a': run: expected a function, run(args, context), got undefined", await tool({ run: undefined }));
  check("options: a tool whose schema is none", (await tool({ inputSchema: { type: "object", required: 5 } })).includes("input_schema"));
  check("options: a tool whose scope is not declared", (await tool({ scopes: ["greet"] })).includes("not declared"), await tool({ scopes: ["greet"] }));
  const two = { name: "a", run: () => "" };
  check("options: two tools of one name", (await why(createPostern({ ...options, tools: [two, two] }))).includes("one of this name already"));
  check("options: a first user with a short password", (await why(createPostern({ ...options, firstUser: { name: "ann", password: "x" } }))).includes("password"));
  check("options: bytes will do for a module", (await why(createPostern({ ...options, module: readFileSync(wasmPath) }))) === "accepted");
  const ring = newKeyRing();
  check("a key ring is read as it was printed", JSON.stringify(readKeyRing(`# keys\n${printKeyRing(ring)}`)) === JSON.stringify(ring));
  let message = "";
  try { readKeyRing("short key"); } catch (error) { ({ message } = error); }
  check("one that is malformed names its line and not the key", message.includes("line 1") && !message.includes("short key"), message);
}

async function wire() {
  const host = await WebHost.start({ settings: { limits: { body: 1000 } } });
  let pulled = 0;
  const endless = new ReadableStream({ pull: (to) => void to.enqueue((++pulled, new Uint8Array(400))) });
  const large = await host.request("POST", "/register", { body: endless, headers: { "Content-Type": "application/json" } });
  check("a body without an end: 413, and it is not read on", large.status === 413 && pulled < 10, `${large.status}, ${pulled} pieces`);
  const broken = new ReadableStream({ pull: (to) => to.error(new Error("gone")) });
  check("a body that breaks off: 408", (await host.request("POST", "/register", { body: broken })).status === 408);
  const lies = { "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", Forwarded: "host=evil.example" };
  const plain = await host.send("GET", "/.well-known/oauth-authorization-server");
  const lied = await host.send("GET", "/.well-known/oauth-authorization-server", { headers: lies });
  check("forwarded headers are not believed", plain.status === 200 && plain.text === lied.text, lied.brief);
  check("another host: 403", (await host.send("GET", "/", { headers: { Host: "evil.example" } })).status === 403);
  check("two hosts: 400", (await host.send("GET", "/", { headers: { Host: "localhost:8000, evil.example" } })).status === 400);
  const head = await host.send("HEAD", "/healthz");
  check("HEAD has no body", head.status === 200 && head.body === "" && head.header("Content-Type") === "application/json", head.brief);
  check("every answer has an id", /^[0-9a-f]{16}$/.test(head.header("X-Request-Id")), head.brief);
  const dotted = await host.postern.handle({ method: "GET", target: "/mcp/../healthz", headers: [["Host", "localhost:8000"]], body: null });
  check("a target with dot segments reaches the core as it came: 400", dotted.status === 400);
  await host.send("GET", "/nowhere/secret-in-a-path");
  await host.send("GET", "/authorize?code=secret-in-a-query");
  check("neither query nor unknown path is logged", host.log.length > 5 && !JSON.stringify(host.log).includes("secret-in"), host.log.slice(-2));
}

async function withoutState() {
  const store = new MemoryStore();
  const postern = new Postern(compiled(), { settings, store: new Proxy(store, { get: () => () => { throw new Error("the store was asked"); } }) });
  const ask = async (target, headers = {}) => (await postern.ahead(new Request(origin + target, { headers }))).response;
  check("without state: metadata", (await ask("/.well-known/oauth-authorization-server")).status === 200);
  check("without state: a challenge", (await ask("/mcp")).status === 401);
  check("without state: a foreign host", (await ask("/", { Host: "evil.example" })).status === 403);
  check("without state: nothing that has to be looked up", (await ask("/authorize?client_id=x")) === undefined);
}

async function livesTheStory() {
  const host = await WebHost.start();
  await story.discovers(host, check);
  await story.isTurnedAway(host, check);
  const client = await story.registers(host, check);
  const { query, visitor } = await story.allows(host, check, client);
  await story.denies(host, check, client, visitor);
  const tokens = await story.redeems(host, check, client, query.get("code"));
  await story.callsTools(host, check, tokens.access_token);
  await story.isReplayed(host, check, client, tokens, await story.refreshes(host, check, client, tokens));
  check("the audit tells of it, by request", host.audit.some(({ what, outcome, request }) => what === "token.redeem" && outcome === "ok" && /^[0-9a-f]{16}$/.test(request)), host.audit.slice(0, 3));
  check("there is one first user", (await host.postern.addUser(story.name, story.password)).status === 409);
}

/** Access to everything that is offered. */
async function enter(host, scope) {
  const quiet = () => true;
  const client = await story.registers(host, quiet);
  const { query } = await story.allows(host, quiet, client, scope);
  const { json } = await story.redeem(host, client, query.get("code"));
  return { client, ...json };
}

const modernCall = (host, bearer, name, args = {}, more = {}) => {
  const json = story.rpc("tools/call", { name, arguments: args, ...more, _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {} } });
  return host.send("POST", "/mcp", { json, bearer, headers: { Accept: "application/json, text/event-stream", "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": name } });
};

async function tools() {
  const calls = [];
  const host = await WebHost.start({
    settings: { scopes: [{ token: "greet", in_words: "Greet people" }, { token: "break", in_words: "Break things" }], server: { name: "greeter", version: "1.0.0" } },
    tools: [
      { name: "greet", description: "Greets.", scopes: ["greet"], inputSchema: { type: "object", properties: { who: { type: "string", maxLength: 10 } }, required: ["who"] },
        run: async ({ who }, principal) => (calls.push(principal), `Hello ${who}, says ${principal.user_name}`) },
      { name: "breaks", scopes: ["break"], run: () => { throw new Error("the password is canary"); } },
      { name: "shapes", run: () => ({ structuredContent: { sum: 3 }, topics: [{ kind: "tools_changed" }] }) },
    ],
  });
  const { access_token: access } = await enter(host, "greet");
  const challenged = await modernCall(host, access, "breaks");
  check("a tool beyond the scopes: 403, and it is not run", challenged.status === 403 && challenged.header("WWW-Authenticate").includes("break"), challenged.brief);
  const malformed = await modernCall(host, access, "greet", { who: "x".repeat(11) });
  check("arguments that are not valid: refused, and it is not run", (malformed.answer.error ?? malformed.answer.result.isError) && calls.length === 0, malformed.brief);
  const greeted = await modernCall(host, access, "greet", { who: "Bob" });
  check("a tool in JavaScript knows arguments and user", greeted.answer.result?.content[0].text === `Hello Bob, says ${story.name}`, greeted.brief);
  check("and is run once", calls.length === 1 && calls[0].scopes === "greet", calls);
  const shaped = await modernCall(host, access, "shapes");
  check("structured content is told as text, too", shaped.answer.result?.structuredContent?.sum === 3 && shaped.answer.result.content[0].text === '{"sum":3}', shaped.brief);
  const wide = await enter(host, "greet break");
  const broken = await modernCall(host, wide.access_token, "breaks");
  check("what a tool throws is not told to the client", broken.answer.result?.isError === true && !broken.text.includes("canary"), broken.brief);
  check("but to the operator", host.log.some(({ what, reason }) => what === "tool.failed" && reason.includes("canary")));
  return { host, access };
}

/** What `run` gives, good or not: the client has valid MCP in any case, and the author is told. */
async function results() {
  let given;
  const image = { type: "image", data: "AA==", mimeType: "image/png" };
  const host = await WebHost.start({ settings: { scopes: [{ token: "run", in_words: "Run" }] }, tools: [{ name: "gives", run: () => given }] });
  const { access_token: access } = await enter(host, "run");
  const asked = async (value) => {
    given = value;
    host.log.length = 0;
    const { answer, brief } = await modernCall(host, access, "gives");
    return { result: answer?.result, brief, failure: host.log.find(({ what }) => what === "tool.failed") };
  };
  const bad = [
    ["nothing", undefined, "it gave undefined"], ["null", null, "it gave null"], ["a number", 7, "it gave a number"], ["true", true, "it gave a boolean"],
    ["an array of blocks", [{ type: "text", text: "x" }], "it gave an array"], ["an object of its own", { sum: 3 }, "it gave an object with sum"], ["an empty object", {}, "without content"],
    ["content that is text", { content: "x" }, "content that is a string"], ["a block without its text", { content: [{ type: "text" }] }, "content[0] that is no content block"],
    ["a block of no type", { content: [image, { text: "x" }] }, "content[1]"], ["an image without its type", { content: [{ type: "image", data: "AA==" }] }, "content[0]"],
    ["structured content that is a list", { structuredContent: [1] }, "structuredContent that is an array"], ["isError that is a text", { content: [], isError: "yes" }, "isError that is a string"],
    ["topics of another kind", { content: [], topics: [{ kind: "weather" }] }, "topics"], ["what no JSON can hold", { structuredContent: { count: 1n } }, "BigInt"],
  ];
  for (const [what, value, told] of bad) {
    const { result, brief, failure } = await asked(value);
    check(`a tool that gives ${what}: an error result for the client`, result?.isError === true && result.content?.[0]?.text === "The tool failed.", brief);
    check(`a tool that gives ${what}: the log names the tool and the reason`, failure?.level === "error" && failure.tool === "gives" && failure.reason.includes(told), failure);
  }
  const good = [["text", ""], ["blocks", { content: [image, { type: "resource", resource: { uri: "x://y", text: "z" } }, { type: "resource_link", uri: "x://y", name: "y" }] }], ["no blocks", { content: [] }],
    ["an error of its own", { content: [{ type: "text", text: "no" }], isError: true }], ["half a surrogate pair", "\ud800"]];
  for (const [what, value] of good) {
    const { result, brief, failure } = await asked(value);
    check(`a tool that gives ${what}: a result`, Array.isArray(result?.content) && (result.isError ?? false) === (value.isError ?? false) && failure === undefined, brief);
  }
}

/** What only its author can mend reaches the operator as an error. */
async function faulty() {
  const levels = ["ok", "tool_failed", "rpc_error", "invalid_token", "tool_faulty"].map((outcome) => levelOf({ what: "mcp.call", outcome }));
  check("of outcomes, a faulty tool alone is an error", levels.join() === "info,info,info,info,error", levels);
  let sum = "three";
  const outputSchema = { type: "object", properties: { sum: { type: "number" } }, required: ["sum"] };
  const host = await WebHost.start({ settings: { scopes: [{ token: "run", in_words: "Run" }] }, tools: [{ name: "adds", outputSchema, run: () => ({ structuredContent: { sum } }) }] });
  const { access_token: access } = await enter(host, "run");
  const calls = () => host.log.filter(({ what }) => what === "mcp.call").map(({ level, outcome, detail }) => [level, outcome, detail].join(" "));
  await modernCall(host, access, "adds");
  sum = 3;
  await modernCall(host, access, "adds");
  check("a result that does not fit is logged as an error, with tool and place", calls().join() === "error tool_faulty adds: its result does not fit its output schema at /sum,info ok adds", calls());
}

/** Users, grants and clients from JavaScript, as natively from the command line. */
async function operators() {
  const host = await WebHost.start();
  const { postern } = host;
  const { client, access_token: access } = await enter(host);
  const status = async () => (await host.send("POST", "/mcp", { bearer: access, json: story.rpc("ping") })).status;
  check("the token counts", (await status()) !== 401);
  const { users } = await postern.listUsers();
  check("users are listed", users.length === 1 && users[0].name === story.name && users[0].created === host.now, users);
  const { grants } = await postern.listGrants();
  check("grants are listed", grants.length === 1 && grants[0].user === story.name && grants[0].client === client.client_id, grants);
  check("grants of somebody else are not", (await postern.listGrants({ user: "grace" })).grants.length === 0 && (await postern.listGrants({ client: client.client_id })).grants.length === 1);
  const { clients } = await postern.listClients();
  check("clients are listed", clients.length === 2 && clients.some(({ id, grants: alive, redirect_uris: uris }) => id === client.client_id && alive === 1 && uris.length > 0), clients);
  check("a grant that is none: 404 and the reason", (await postern.revokeGrants({ id: "nobody" })).error.includes("no living grant"));
  check("a choice has to be made", (await why(postern.revokeGrants({}))).includes("expected one of") && (await why(postern.revokeGrants({ id: "x", all: true }))).includes("expected one of"));
  check("a user who is called by no text", (await why(postern.setPassword(undefined, "another horse"))) === "user.passwd: name: expected a text, got undefined" && (await why(postern.addUser("eve", 12345678))) === "user.add: password: expected a text, got a number");
  const stream = await listen(host, access);
  await stream.hears("acknowledged");
  check("a grant is revoked", (await postern.revokeGrants({ id: grants[0].id })).ended === 1 && (await status()) === 401);
  check("and its stream ends at once", await stream.ends(), stream.text);
  check("the audit tells of it", host.audit.some(({ what, outcome }) => what === "grants.revoke" && outcome === "ok"), host.audit.slice(-3));
  check("a password is changed", (await postern.setPassword(story.name, "another horse battery")).status === 200 && (await postern.setPassword("nobody", "another horse")).status === 404);
  check("a client is removed", (await postern.removeClient(client.client_id)).status === 200 && (await postern.listClients()).clients.length === 1 && (await postern.removeClient(client.client_id)).status === 404);
  await postern.setPassword(story.name, story.password);
  await enter(host);
  await enter(host);
  check("all that a user has granted is revoked", (await postern.revokeGrants({ user: story.name })).ended === 2);
  await enter(host);
  const removed = await postern.removeUser(story.name);
  check("a user is removed, with all that was granted", removed.status === 200 && removed.ended === 1 && (await postern.listUsers()).users.length === 0 && (await postern.listGrants()).grants.length === 0, removed);
}

/** Three hundred strangers register, and never come back. */
async function sweeps() {
  let now = 1_700_000_000;
  const store = new MemoryStore(() => now);
  const postern = await createPostern({ ...options, store, now: () => now, log: false, passwords: { hash: async () => "", verify: async () => false, decoy: () => settings.decoy_password } });
  for (let i = 0; i < 300; ++i) {
    const body = JSON.stringify({ redirect_uris: [`https://app.example.com/${i}`], token_endpoint_auth_method: "none" });
    await (await postern.fetch(new Request(`${origin}/register`, { method: "POST", headers: { "Content-Type": "application/json" }, body }))).text();
  }
  check("the registrations are there", store.size >= 300, store.size);
  now += 3 * 86400;
  check("and gone three days later, by themselves", await until(() => store.size === 0), store.size);
  postern.close();
}

async function talks() {
  const lines = [];
  const { error } = console;
  console.error = (line) => lines.push(line);
  try {
    const store = new MemoryStore();
    store.load = () => Promise.reject(new Error("the disk is full"));
    const postern = await createPostern({ ...options, store });
    await postern.fetch(new Request(`${origin}/authorize?client_id=x`));
    check("without a log warnings and errors go to the console", lines.length === 1 && lines[0] === 'postern: error store.failed reason="the disk is full"', lines);
    lines.length = 0;
    const silent = await createPostern({ ...options, store, log: false });
    await silent.fetch(new Request(`${origin}/authorize?client_id=x`));
    check("unless it is switched off", lines.length === 0, lines);
    postern.close();
    silent.close();
  } finally {
    console.error = error;
  }
}

const listen = (host, access) => {
  const json = story.rpc("subscriptions/listen", { notifications: { toolsListChanged: true }, _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {} } });
  return host.open("POST", "/mcp", { json, bearer: access, headers: { Accept: "application/json, text/event-stream", "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "subscriptions/listen" } });
};

async function streams({ host, access }) {
  const stream = await listen(host, access);
  check("a stream begins with its answer", stream.status === 200 && (await stream.hears("acknowledged")), stream.text);
  await modernCall(host, access, "shapes");
  check("the topic of a tool reaches it", await stream.hears("list_changed"), stream.text);
  host.postern.publish([{ kind: "tools_changed" }]);
  check("and so does one of the host", await until(() => stream.text.split("list_changed").length === 3), stream.text);
  check("it is counted", host.postern.openStreams === 1);
  stream.close();
  check("a client that goes away is forgotten", await until(() => host.postern.openStreams === 0));
  const another = await listen(host, access);
  host.postern.close();
  check("the end of the server ends its streams", await another.ends());
}

async function streamsEnd() {
  const times = { checkEvery: 40, commentEvery: 60, look: 10, takenIn: 100, box: 2000 };
  const host = await WebHost.start({ streams: times });
  const { client, ...tokens } = await enter(host);
  const stream = await listen(host, tokens.access_token);
  check("a quiet stream says that it is alive", await stream.hears("\n:") || await stream.hears(": "), stream.text);
  const [key] = [...(await host.store.scan("grant/", 1))].map((one) => one.key);
  const record = await host.store.load(key);
  await host.store.commit({ expects: [{ key, version: record.version }], puts: [], deletes: [key] }); // by another process
  check("an end that nobody published is seen by the check", await stream.ends(), stream.text);

  const next = await enter(host);
  const open = await listen(host, next.access_token);
  await host.send("POST", "/revoke", { form: { token: next.refresh_token, client_id: next.client.client_id } });
  check("a revocation ends it at once", await open.ends(), open.text);

  const more = await enter(host);
  const json = story.rpc("subscriptions/listen", { notifications: { toolsListChanged: true }, _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {} } });
  const unread = () => host.request("POST", "/mcp", { json, bearer: more.access_token, headers: { Accept: "application/json, text/event-stream", "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "subscriptions/listen" } });
  const stuck = await unread();
  for (let i = 0; i < 100; ++i) host.postern.publish([{ kind: "tools_changed" }]);
  check("who does not read has a box of limited size, and is dropped", await until(() => host.postern.openStreams === 0), host.postern.openStreams);
  check("with what it had coming", stuck.status === 200);
  const slow = await unread();
  check("and who reads nothing in time is dropped, too", await until(() => host.postern.openStreams === 0) && slow.status === 200);
}

/** How long a stream outlives what it stands on: one number, in the core, and whoever says it says that one. */
async function outliveNothingForLong() {
  const read = (file) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  const number = (name) => Number(new RegExp(`${name} = (\\d+);`).exec(read("core/server/evaluate.hpp"))?.[1]);
  const [longest, every] = [number("stream_outlives"), number("stream_check_every")];
  check("a check comes some time before the longest is over, also where it is looked for once in a second", every + 1 < longest, [every, longest]);
  check("the module says how often", new Deployment(options.module, settings).checkEvery === every);
  const asked = [];
  const deployment = { checkEvery: 0.04, comment: ":\n", check: (stream) => (asked.push(stream), { needs: null, stream }), closed: () => undefined };
  const open = new Streams(deployment, { now: () => 0, entropy: () => new Uint8Array(32) }, { look: 5 });
  const body = open.open({ owns_session: false }, "x");
  check("streams are checked as often as it says", await until(() => asked.length > 3), asked.length);
  await body.cancel();
  for (const [file, sentence] of [["README.md", /open streams within (\d+)\s+seconds/], ["docs/architecture.md", /another process therefore ends within (\d+) seconds/],
    ["docs/external.md", /\*\*Streams\*\* end within (\d+) seconds/]]) {
    check(`${file} says the longest`, Number(sentence.exec(read(file))?.[1]) === longest, sentence.exec(read(file)));
  }
  for (const [file, sentence] of [["docs/architecture.md", /when a stream opens and every (\d+) seconds/], ["docs/external.md", /asked about anew every (\d+) seconds/]]) {
    check(`${file} says how often`, Number(sentence.exec(read(file))?.[1]) === every, sentence.exec(read(file)));
  }
  check("the native host has it from there", /check_every = std::chrono::seconds\(stream_check_every\)/.test(read("host-native/streams.hpp")));
}

/** HTTP+SSE: the stream owns its session. */
async function sessionsEnd() {
  const host = await WebHost.start();
  const { access_token } = await enter(host);
  const stream = await host.open("GET", "/sse", { bearer: access_token, headers: { Accept: "text/event-stream" } });
  check("HTTP+SSE: the endpoint is told", await stream.hears("event: endpoint"), stream.text);
  const target = /data: (\S+)/.exec(stream.text)[1];
  const json = story.rpc("initialize", { protocolVersion: "2024-11-05", capabilities: {}, clientInfo: { name: "x", version: "1" } });
  check("HTTP+SSE: a message is accepted", (await host.send("POST", target, { json, bearer: access_token })).status === 202);
  check("HTTP+SSE: and answered on the stream", await stream.hears('"protocolVersion"'), stream.text);
  stream.close();
  check("HTTP+SSE: the session ends with its stream", await until(async () => (await host.store.scan("session/", 9)).length === 0));
  const head = await host.send("HEAD", "/sse", { bearer: access_token });
  check("HTTP+SSE: HEAD opens nothing", head.status < 500 && host.postern.openStreams === 0, head.brief);
}

await refused();
await wire();
await withoutState();
await livesTheStory();
await streams(await tools());
await streamsEnd();
await outliveNothingForLong();
await sessionsEnd();
await results();
await faulty();
await operators();
await sweeps();
await talks();
done();
