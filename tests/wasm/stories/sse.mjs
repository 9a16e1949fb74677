// HTTP+SSE of 2024-11-05: a stream for the answers, an endpoint for the messages.
import { rpc, statuses } from "./speak.mjs";

export async function speaksSse(host, check, token) {
  const says = statuses(check);
  const stream = { Accept: "text/event-stream" };
  await says("the stream by POST", 405, host.send("POST", "/sse", { json: {}, bearer: token, headers: stream }));
  await says("the stream as JSON", 406, host.send("GET", "/sse", { bearer: token, headers: { Accept: "application/json" } }));
  const opened = await host.send("GET", "/sse", { bearer: token, headers: stream });
  const endpoint = /data: ?(\S+)/.exec(opened.body)?.[1];
  check("the stream names the endpoint", opened.status === 200 && endpoint?.startsWith("/messages?session_id="), opened.brief);
  const say = (json, target = endpoint) => host.send("POST", target, { json, bearer: token });
  await says("a message without a token", 401, host.send("POST", endpoint, { json: rpc("ping") }));
  await says("a message without a session", 400, say(rpc("ping"), "/messages"));
  await says("a message with two sessions", 400, say(rpc("ping"), `${endpoint}&session_id=x`));
  await says("a message to nobody's session", 404, say(rpc("ping"), `/messages?session_id=${"A".repeat(43)}`));
  await says("a message that is no JSON", 400, host.send("POST", endpoint, { body: "{", bearer: token, headers: { "Content-Type": "application/json" } }));
  await says("a message of another media type", 415, host.send("POST", endpoint, { body: "{}", bearer: token, headers: { "Content-Type": "text/plain" } }));
  await says("messages by GET", 405, host.send("GET", endpoint, { bearer: token }));
  host.topics.length = 0;
  await says("initialize is taken", 202, say(rpc("initialize", { protocolVersion: "2024-11-05", capabilities: {}, clientInfo: { name: "story", version: "1" } })));
  const heard = () => host.topics.map((topic) => host.deployment.tell(opened.stream, topic).bytes).join("");
  check("and answered on the stream", heard().includes('"protocolVersion":"2024-11-05"'), heard());
  await says("a notification is taken", 202, say({ jsonrpc: "2.0", method: "notifications/initialized" }));
  await says("tools/list is taken", 202, say(rpc("tools/list")));
  await says("tools/call is taken", 202, say(rpc("tools/call", { name: "whoami", arguments: {} })));
  check("whoami is answered on the stream", heard().includes("ann"), heard());
  await says("a batch, which 2024-11-05 has not", 400, say([rpc("ping", undefined, 7), rpc("ping", undefined, 8)]));
  await says("a call beyond the scopes is refused where it was sent", 403, say(rpc("tools/call", { name: "write_note", arguments: { title: "t", text: "x" } })));
}
