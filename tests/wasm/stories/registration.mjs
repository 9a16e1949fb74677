// Dynamic client registration, RFC 7591.
import { callback, metadata, register, statuses } from "./speak.mjs";

/** Gives the client. */
export async function registers(host, check) {
  const reply = await register(host);
  check("registers", reply.status === 201 && typeof reply.json?.client_id === "string", reply.brief);
  const again = await register(host);
  check("the same metadata is the same client", again.json?.client_id === reply.json?.client_id, again.brief);
  const confidential = await register(host, { token_endpoint_auth_method: "client_secret_basic", client_name: "With a secret" });
  check("a confidential client gets a secret", typeof confidential.json?.client_secret === "string", confidential.brief);
  return reply.json ?? {};
}

export async function isRegisteredWell(host, check) {
  const says = statuses(check);
  const moved = await register(host, { redirect_uris: [callback.replace("39007", "40000")] });
  const client = await register(host);
  check("another port of loopback is the same client", moved.json?.client_id === client.json?.client_id, moved.brief);
  await says("a secret in the body", 201, register(host, { token_endpoint_auth_method: "client_secret_post" }));
  await says("the method is left out", 201, register(host, { token_endpoint_auth_method: undefined }));
  await says("two redirects, one of https and one of the app's own scheme", 201, register(host, { redirect_uris: ["https://app.example/cb?x=1", "com.example.app:/cb"] }));
  await says("a name in another script", 201, register(host, { client_name: "Приложение 应用 🧭" }));
  await says("a scope, a URI and what nobody knows", 201, register(host, { scope: "user notes:read", client_uri: "https://app.example", unknown: { a: [1] } }));
  for (const [scope, kept] of [["openid offline_access notes:read", "notes:read"], ["mcp", "notes:read user"], ["", undefined]]) {
    const scoped = await register(host, { scope });
    check(`the scope "${scope}": ${kept ?? "none"} is kept`, scoped.status === 201 && scoped.json?.scope === kept, scoped.brief);
  }
  const cursor = ["cursor://anysphere.cursor-mcp/oauth/callback", "https://www.cursor.com/agents/mcp/oauth/callback", "http://localhost:8787/callback"];
  const mixed = await register(host, { redirect_uris: ["newclient://callback", ...cursor, "https://*.client.example/cb"] });
  check("of a set the acceptable redirects are kept", mixed.status === 201 && mixed.json?.redirect_uris?.join() === cursor.join(), mixed.brief);
  const ports = Array.from({ length: 25 }, (_, i) => `http://localhost:${39000 + i}/cb`);
  await says("25 ports of loopback", 201, register(host, { redirect_uris: ports }));
  await says("IPv6 loopback", 201, register(host, { redirect_uris: ["http://[::1]:3000/cb"] }));
}

export async function isRefusedRegistration(host, check) {
  const says = statuses(check);
  const type = { "Content-Type": "application/json" };
  const raw = (body, headers = type) => host.send("POST", "/register", { body, headers });
  await says("no JSON", 400, raw("{"));
  await says("nothing at all", 400, raw(""));
  await says("an array", 400, raw("[]"));
  await says("the same member twice", 400, raw('{"redirect_uris":[],"redirect_uris":[]}'));
  await says("JSON that is nested too deeply", 400, raw("[".repeat(200) + "]".repeat(200)));
  await says("another media type", 400, raw("{}", { "Content-Type": "text/plain" }));
  const wrong = [
    ["no redirect", { redirect_uris: [] }],
    ["redirects that are no list", { redirect_uris: callback }],
    ["a redirect that is no text", { redirect_uris: [7] }],
    ["a script for a redirect", { redirect_uris: ["javascript:alert(1)"] }],
    ["a redirect with a fragment", { redirect_uris: ["https://app.example/cb#x"] }],
    ["a redirect with a user", { redirect_uris: ["https://bank.example@evil.example/cb"] }],
    ["plain http off loopback", { redirect_uris: ["http://app.example/cb"] }],
    ["loopback as a part of a name", { redirect_uris: ["http://localhost.evil.example/cb"] }],
    ["a pattern for a host", { redirect_uris: ["https://*.client.example/cb"] }],
    ["a set in which none is acceptable", { redirect_uris: ["newclient://callback", "http://app.example/cb"] }],
    ["21 redirects", { redirect_uris: Array.from({ length: 21 }, (_, i) => `https://app.example/${i}`) }],
    ["a scope that is no text", { scope: ["user"] }],
    ["a scope with a quote", { scope: 'user "' }],
    ["a redirect with a line end", { redirect_uris: ["https://app.example/cb\r\nX: y"] }],
    ["a relative redirect", { redirect_uris: ["/cb"] }],
    ["an unknown way of client authentication", { token_endpoint_auth_method: "tls_client_auth" }],
    ["a grant type that is not here", { grant_types: ["implicit"] }],
    ["a response type that is not here", { response_types: ["token"] }],
    ["a name that is no text", { client_name: 7 }],
  ];
  for (const [sentence, more] of wrong) await says(sentence, 400, host.send("POST", "/register", { json: metadata(more) }));
}
