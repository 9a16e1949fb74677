// Where it is written: what asks for each message, and what a refusal stands on. The client's core names its clauses
// itself; those of the server's endpoints are here.

const oauth = "OAuth 2.1";

/** By endpoint: {name, clauses}. `when` sees the exchange; the first that fits counts. */
const messages = [
  { when: at("/mcp", (x) => x.reply?.status === 401), name: "MCP request, refused", clauses: ["MCP authorization, Access Token Usage", "RFC 6750 s. 3", "RFC 9728 s. 5.1"] },
  { when: at("/mcp", (x) => x.reply?.status === 403), name: "MCP request, more scope needed", clauses: ["RFC 6750 s. 3.1: insufficient_scope", "MCP authorization, Scope Challenge Handling"] },
  { when: at("/mcp"), name: "MCP request", clauses: ["MCP transports, Streamable HTTP", "RFC 6750 s. 2.1"] },
  { when: at("/.well-known/oauth-protected-resource", () => true), name: "Protected resource metadata", clauses: ["RFC 9728 s. 3", "MCP authorization, Authorization Server Discovery"] },
  { when: at("/.well-known/", () => true), name: "Authorization server metadata", clauses: ["RFC 8414 s. 3", "MCP authorization, Authorization Server Metadata Discovery"] },
  { when: at("/register"), name: "Dynamic client registration", clauses: ["RFC 7591 s. 3"] },
  { when: at("/client.json"), name: "Client ID metadata document", clauses: ["MCP authorization, Client ID Metadata Documents", "draft-ietf-oauth-client-id-metadata-document"] },
  { when: at("/authorize", (x) => x.request.method === "GET"), name: "Authorization request", clauses: [`${oauth} s. 4.1.1`, "RFC 7636 s. 4.3", "RFC 8707 s. 2.1"] },
  { when: at("/authorize", (x) => /(^|&)action=login(&|$)/.test(x.request.body)), name: "Login", clauses: [`${oauth} s. 3.1: the server authenticates the user`] },
  { when: at("/authorize", (x) => /(^|&)action=allow(&|$)/.test(x.request.body)), name: "Consent", clauses: [`${oauth} s. 4.1.2`, "RFC 9207 s. 2", "MCP security best practices, Confused Deputy"] },
  { when: at("/authorize", (x) => /(^|&)action=continue(&|$)/.test(x.request.body)), name: "The user goes on", clauses: ["OpenID Connect Core s. 3.1.2.3"] },
  { when: at("/authorize"), name: "Form of a page", clauses: [`${oauth} s. 3.1`] },
  { when: at("/token", (x) => /grant_type=refresh_token/.test(x.request.body)), name: "Refresh", clauses: [`${oauth} s. 4.3`, `${oauth} s. 4.3.1: rotation`] },
  { when: at("/token"), name: "Code for tokens", clauses: [`${oauth} s. 4.1.3`, "RFC 7636 s. 4.5 and 4.6", "RFC 8707 s. 2.2"] },
  { when: at("/introspect"), name: "Introspection", clauses: ["RFC 7662 s. 2"] },
  { when: at("/revoke"), name: "Revocation", clauses: ["RFC 7009 s. 2"] },
  { when: at("/keys"), name: "Keys of the login service", clauses: ["OpenID Connect Core s. 10.1.1", "RFC 7517 s. 5"] },
  { when: at("/account", (x) => x.request.method === "POST"), name: "The user revokes", clauses: ["RFC 7009 s. 2.1: what one grant gave ends together"] },
  { when: at("/account"), name: "Account page", clauses: ["asked for by no specification: users see and end what they have granted"] },
  { when: at("/callback"), name: "Authorization response", clauses: [`${oauth} s. 4.1.2`, "RFC 9207 s. 2"] },
  { when: at("/example/callback"), name: "Back from the login service", clauses: ["OpenID Connect Core s. 3.1.2.5", "RFC 9207 s. 2.4"] },
];

/** {name, clauses} of an exchange. */
export const about = (exchange) => messages.find(({ when }) => when(exchange)) ?? { name: exchange.request.method, clauses: [] };

function at(path, more = () => true) {
  return (exchange) => {
    const own = exchange.request.target.split("?", 1)[0];
    return (path.startsWith("/.well-known/") ? own.startsWith(path) : own === path) && more(exchange);
  };
}

const refusals = {
  missing_parameter: `${oauth} s. 3.2.4: invalid_request; RFC 7636 s. 4.5`,
  wrong_verifier: "RFC 7636 s. 4.6",
  code_replayed: `${oauth} s. 4.1.3: a code is used once, and what it gave is revoked`,
  code_of_another_client: `${oauth} s. 4.1.3: the code was issued to the client`,
  wrong_redirect_uri: "RFC 6749 s. 4.1.3",
  refresh_replayed: `${oauth} s. 4.3.1; RFC 9700 s. 4.14.2`,
  unmatched_redirect: `${oauth} s. 2.3.1 and 4.1.1: compared as a string; RFC 9700 s. 4.1.3`,
  missing_challenge: `${oauth} s. 4.1.1; RFC 9700 s. 2.1.1`,
  challenge_not_s256: "MCP authorization, Authorization Code Protection; RFC 9700 s. 2.1.1 and 4.8",
  wrong_resource: "RFC 8707 s. 2: invalid_target",
  wrong_audience: "MCP authorization, Token Audience Binding and Validation; RFC 8707 s. 2",
  inactive_token: "RFC 7662 s. 2.2; RFC 6750 s. 3.1: invalid_token",
  unknown_token: "RFC 6750 s. 3.1: invalid_token",
  expired_token: "RFC 6750 s. 3.1: invalid_token",
  token_of_ended_grant: "RFC 7009 s. 2.1; RFC 6750 s. 3.1: invalid_token",
  token_in_query: "RFC 6750 s. 2.3; RFC 9700 s. 4.3.2; MCP authorization, Access Token Usage",
  too_little_scope: "RFC 6750 s. 3.1: insufficient_scope",
  other_browser: "RFC 9700 s. 4.7; MCP security best practices, Confused Deputy",
  cross_site: "RFC 6749 s. 10.12: cross-site request forgery",
  bad_client_document: "MCP authorization, Client ID Metadata Documents, and their security",
  unknown_refresh_token: `${oauth} s. 3.2.4: invalid_grant`,
  unknown_client: `${oauth} s. 3.2.4: invalid_client`,
  scope_widened: `${oauth} s. 4.3.1: not beyond what was granted`,
  grant_ended: `${oauth} s. 3.2.4: invalid_grant`,
  broken_flow: "RFC 6749 s. 10.12",
};

/** What the refusal of an exchange stands on. Without a reason of the audit it is the boundary's, or a session's. */
export function clauseOfRefusal(reason, { request, reply }) {
  if (reason && refusals[reason]) return refusals[reason];
  if (request.headers.some(([name]) => name === "Mcp-Session-Id") && reply?.status === 404) return "MCP transports, Session Management: 404";
  if (reply?.status === 403) return "MCP transports, Security Warning: DNS rebinding";
  return `${oauth} s. 3.2.4`;
}
