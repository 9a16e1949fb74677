// Who is played, by the switches: {revision, users: "own" | "third" | "external", registration: "dynamic" | "document" | "given"}.

import { Browser } from "./browser.mjs";
import { callbackUrl, clientName, clientOrigin, documentUrl, McpClient } from "./client.mjs";
import { Clock } from "./clock.mjs";
import { Network } from "./network.mjs";
import { Provider, providerClient, providerOrigin } from "./provider.mjs";
import { Recorder } from "./recorder.mjs";
import { secretHash, Server } from "./server.mjs";

export const serverOrigin = "https://mcp.example";
export const authorityOrigin = "https://as.example";
export const person = { name: "ann", password: "correct horse battery" };
export const revisions = ["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];

const introspector = { id: "mcp.example", secret: "a secret of two servers" };

/** `watch`: arrow(exchange, part), act(title), and decide(page) for the person at the browser. All may be missing. */
export async function createWorld(module, switches, watch = {}) {
  const recorder = new Recorder();
  const clock = new Clock();
  const core = { module, recorder, clock, network: new Network(recorder, clock, watch) };
  return people(core, switches, watch, { origin: serverOrigin, lane: "server", settings: await settingsOf(switches) });
}

/** Another MCP server in the same world, with a client and a browser of its own there. */
export const createSibling = ({ module, recorder, clock, network, switches }, { origin, key_ring }) =>
  people({ module, recorder, clock, network }, { ...switches, users: "own" }, {}, { origin, lane: "sibling", settings: { name: "Another server", key_ring } });

async function people(core, switches, watch, described) {
  const { network, clock } = core;
  const server = new Server(core, described);
  const authority = switches.users === "external" ? await externalAuthority(core) : server;
  if (switches.users === "third") network.add(providerOrigin, await Provider.create(clock));
  else await authority.addUser(person.name, person.password);
  const browser = new Browser(network, { person, decide: watch.decide });
  const client = new McpClient(core, { server_url: `${server.origin}/mcp`, revision: switches.revision });
  network.add(clientOrigin, client);
  const world = { ...core, switches, server, authority, browser, client, watch };
  await introduce(world);
  return world;
}

/** Which lanes the diagram has, from left to right. */
export function lanesOf({ users }) {
  const lanes = [["client", "MCP client", "app.example"], ["browser", "Browser", users === "third" ? "ada" : person.name], ["server", "MCP server", "mcp.example"]];
  if (users === "third") lanes.push(["provider", "Login service", "id.example"]);
  if (users === "external") lanes.push(["authority", "Authori\u00adzation server", "as.example"]);
  return lanes;
}

async function settingsOf({ users }) {
  const settings = { name: "Example Notes" };
  if (users === "third") {
    settings.own_users = false;
    settings.providers = [{ id: "example", kind: "oidc", label: "id.example", issuer: providerOrigin, ...providerClient }];
  }
  if (users === "external") {
    settings.external = {
      issuer: authorityOrigin, introspection_url: `${authorityOrigin}/introspect`, audience: `${authorityOrigin}/mcp`,
      client_id: introspector.id, client_secret: introspector.secret,
    };
  }
  return settings;
}

/**
 * An authorization server elsewhere, played by a second deployment of the same core. That one protects a resource of its
 * own, and knows none of others: so its door puts its name for the resource in place of the MCP server's.
 */
async function externalAuthority(core) {
  const settings = { name: "Example Accounts", resource_servers: [{ id: introspector.id, secret_hash: await secretHash(introspector.secret) }] };
  const theirs = new URLSearchParams({ r: `${serverOrigin}/mcp` }).toString().slice(2);
  const own = new URLSearchParams({ r: `${authorityOrigin}/mcp` }).toString().slice(2);
  const renamed = (text) => text.replaceAll(`resource=${theirs}`, `resource=${own}`);
  const door = ({ method, target, headers, body }) => ({ method, target: renamed(target), headers, body: typeof body === "string" ? renamed(body) : body });
  return new Server(core, { origin: authorityOrigin, lane: "authority", settings, door });
}

/** What client and authorization server know of each other before. */
async function introduce({ switches, authority, client, network }) {
  if (switches.registration === "document") client.config.client_document = documentUrl;
  if (switches.registration !== "given") return;
  const body = JSON.stringify({ client_name: clientName, redirect_uris: [callbackUrl], token_endpoint_auth_method: "none" });
  const registered = await network.aside(() => network.send("client", { method: "POST", url: `${authority.origin}/register`, headers: [["Content-Type", "application/json"]], body }));
  const { client_id } = JSON.parse(registered.reply.body);
  client.config.credentials = [{ issuer: authority.origin, client_id, client_secret: "", auth_method: "none" }];
}
