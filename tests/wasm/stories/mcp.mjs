// MCP as clients speak it: sessions of the revisions up to 2025-11-25, and 2026-07-28 without one.
import { accept, initialize, legacy, mcp, meta, modern, modernCall, name, rpc, statuses } from "./speak.mjs";

const told = (reply) => JSON.stringify(reply.answer?.result ?? "");
const call = (tool, args = {}) => rpc("tools/call", { name: tool, arguments: args });

export async function callsTools(host, check, token) {
  const { reply: opened, session } = await initialize(host, token);
  check("initialize opens a session", opened.status === 200 && opened.answer?.result?.protocolVersion === legacy && session["Mcp-Session-Id"], opened.brief);
  const noted = await mcp(host, token, { jsonrpc: "2.0", method: "notifications/initialized" }, session);
  check("notifications are accepted", noted.status === 202, noted.brief);
  const list = await mcp(host, token, rpc("tools/list"), session);
  check("tools/list", list.answer?.result?.tools?.some((tool) => tool.name === "whoami"), list.brief);
  const who = await mcp(host, token, call("whoami"), session);
  check("tools/call whoami in a session", told(who).includes(name), who.brief);
  const discovered = await modernCall(host, token, "server/discover");
  check("server/discover in 2026-07-28", discovered.status === 200 && discovered.answer?.result !== undefined, discovered.brief);
  const now = await modernCall(host, token, "tools/call", { name: "whoami", arguments: {} });
  check("tools/call whoami in 2026-07-28", now.status === 200 && told(now).includes(name), now.brief);
  const unknown = await modernCall(host, token, "tools/call", { name: "no_such_tool", arguments: {} });
  check("an unknown tool is an error", unknown.answer?.error !== undefined, unknown.brief);
  const wrong = await mcp(host, token, call("read_note", { id: 7 }), session);
  check("arguments against the schema are refused", wrong.answer?.result?.isError === true || wrong.answer?.error !== undefined, wrong.brief);
  const denied = await modernCall(host, token, "tools/call", { name: "write_note", arguments: { title: "t", text: "x" } });
  check("too little scope: 403 that names the scope", denied.status === 403 && /insufficient_scope/.test(denied.header("WWW-Authenticate") ?? "") && /notes:write/.test(denied.header("WWW-Authenticate") ?? ""), denied.brief);
  const mismatch = await modernCall(host, token, "tools/list", {}, { "Mcp-Method": "tools/call" });
  check("header and body disagree: 400", mismatch.status === 400, mismatch.brief);
  const broken = await host.send("POST", "/mcp", { body: "{", bearer: token, headers: { ...accept, "Content-Type": "application/json" } });
  check("broken JSON: 400", broken.status === 400, broken.brief);
  const ended = await host.send("DELETE", "/mcp", { bearer: token, headers: session });
  check("DELETE ends the session", ended.status >= 200 && ended.status < 300, ended.brief);
  const after = await mcp(host, token, rpc("ping"), session);
  check("an ended session: 404", after.status === 404, after.brief);
}

/** One session of a revision, from initialize to its end. */
export async function speaks(revision, host, check, token) {
  const says = statuses(check);
  const { reply, session } = await initialize(host, token, revision);
  check(`${revision}: initialize agrees on it`, reply.answer?.result?.protocolVersion === revision, reply.brief);
  const say = (json, headers) => mcp(host, token, json, { ...session, ...headers });
  await says(`${revision}: initialized`, 202, say({ jsonrpc: "2.0", method: "notifications/initialized" }));
  await says(`${revision}: ping`, 200, say(rpc("ping", undefined, "a text for an id")));
  const list = await says(`${revision}: tools/list`, 200, say(rpc("tools/list")));
  check(`${revision}: structured content only where the revision has it`, list.answer.result.tools.every((tool) => (tool.outputSchema !== undefined) === (revision >= "2025-06-18")), list.brief);
  await says(`${revision}: a cursor that was never given`, 200, say(rpc("tools/list", { cursor: "x" })));
  const who = await says(`${revision}: tools/call`, 200, say(call("whoami")));
  check(`${revision}: whoami tells the name`, told(who).includes(name), who.brief);
  await says(`${revision}: arguments that the schema has not`, 200, say(call("whoami", { extra: 1 })));
  await says(`${revision}: a tool that is not there`, 200, say(call("no_such_tool")));
  await says(`${revision}: resources/list`, 200, say(rpc("resources/list")));
  await says(`${revision}: resources/templates/list`, 200, say(rpc("resources/templates/list")));
  await says(`${revision}: a resource that is not there`, 200, say(rpc("resources/read", { uri: "note://nothing" })));
  await says(`${revision}: an unknown method`, 200, say(rpc("no/such/method")));
  const both = await say([rpc("ping", undefined, 1), { jsonrpc: "2.0", method: "notifications/initialized" }, call("whoami")]);
  check(`${revision}: a batch, which only 2025-03-26 has`, both.status === (revision === "2025-03-26" ? 200 : 400), both.brief);
  await says(`${revision}: the session ends`, 204, host.send("DELETE", "/mcp", { bearer: token, headers: session }));
}

export async function batches(host, check, token) {
  const says = statuses(check);
  const { session } = await initialize(host, token, "2025-03-26");
  check("a session of 2025-03-26", session["Mcp-Session-Id"] !== undefined);
  const say = (json) => mcp(host, token, json, session);
  await says("an empty batch", 400, say([]));
  await says("a batch of 33", 400, say(Array.from({ length: 33 }, (_, i) => rpc("ping", undefined, i))));
  await says("only notifications", 202, say([{ jsonrpc: "2.0", method: "notifications/initialized" }]));
  await says("good ones beside bad ones", 200, say([7, rpc("ping", undefined, "x"), { jsonrpc: "1.0" }, rpc("no/such/method", {}, 3), rpc("initialize", {}, 4)]));
  await says("a batch that goes beyond the scopes: nothing of it is done", 403, say([call("whoami"), call("write_note", { title: "t", text: "x" })]));
}

export async function isMisspoken(host, check, token) {
  const says = statuses(check);
  const { session } = await initialize(host, token);
  check("a session", session["Mcp-Session-Id"] !== undefined);
  const raw = (body, headers = {}) => host.send("POST", "/mcp", { body, bearer: token, headers: { ...accept, "Content-Type": "application/json", ...session, ...headers } });
  const say = (json) => mcp(host, token, json, session);
  for (const [sentence, body] of [["nothing", ""], ["no JSON", "{"], ["a number with a leading zero", '{"id":01}'], ["text", '"ping"'], ["null", "null"],
    ["no version of JSON-RPC", '{"id":1,"method":"ping"}'], ["an id that is null", '{"jsonrpc":"2.0","id":null,"method":"ping"}'],
    ["an id that is an object", '{"jsonrpc":"2.0","id":{},"method":"ping"}'], ["a method that is no text", '{"jsonrpc":"2.0","id":1,"method":7}'],
    ["a member twice", '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}'], ["half a surrogate pair", '{"jsonrpc":"2.0","id":1,"method":"\\ud83d"}']]) {
    await says(`${sentence} for a message`, 400, raw(body));
  }
  await says("parameters that are an array", 400, raw('{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}'));
  await says("an id that no double holds", 200, raw('{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}'));
  await says("another media type", 415, raw("{}", { "Content-Type": "text/plain" }));
  await says("an Accept without event streams: JSON", 200, raw('{"jsonrpc":"2.0","id":1,"method":"ping"}', { Accept: "application/json" }));
  await says("an unknown session", 404, raw('{"jsonrpc":"2.0","id":1,"method":"ping"}', { "Mcp-Session-Id": "x".repeat(43) }));
  await says("no session", 400, mcp(host, token, rpc("ping")));
  await says("another revision than the session's, which the session knows better", 200, raw('{"jsonrpc":"2.0","id":1,"method":"ping"}', { "MCP-Protocol-Version": "2025-06-18" }));
  await says("a revision that nobody knows", 400, raw('{"jsonrpc":"2.0","id":1,"method":"ping"}', { "MCP-Protocol-Version": "1999-01-01" }));
  await says("a response to what was never asked", 202, say({ jsonrpc: "2.0", id: 1, result: {} }));
  const unknown = await mcp(host, token, rpc("initialize", { protocolVersion: "1999-01-01", capabilities: {}, clientInfo: { name: "x", version: "1" } }));
  check("initialize of a revision that nobody knows: the newest that has it", unknown.answer?.result?.protocolVersion === legacy, unknown.brief);
  const newer = rpc("initialize", { protocolVersion: "2099-01-01", capabilities: {}, clientInfo: { name: "x", version: "1" } });
  await says("initialize under a revision that nobody knows, in the header, too", 200, mcp(host, token, newer, { "MCP-Protocol-Version": "2099-01-01" }));
  await says("initialize without a revision", 200, mcp(host, token, rpc("initialize", {})));
  await says("a log level", 200, say(rpc("logging/setLevel", { level: "warning" })));
  await says("a log level that is none", 200, say(rpc("logging/setLevel", { level: "loud" })));
  await says("a progress token that is an object", 200, say(rpc("tools/call", { name: "whoami", _meta: { progressToken: {} } })));
  await says("tools/call without a name", 200, say(rpc("tools/call", {})));
  await says("tools/call with arguments that are an array", 200, say(rpc("tools/call", { name: "whoami", arguments: [] })));
  await says("a subscription to a note", 200, say(rpc("resources/subscribe", { uri: "note://some" })));
  await says("a subscription to what nobody provides", 200, say(rpc("resources/subscribe", { uri: "file:///etc/passwd" })));
  await says("no subscription any more", 200, say(rpc("resources/unsubscribe", { uri: "note://some" })));
  await says("the stream of the session", 200, host.send("GET", "/mcp", { bearer: token, headers: { Accept: "text/event-stream", ...session } }));
  await says("the stream of no session", 400, host.send("GET", "/mcp", { bearer: token, headers: { Accept: "text/event-stream" } }));
  await says("a stream as JSON", 406, host.send("GET", "/mcp", { bearer: token, headers: { Accept: "application/json", ...session } }));
  await says("PUT", 405, host.send("PUT", "/mcp", { bearer: token, json: {} }));
}

export async function speaksModern(host, check, token) {
  const says = statuses(check);
  const send = (method, params, headers) => modernCall(host, token, method, params, headers);
  await says("server/discover", 200, send("server/discover"));
  await says("tools/list", 200, send("tools/list"));
  await says("tools/call", 200, send("tools/call", { name: "get_user_profile", arguments: {} }));
  await says("resources/list", 200, send("resources/list"));
  await says("resources/templates/list", 200, send("resources/templates/list"));
  await says("resources/read of nothing", 200, send("resources/read", { uri: "note://nothing" }));
  await says("arguments that the schema has not", 200, send("tools/call", { name: "whoami", arguments: { extra: null } }));
  await says("arguments of the wrong type", 200, send("tools/call", { name: "read_note", arguments: { id: ["x"] } }));
  await says("no arguments where one is required", 200, send("tools/call", { name: "read_note" }));
  await says("an id against its pattern", 200, send("tools/call", { name: "read_note", arguments: { id: "../../x" } }));
  await says("ping, which is gone", 404, send("ping"));
  await says("initialize, which is gone", 404, send("initialize"));
  await says("prompts, which are not offered", 404, send("prompts/list"));
  await says("a name that is not ASCII, encoded", 200, send("tools/call", { name: "größe", arguments: {} }, { "Mcp-Name": "=?base64?Z3LDtsOfZQ==?=" }));
  for (const [sentence, headers] of [["no Mcp-Method", { "Mcp-Method": undefined }], ["another Mcp-Method", { "Mcp-Method": "tools/list" }],
    ["no Mcp-Name", { "Mcp-Name": undefined }], ["another Mcp-Name", { "Mcp-Name": "write_note" }], ["an Mcp-Name that is not well formed", { "Mcp-Name": "=?base64?***?=" }],
    ["a revision in the header that is not the body's", { "MCP-Protocol-Version": legacy }], ["no revision in the header", { "MCP-Protocol-Version": undefined }]]) {
    await says(sentence, 400, send("tools/call", { name: "whoami", arguments: {} }, headers));
  }
  const less = (member) => Object.fromEntries(Object.entries(meta()).filter(([key]) => !key.endsWith(member)));
  for (const [sentence, _meta] of [["no _meta", undefined], ["_meta that is a list", []], ["no revision in _meta", less("protocolVersion")], ["no capabilities in _meta", less("clientCapabilities")],
    ["a client that is no object", { ...less("clientInfo"), "io.modelcontextprotocol/clientInfo": "x" }], ["a log level that is none", { ...meta(), "io.modelcontextprotocol/logLevel": "loud" }],
    ["a progress token that is a list", { ...meta(), progressToken: [] }]]) {
    await says(sentence, 400, send("tools/list", { _meta }));
  }
  const later = { ...meta(), "io.modelcontextprotocol/protocolVersion": "2099-01-01" };
  const unsupported = await send("tools/list", { _meta: later }, { "MCP-Protocol-Version": "2099-01-01" });
  check("a revision that comes later: 400, and what there is", unsupported.status === 400 && told(unsupported) !== modern && unsupported.body.includes(modern), unsupported.brief);
  await says("a notification", 202, mcp(host, token, { jsonrpc: "2.0", method: "notifications/cancelled", params: { _meta: meta() } }, { "MCP-Protocol-Version": modern }));
  await says("a response", 400, mcp(host, token, { jsonrpc: "2.0", id: 1, result: {} }, { "MCP-Protocol-Version": modern }));
  await says("a batch", 400, mcp(host, token, [rpc("tools/list", { _meta: meta() })], { "MCP-Protocol-Version": modern }));
}

export async function listens(host, check, token) {
  const says = statuses(check);
  const listen = (notifications) => modernCall(host, token, "subscriptions/listen", notifications === undefined ? {} : { notifications });
  for (const [sentence, notifications] of [["no filter", undefined], ["a filter that is a list", []], ["a kind that is no boolean", { toolsListChanged: 1 }],
    ["resources that are no list", { resourceSubscriptions: "note://a" }], ["a resource that is no text", { resourceSubscriptions: [7] }]]) {
    const reply = await listen(notifications);
    check(`${sentence}: an error, and no stream`, reply.answer?.error !== undefined && reply.stream === null, reply.brief);
  }
  await says("a filter of nothing", 200, listen({}));
  await says("resources, of which one is nobody's", 200, listen({ resourcesListChanged: true, promptsListChanged: true, resourceSubscriptions: ["note://a", "file:///x", "note://a"] }));
}
