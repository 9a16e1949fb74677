// Both sides in one module: the client's evaluations against the server's, from the first 401 to a step-up.
import { randomBytes } from "node:crypto";

import { Client, happens } from "../../host-wasm/js/client.mjs";
import { check, compiled, done, Host, Visitor } from "./host.mjs";
import * as story from "./story.mjs";

const origin = "http://localhost:8000";
const host = new Host();
const visitor = new Visitor(host);
await host.addUser(story.name, story.password);

const client = new Client(compiled());
const config = { server_url: `${origin}/mcp`, revision: "2026-07-28", redirect_uri: story.callback, client_name: "Page" };
let state = null;
let steps = [];
const world = {
  now: () => host.now,
  entropy: () => randomBytes(32).toString("base64"),
  shown: (step) => steps.push(step),
  fetch: async ({ method, url, headers, body }) => {
    if (!url.startsWith(`${origin}/`)) return null;
    const { status, headers: list, body: text } = await host.send(method, url.slice(origin.length), { headers: Object.fromEntries(headers), body });
    return { status, headers: list, body: text };
  },
};
async function on(event) {
  steps = [];
  const step = await happens(client, { config, state: structuredClone(state), event }, world);
  state = step.state;
  return step.action;
}
const phases = () => steps.map(({ phase }) => phase).join(" ");

/** Sends one MCP request as the client says, and tells it the answer. */
async function call(method, params) {
  const { headers, generation } = await on({ event: "send", url: config.server_url });
  const bearer = headers.find(([name]) => name === "Authorization")?.[1].replace("Bearer ", "");
  const reply = await story.modernCall(host, bearer, method, params);
  return { reply, action: await on({ event: "answered", status: reply.status, headers: reply.headers, generation }) };
}
async function browse(url) {
  let page = await visitor.get(url.slice(origin.length));
  if (/name="password"/.test(page.body)) {
    const back = await visitor.submit(page, { username: story.name, password: story.password, action: "login" });
    page = await visitor.get(back.header("Location"));
  }
  return (await visitor.submit(page, { action: "allow" })).header("Location");
}

const first = await call("tools/list");
check("without a token: 401", first.reply.status === 401, first.reply.brief);
check("each exchange is a step of its own", phases() === "discovering discovering registering waiting", phases());
check("the browser is to be opened", first.action.action === "open_browser" && first.action.url.startsWith(`${origin}/authorize?`), first.action);
check("every rule that was followed is told", steps.at(-1).path.map(({ event }) => event).join() === "challenged,discovered,identified", steps.at(-1).path);

const forged = await on({ event: "called_back", url: `${story.callback}?code=c&state=forged` });
check("a forged callback changes nothing", forged.why === "state_differs" && state.phase === "waiting", forged);
const back = await browse(first.action.url);
const authorized = await on({ event: "called_back", url: back });
check("code, state and iss: authorized", authorized.action === "authorized" && phases() === "exchanging authorized", authorized);
const twice = await on({ event: "called_back", url: back });
check("once", twice.why === "out_of_turn", twice);

const listed = await call("tools/list");
check("with its token: 200", listed.reply.status === 200 && listed.action.action === "proceed", listed.reply.brief);
const note = { name: "write_note", arguments: { title: "First", text: "hello" } };
const refused = await call("tools/call", note);
check("too little scope: 403, and a step-up", refused.reply.status === 403 && state.phase === "stepping_up", refused.reply.brief);
await on({ event: "called_back", url: await browse(refused.action.url) });
const written = await call("tools/call", note);
check("with more scope: 200", written.reply.status === 200, written.reply.brief);

host.now += 3600;
const renewed = await call("tools/list");
check("a token whose time is up is renewed before it is sent", renewed.reply.status === 200 && state.tokens.generation === 3, state.tokens?.generation);

const wrong = (input) => {
  try {
    return client.advance(...input), "accepted";
  } catch (error) {
    return error instanceof TypeError ? error.message : `threw ${error}`;
  }
};
const facts = { now: host.now, entropy: world.entropy(), answers: [] };
check("what can't be read is told", wrong([{}, null, { event: "gave_up" }, facts]).includes("server_url"));
check("a phase to pass through can't be kept", wrong([config, { ...state, phase: "exchanging" }, { event: "gave_up" }, facts]).includes("rest"));
done();
