// The whole story, from the first 401 to the end of the grant. Each act is told to `watch.act(title)`, and its messages by
// the network. What happens next is what the client's core says.

import { callbackUrl } from "./client.mjs";

/** Plays it to its end: true; or false: the user or a refusal ended it before. */
export async function play(world) {
  for (const act of [connects, callsTools, renews, stepsUp, isRevoked]) {
    if (!(await act(world))) return false;
  }
  return true;
}

async function connects(world) {
  const { client } = world;
  await tell(world, "Nobody is known yet");
  const first = await client.call(...client.firstCall);
  if (first.action.action !== "open_browser") return false;
  await tell(world, "The user logs in, reads what is asked for, and decides");
  return authorizes(world, first.action.url);
}

/** The browser goes to the URL, and its callback to the client: whether there are tokens now. */
export async function authorizes(world, url) {
  const { browser, client } = world;
  const { callback, exchange } = await browser.visit(url, { until: callbackUrl, more: { asked: client.reason } });
  if (callback === undefined) return false;
  const action = await client.on({ event: "called_back", url: callback }, exchange);
  return action.action === "authorized";
}

async function callsTools(world) {
  const { client } = world;
  await tell(world, "With a token");
  const greeted = await client.call(...client.firstCall);
  if (greeted.exchange?.reply?.status !== 200) return false;
  if (!client.modern) await client.call("notifications/initialized");
  await client.call("tools/list");
  const called = await client.call("tools/call", { name: "whoami", arguments: {} });
  return called.action.action === "proceed";
}

async function renews(world) {
  const { client, clock } = world;
  await tell(world, "An hour later: the access token's time is up");
  clock.pass(3600);
  const called = await client.call("tools/call", { name: "list_notes", arguments: {} });
  return called.exchange?.reply?.status === 200;
}

async function stepsUp(world) {
  const { client } = world;
  await tell(world, "A tool that needs more than was granted");
  const note = { name: "write_note", arguments: { title: "Reading list", text: "RFC 9700" } };
  const refused = await client.call("tools/call", note);
  if (refused.action.action !== "open_browser") return false;
  if (!(await authorizes(world, refused.action.url))) return false;
  const written = await client.call("tools/call", note);
  return written.exchange?.reply?.status === 200;
}

async function isRevoked(world) {
  const { client, browser, authority, clock } = world;
  await tell(world, "The user takes it back");
  await browser.visit(`${authority.origin}/account`, { wanted: { button: 'button[name="revoke"]' }, stop: ({ request }) => request.method === "POST" && /revoke=/.test(request.body) });
  clock.pass(20); // what introspection said is believed for 15 seconds
  const called = await client.call("tools/list");
  return called.action.action === "open_browser";
}

const tell = (world, title) => world.watch.act?.(title);
