// Tokens and sessions at the MCP endpoint and the token endpoint.

import { authorizes } from "./story.mjs";
import { createSibling } from "./world.mjs";

/** The user's `tools/list`, with the token that the client holds. */
async function listing(lab) {
  await lab.connected();
  return lab.mcpRequest("tools/list");
}

const form = [["Content-Type", "application/x-www-form-urlencoded"]];
const bearer = (token) => ({ headers: { Authorization: `Bearer ${token}` } });

export const attacksOnTokens = [
  {
    id: "refresh-replayed",
    title: "A refresh token, once more",
    story: "The attacker copied an old refresh token. The client has renewed its tokens since.",
    async run(lab) {
      await lab.connected();
      const renew = () => (lab.world.clock.pass(3600), lab.client.call("tools/list"));
      const old = await lab.overheard("/token", renew);
      await renew();
      return lab.sends(lab.world.authority.origin, old, {}, "it is the same request, once more");
    },
  },
  {
    id: "token-tampered",
    title: "A token that was tampered with",
    story: "One character in the middle of the access token is another.",
    async run(lab) {
      const { origin, request } = await listing(lab);
      const token = lab.client.state.tokens.access;
      const at = token.length >> 1;
      return lab.sends(origin, request, bearer(token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1)));
    },
  },
  {
    id: "token-other-server",
    title: "A token for another server",
    story: "Another MCP server of the same operator, even with the same keys, gave the user a token. It is used here.",
    async run(lab) {
      const { origin, request } = await listing(lab);
      const token = await tokenOfSibling(lab);
      return lab.sends(origin, request, bearer(token));
    },
  },
  {
    id: "scope-too-small",
    title: "A tool beyond the scope",
    story: "The user has allowed reading. The client calls a tool that writes.",
    async run(lab) {
      const { origin, request } = await listing(lab);
      const writes = lab.mcpRequest("tools/call", { name: "write_note", arguments: { title: "Taken over", text: "" } }).request;
      return lab.sends(origin, request, { headers: Object.fromEntries(writes.headers.filter(([name]) => name.startsWith("Mcp-") && name !== "Mcp-Session-Id")), body: writes.body });
    },
  },
  {
    id: "scope-widened",
    title: "More scope by a refresh",
    story: "The refresh token is good, and the request asks for more than the user has granted.",
    async run(lab) {
      await lab.connected();
      const request = await lab.overheard("/token", () => (lab.world.clock.pass(3600), lab.client.call("tools/list")), { lost: true });
      return lab.sends(lab.world.authority.origin, request, { form: { scope: "user notes:read notes:write" } });
    },
  },
  {
    id: "token-expired",
    title: "A token whose time is up",
    story: "An access token from a log, two hours old.",
    async run(lab) {
      const { origin, request } = await listing(lab);
      lab.world.clock.pass(7200);
      return lab.sends(origin, request, {}, "it is sent two hours later");
    },
  },
  {
    id: "token-revoked",
    title: "A token that was revoked",
    story: "The client gave its tokens back (RFC 7009). A copy of the access token is used.",
    async run(lab) {
      const { origin, request } = await listing(lab);
      const { registration, tokens } = lab.client.state;
      const body = new URLSearchParams({ token: tokens.refresh, client_id: registration.client_id }).toString();
      await lab.network.send("client", { method: "POST", url: `${lab.world.authority.origin}/revoke`, headers: form, body });
      lab.world.clock.pass(20); // what introspection said is believed for 15 seconds
      return lab.sends(origin, request, {}, "it is used after the revocation");
    },
  },
  {
    id: "token-as-refresh",
    title: "An access token in place of a refresh token",
    story: "The attacker has an access token and would like to have it for longer.",
    async run(lab) {
      await lab.connected();
      const request = await lab.overheard("/token", () => (lab.world.clock.pass(3600), lab.client.call("tools/list")), { lost: true });
      return lab.sends(lab.world.authority.origin, request, { form: { refresh_token: lab.client.state.tokens.access } });
    },
  },
  {
    id: "token-in-query",
    title: "A token in the URL",
    story: "There it would end in logs and histories.",
    async run(lab) {
      const { origin, request } = await listing(lab);
      return lab.sends(origin, request, { query: { access_token: lab.client.state.tokens.access }, headers: { Authorization: undefined } });
    },
  },
  {
    id: "session-forged",
    title: "A forged session",
    story: "The token is good, the session is somebody's guess. (2026-07-28 has no sessions; the server still serves those that do.)",
    async run(lab) {
      await lab.connected();
      const { modern, session } = lab.client;
      const { origin, request } = lab.mcpRequest("tools/list");
      const older = { "MCP-Protocol-Version": "2025-11-25", "Mcp-Method": undefined };
      const forged = session === undefined ? "guessed".repeat(6) : session.slice(0, -1) + (session.endsWith("A") ? "B" : "A");
      const body = JSON.stringify({ jsonrpc: "2.0", id: 9, method: "tools/list" });
      return lab.sends(origin, request, { headers: { ...(modern && older), "Mcp-Session-Id": forged }, ...(modern && { body }) });
    },
  },
  {
    id: "rebinding-host",
    title: "DNS rebinding: a foreign Host",
    story: "The attacker's own name leads to this server's address, so that a browser takes both for one site.",
    async run(lab) {
      const { origin, request } = await listing(lab);
      return lab.sends(origin, request, { headers: { Host: "attacker.example" } });
    },
  },
  {
    id: "rebinding-origin",
    title: "DNS rebinding: a foreign Origin",
    story: "A page of the attacker lets the user's browser call the server, with a token.",
    async run(lab) {
      const { origin, request } = await listing(lab);
      return lab.sends(origin, request, { headers: { Origin: "https://attacker.example" } });
    },
  },
];

/** A token that a sibling of the authorization server issued: the same keys, another audience. */
async function tokenOfSibling({ world }) {
  const { key_ring } = world.recorder.deployments[world.authority.origin];
  const sibling = await createSibling(world, { origin: "https://other.example", key_ring });
  const { action } = await sibling.client.call(...sibling.client.firstCall);
  await authorizes(sibling, action.url);
  return sibling.client.state.tokens.access;
}
