// The notes service: what a tool keeps, and what it refuses.
import { initialize, mcp, modernCall, rpc, statuses } from "./speak.mjs";

export async function keepsNotes(host, check, token) {
  const written = await modernCall(host, token, "tools/call", { name: "write_note", arguments: { title: "Groceries", text: "Grüße 🥦" } });
  const id = written.answer?.result?.structuredContent?.id;
  check("write_note gives an id", typeof id === "string", written.brief);
  const read = await modernCall(host, token, "tools/call", { name: "read_note", arguments: { id } });
  check("read_note gives the text back", JSON.stringify(read.answer?.result ?? "").includes("Grüße 🥦"), read.brief);
  const list = await modernCall(host, token, "tools/call", { name: "list_notes", arguments: {} });
  check("list_notes shows it", JSON.stringify(list.answer?.result ?? "").includes("Groceries"), list.brief);
  const found = await modernCall(host, token, "resources/read", { uri: `note://${id}` });
  check("the note is a resource", JSON.stringify(found.answer?.result ?? "").includes("Grüße"), found.brief);
  const gone = await modernCall(host, token, "tools/call", { name: "delete_note", arguments: { id } });
  check("delete_note", gone.status === 200 && gone.answer?.result?.isError !== true, gone.brief);
  const missing = await modernCall(host, token, "tools/call", { name: "read_note", arguments: { id } });
  check("a deleted note: a tool error", missing.answer?.result?.isError === true, missing.brief);
}

/** In a session of 2025-11-25, where a note is a resource to subscribe to. */
export async function keepsNotesInASession(host, check, token) {
  const says = statuses(check);
  const { session } = await initialize(host, token);
  check("a session", session["Mcp-Session-Id"] !== undefined);
  const call = (name, args) => mcp(host, token, rpc("tools/call", { name, arguments: args }), session);
  const isError = (reply) => reply.answer?.result?.isError === true;
  for (const [sentence, args] of [["no title", { text: "x" }], ["an empty title", { title: "", text: "x" }], ["a title of 201 characters", { title: "ü".repeat(201), text: "x" }],
    ["a text that is a number", { title: "t", text: 1.5 }], ["more than the schema has", { title: "t", text: "x", colour: "red" }]]) {
    const reply = await call("write_note", args);
    check(`${sentence}: a tool error`, isError(reply) || reply.answer?.error !== undefined, reply.brief);
  }
  const written = await call("write_note", { title: "t".repeat(200), text: 'quotes " and \\ and \u0001 and \u2028' });
  const id = written.answer?.result?.structuredContent?.id;
  check("write_note with characters that JSON escapes", typeof id === "string", written.brief);
  await says("a subscription", 200, mcp(host, token, rpc("resources/subscribe", { uri: `note://${id}` }), session));
  await says("the same subscription again", 200, mcp(host, token, rpc("resources/subscribe", { uri: `note://${id}` }), session));
  const list = await mcp(host, token, rpc("resources/list"), session);
  check("resources/list has the note", list.answer?.result?.resources?.[0]?.uri === `note://${id}`, list.brief);
  const read = await mcp(host, token, rpc("resources/read", { uri: `note://${id}` }), session);
  check("resources/read gives the text", read.answer?.result?.contents?.[0]?.text?.includes("quotes"), read.brief);
  const gone = await call("delete_note", { id });
  check("delete_note", gone.status === 200 && !isError(gone), gone.brief);
  check("the subscriber is told", host.topics.some(({ kind }) => kind === "resource_updated"), host.topics);
  const twice = await call("delete_note", { id });
  check("a note that is gone: a tool error", isError(twice), twice.brief);
}
