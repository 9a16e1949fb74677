// The account page: what was granted, and its end.
import { Visitor } from "../host.mjs";
import { mcp, name, password, register, rpc, statuses, tokensFor } from "./speak.mjs";

export async function keepsAnAccount(host, check) {
  const says = statuses(check);
  const visitor = new Visitor(host);
  const client = (await register(host)).json;
  const tokens = await tokensFor(host, client, visitor);
  const other = (await register(host, { client_name: "Another" })).json;
  const more = await tokensFor(host, other, visitor, "user notes:write");
  check("two applications are let in", typeof tokens?.access_token === "string" && typeof more?.access_token === "string");

  await says("the account by PUT", 405, host.send("PUT", "/account"));
  const guest = new Visitor(host);
  const asked = await guest.get("/account");
  check("nobody is logged in in another browser: the login page", asked.status === 200 && /name="password"/.test(asked.body), asked.brief);
  await says("a wrong password", 401, guest.submit(asked, { username: name, password: "x", action: "login" }));
  const back = await guest.submit(asked, { username: name, password, action: "login" });
  check("the right one leads back to the account", back.status === 303 && back.header("Location") === "/account", back.brief);

  const page = await visitor.get("/account");
  check("the page names both applications", page.body.includes("Story client") && page.body.includes("Another"), page.brief);
  await says("another site's form", 403, host.send("POST", "/account", { form: { action: "revoke-all" }, headers: { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" } }));
  await says("a form that nobody made", 400, visitor.submit({ body: '<form action="/account">' }, { flow: "x", action: "logout" }));
  await says("the form in another browser", 403, guest.submit(page, { action: "revoke-all" }));
  await says("a form that asks for nothing", 400, visitor.submit(page, { action: "perhaps" }));
  await says("a grant that is not there", 404, visitor.submit(page, { revoke: "x".repeat(22) }));
  const grant = /name="revoke"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="revoke"/.exec(page.body);
  const ended = await visitor.submit(page, { revoke: grant?.[1] ?? grant?.[2] ?? "" });
  check("one is revoked, and the page comes again", ended.status === 303, ended.brief);
  const calls = [await mcp(host, tokens.access_token, rpc("ping")), await mcp(host, more.access_token, rpc("ping"))];
  check("its token is void, the other's is not", calls.map(({ status }) => status).sort().join() === "400,401", calls.map(({ status }) => status));
  await says("all are revoked", 303, visitor.submit(page, { action: "revoke-all" }));
  await says("the other's token is void", 401, mcp(host, more.access_token, rpc("ping")));
  const empty = await visitor.get("/account");
  check("the page names none", !empty.body.includes("Another"), empty.brief);
  await says("logged out", 303, visitor.submit(empty, { action: "logout" }));
  await says("the old form, after the logout", 403, visitor.submit(empty, { action: "revoke-all" }));
}
