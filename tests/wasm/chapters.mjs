// The files of tests/vectors: a story each, told to a server of its own. `before` is not recorded; what it gives is handed
// to the story.
import { Visitor } from "./host.mjs";
import * as account from "./stories/account.mjs";
import * as authorize from "./stories/authorize.mjs";
import * as discovery from "./stories/discovery.mjs";
import * as documents from "./stories/documents.mjs";
import * as mcp from "./stories/mcp.mjs";
import * as notes from "./stories/notes.mjs";
import * as providers from "./stories/providers.mjs";
import * as registration from "./stories/registration.mjs";
import { parametersOf, authorizeTarget, register, tokensFor } from "./stories/speak.mjs";
import * as sse from "./stories/sse.mjs";
import * as tokens from "./stories/tokens.mjs";

/** A client, a visitor who is logged in, and tokens. */
const granted = (scope) => async (host, visitor) => {
  const client = (await register(host)).json;
  return { client, visitor, tokens: await tokensFor(host, client, visitor, scope) };
};

const registered = async (host) => ({ client: (await register(host)).json });

/** A chapter of a story that needs a token only. */
const withToken = (name, tell, scope) => ({ name, before: granted(scope), tell: (host, check, { tokens: { access_token } }) => tell(host, check, access_token) });
const alone = (name, tell, settings) => ({ name, settings, tell });
const ofClient = (name, tell) => ({ name, before: registered, tell: (host, check, { client }) => tell(host, check, client) });

const sessions = (revision) => withToken(`mcp-${revision}`, (...rest) => mcp.speaks(revision, ...rest));

export const chapters = [
  alone("discovery", discovery.discovers),
  alone("discovery-spellings", discovery.isSpeltOtherwise),
  alone("discovery-below-a-path", discovery.liesBelowAPath, { public_url: "https://mcp.example.com/notes" }),
  alone("cors", discovery.isAskedByPages),
  alone("boundary", discovery.isTurnedAway),
  alone("registration", registration.registers),
  alone("registration-good", registration.isRegisteredWell),
  alone("registration-refused", registration.isRefusedRegistration),
  ofClient("authorize", authorize.allows),
  ofClient("authorize-refused", authorize.isRefusedHere),
  ofClient("authorize-errors", authorize.isRefusedToTheClient),
  alone("authorize-redirects", authorize.hasTwoRedirects),
  ofClient("login-and-consent", authorize.isConsented),
  ofClient("scopes", authorize.isLeftOut),
  { name: "scopes-offered", before: granted(), tell: (host, check, { client, visitor }) => authorize.isOfferedMore(host, check, client, visitor) },
  ofClient("login-throttled", authorize.isThrottled),
  { name: "deny", before: granted(), tell: (host, check, { client, visitor }) => authorize.denies(host, check, client, visitor) },
  { name: "redeem", before: allowed, tell: (host, check, { client, code }) => tokens.redeems(host, check, client, code) },
  { name: "redeem-refused", before: granted(), tell: (host, check, { client, visitor }) => tokens.isRefusedTokens(host, check, client, visitor) },
  { name: "client-secrets", before: granted(), tell: (host, check, { visitor }) => tokens.provesItself(host, check, visitor) },
  { name: "refresh", before: granted(), tell: (host, check, { client, tokens: first }) => tokens.refreshes(host, check, client, first) },
  { name: "replay", before: refreshed, tell: (host, check, { client, first, second }) => tokens.isReplayed(host, check, client, first, second) },
  { name: "revoke", before: granted(), tell: (host, check, given) => tokens.isRevoked(host, check, given.client, given.tokens) },
  { name: "revoke-refused", before: granted(), tell: (host, check, given) => tokens.isRefusedRevocation(host, check, given.client, given.tokens) },
  { name: "introspect", before: granted(), tell: (host, check, given) => tokens.isIntrospected(host, check, given.client, given.tokens) },
  { name: "bearer-and-step-up", before: granted(), tell: (host, check, { client, visitor }) => tokens.isChallenged(host, check, client, visitor) },
  withToken("mcp", mcp.callsTools),
  ...["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"].map(sessions),
  withToken("mcp-batches", mcp.batches),
  withToken("mcp-refused", mcp.isMisspoken),
  withToken("mcp-2026-07-28", mcp.speaksModern),
  withToken("mcp-subscriptions", mcp.listens),
  withToken("notes", notes.keepsNotes, "user notes:write"),
  withToken("notes-in-a-session", notes.keepsNotesInASession, "user notes:write"),
  withToken("sse", sse.speaksSse),
  alone("account", account.keepsAnAccount),
  alone("github", providers.comesByGithub, providers.providerSettings),
  alone("github-refused", providers.isRefusedByGithub, providers.providerSettings),
  alone("openid", providers.comesByOpenid, providers.providerSettings),
  alone("openid-refused", providers.isRefusedByOpenid, providers.providerSettings),
  { name: "client-documents", settings: { client_documents: true }, before: granted(), tell: (host, check, { visitor }) => documents.describesItself(host, check, visitor) },
  { name: "client-assertions", settings: { client_documents: true }, before: granted(), tell: (host, check, { visitor }) => documents.proves(host, check, visitor) },
];

async function allowed(host) {
  const given = await granted()(host, new Visitor(host));
  const page = await given.visitor.get(authorizeTarget(given.client, "user notes:read"));
  return { ...given, code: parametersOf(await given.visitor.submit(page, { action: "allow" })).get("code") };
}

async function refreshed(host, visitor) {
  const { client, tokens: first } = await granted()(host, visitor);
  return { client, first, second: await tokens.refreshes(host, () => true, client, first) };
}
