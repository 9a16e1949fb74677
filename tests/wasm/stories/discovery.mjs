// What anybody may ask: metadata in every spelling, CORS, and what the boundary turns away.
import { accept, issuer, rpc, statuses } from "./speak.mjs";

const protectedResource = "/.well-known/oauth-protected-resource";
const authorizationServer = "/.well-known/oauth-authorization-server";
const openid = "/.well-known/openid-configuration";
const page = { Origin: "https://app.example" };
const browser = { Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };

export async function discovers(host, check) {
  const reply = await host.send("POST", "/mcp", { json: rpc("ping"), headers: accept });
  check("without a token: 401", reply.status === 401, reply.brief);
  const challenged = reply.header("WWW-Authenticate") ?? "";
  check("the challenge names the metadata", challenged.includes(`resource_metadata="${issuer}${protectedResource}`), challenged);
  for (const target of [protectedResource, `${protectedResource}/mcp`, authorizationServer, openid]) {
    const document = await host.send("GET", target);
    check(`GET ${target}`, document.status === 200 && document.json !== undefined, document.brief);
  }
  const server = (await host.send("GET", authorizationServer)).json ?? {};
  check("issuer, and PKCE by S256 only", server.issuer === issuer && String(server.code_challenge_methods_supported) === "S256", server);
}

export async function isSpeltOtherwise(host, check) {
  const says = statuses(check);
  for (const target of [`${protectedResource}/`, `${protectedResource}/mcp/`, `${protectedResource}/sse`, `${protectedResource}?a=b`]) {
    await says(`GET ${target}`, 200, host.send("GET", target));
  }
  for (const target of [`${protectedResource}/other`, `${authorizationServer}/mcp`, `${openid}/other`, "/.well-known/jwks.json", "/.well-known/", "/nothing"]) {
    await says(`GET ${target}`, 404, host.send("GET", target));
  }
  for (const target of [protectedResource, authorizationServer, openid, "/healthz", "/"]) {
    await says(`HEAD ${target}`, 200, host.send("HEAD", target));
    await says(`POST ${target}`, 405, host.send("POST", target));
  }
  await says("the front page", 200, host.send("GET", "/"));
  await says("the front page for a browser", 200, host.send("GET", "/", { headers: browser }));
  await says("a page for a browser that is lost", 404, host.send("GET", "/nothing", { headers: browser }));
  await says("the server is up", 200, host.send("GET", "/healthz"));
}

export async function isAskedByPages(host, check) {
  const says = statuses(check);
  const asks = { ...page, "Access-Control-Request-Method": "POST" };
  for (const target of ["/token", "/register", "/revoke", "/introspect", protectedResource]) {
    await says(`the preflight of ${target}`, 204, host.send("OPTIONS", target, { headers: asks }));
  }
  const named = { ...asks, "Access-Control-Request-Headers": "authorization, mcp-param-region" };
  await says("the preflight names headers, and hears them again", 204, host.send("OPTIONS", "/token", { headers: named }));
  const hostile = { ...asks, "Access-Control-Request-Headers": "x\u00e9; *" };
  await says("a preflight with what is no header name", 204, host.send("OPTIONS", "/token", { headers: hostile }));
  await says("a foreign page may not use /mcp", 403, host.send("OPTIONS", "/mcp", { headers: asks }));
  await says("nor with a token", 403, host.send("POST", "/mcp", { json: rpc("ping"), headers: { ...accept, ...page }, bearer: "x" }));
  await says("a page on loopback may", 204, host.send("OPTIONS", "/mcp", { headers: { ...asks, Origin: "http://localhost:5173" } }));
  await says("the origin null is none", 403, host.send("GET", "/mcp", { headers: { Origin: "null" } }));
  const isPrivate = { ...asks, "Access-Control-Request-Private-Network": "true" };
  await says("a page on loopback may reach this network", 204, host.send("OPTIONS", "/mcp", { headers: { ...isPrivate, Origin: "http://localhost:5173" } }));
  await says("a foreign page is not told so", 204, host.send("OPTIONS", "/token", { headers: isPrivate }));
  await says("pages for people have no preflight", 405, host.send("OPTIONS", "/authorize", { headers: asks }));
  await says("metadata for a page", 200, host.send("GET", authorizationServer, { headers: page }));
}

export async function isTurnedAway(host, check) {
  const says = statuses(check);
  await says("another host", 403, host.send("GET", "/", { headers: { Host: "evil.example" } }));
  await says("no host", 400, host.send("GET", "/", { headers: { Host: undefined } }));
  await says("two hosts", 400, host.send("GET", "/", { headers: { host: "localhost:8000" } }));
  await says("loopback by its other names", 200, host.send("GET", "/healthz", { headers: { Host: "[::1]:8000" } }));
  await says("loopback as a part of a name", 403, host.send("GET", "/healthz", { headers: { Host: "localhost.evil.example" } }));
  await says("a target that is too long", 414, host.send("GET", `/${"x".repeat(9000)}`));
  await says("a header that is too large", 431, host.send("GET", "/", { headers: { "X-Long": "x".repeat(40000) } }));
  await says("a target with a broken escape", 400, host.send("GET", "/%zz"));
  await says("a target with a NUL", 400, host.send("GET", "/a%00b"));
  await says("a body that is packed", 415, host.send("POST", "/token", { body: "x", headers: { "Content-Encoding": "gzip" } }));
  await says("dot segments", 400, host.send("GET", "/x/../healthz"));
  await says("an unknown method", 405, host.send("BREW", "/healthz"));
  await says("token by GET", 405, host.send("GET", "/token"));
  await says("register by PUT", 405, host.send("PUT", "/register", { json: {} }));
}

/** The public URL has a path, and the well-known ones are spelt in two ways: RFC 8414 s. 3.1, and as OpenID does. */
export async function liesBelowAPath(host, check) {
  const says = statuses(check);
  const headers = { Host: "mcp.example.com" };
  const get = (target) => host.send("GET", target, { headers });
  for (const target of [`${protectedResource}/notes/mcp`, `${protectedResource}/notes`, protectedResource, `${authorizationServer}/notes`, `${openid}/notes`,
    `/notes${openid}`, `/notes${authorizationServer}`, "/notes/healthz"]) {
    await says(`GET ${target}`, 200, get(target));
  }
  for (const target of [`${protectedResource}/mcp`, `${authorizationServer}/notes/mcp`, `${authorizationServer}/notesx`]) {
    await says(`GET ${target}`, 404, get(target));
  }
  await says("the port that is the default may be written out", 200, host.send("GET", "/notes/healthz", { headers: { Host: "MCP.example.com:443" } }));
  const reply = await host.send("POST", "/notes/mcp", { json: rpc("ping"), headers: { ...accept, ...headers } });
  check("the challenge names the path inserted", reply.status === 401 && reply.header("WWW-Authenticate").includes(`${protectedResource}/notes/mcp`), reply.brief);
}
