// Requests in a user's name: what a tool may say, what it is told, and that nothing is sent twice. By evaluations made for the
// test; the core's own are held by tests/unit/oauth/provider_tools_test.cpp, all of it together by tests/interop/upstream.mjs.
import { ahead } from "../../host-wasm/js/ahead.mjs";
import { run } from "../../host-wasm/js/drive.mjs";
import { contextOf, fetchedAsUser } from "../../host-wasm/js/upstream.mjs";
import { check, done } from "./host.mjs";

const empty = { expects: [], puts: [], deletes: [] };
const put = (key) => ({ ...empty, puts: [{ key, bytes: new Uint8Array(), expires_at: null }] });
const answer = ({ commit = empty, ...reply } = {}) => ({ needs: null, events: [], answer: { reply: { status: 200, headers: [], body: "", stream: null, ...reply }, commit, topics: [], audit: [] } });
const ask = (...needs) => ({ needs, events: [], answer: null });
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const factOf = (facts, need) => facts.answers.find(([asked]) => same(asked, need))?.[1];
const principal = { subject: "s", user_name: "ada", client: "c", grant: "g", scopes: "", expires: 1 };
const tool = { need: "run_tool", name: "t", arguments: "{}", principal };
const inTheUsersName = (method, token, { body = "", step = 1 } = {}) => ({
  need: "fetch", method, url: "https://a.example/", headers: [["Authorization", `Bearer ${token}`]], body, reach: "configured", most_bytes: 9, milliseconds: 9, step });

function world({ losses = 0, tools = {}, fetchAsUser } = {}) {
  const one = { sent: [], commits: [], loads: 0, draws: 0, now: () => 1, entropy: () => new Uint8Array(32).fill(++one.draws), tools, fetchAsUser };
  one.fetch = async (need) => (one.sent.push(need), { status: 201, headers: [], body: `answer ${one.sent.length}`, problem: "none" });
  one.store = { load: async () => (++one.loads, null), commit: async (commit) => (one.commits.push(commit), --losses < 0) };
  return one;
}

async function once() {
  const one = world({ losses: 2 });
  const bodies = [];
  const reply = await run((facts) => {
    const needs = [1, 2].map((step) => inTheUsersName("POST", `token ${facts.entropy[0]}`, { body: "the same", step }));
    if (needs.some((need) => factOf(facts, need) === undefined)) return ask(...needs);
    bodies.push(needs.map((need) => factOf(facts, need).body));
    return answer({ commit: put("k") });
  }, one);
  check("two lost commits, and a token that is another one by then: each was sent once", reply.status === 200 && one.sent.length === 2 && bodies.length === 3, one.sent);
  check("and each attempt has their answers", bodies.every((all) => same(all, ["answer 1", "answer 2"])), bodies);

  const changing = world({ losses: 1 });
  const seen = [];
  await run((facts) => {
    const need = inTheUsersName("PUT", "t", { body: `drawn ${facts.entropy[0]}` });
    if (factOf(facts, need) === undefined) return ask(need);
    seen.push(factOf(facts, need).problem);
    return answer({ commit: put("k") });
  }, changing);
  check("one that has become another is refused", same(seen, ["none", "refused"]) && changing.sent.length === 1, seen);

  const reading = world({ losses: 1 });
  await run((facts) => {
    const need = inTheUsersName("GET", `token ${facts.entropy[0]}`);
    return factOf(facts, need) === undefined ? ask(need) : answer({ commit: put("k") });
  }, reading);
  check("a read may be read again", reading.sent.length === 2);

  const many = world();
  const all = await run((facts) => {
    const next = Array.from({ length: 32 }, (_, at) => inTheUsersName("GET", "t", { step: at + 1 })).find((need) => factOf(facts, need) === undefined);
    return next ? ask(next) : answer();
  }, many);
  check("rounds that wait for them do not count", all.status === 200 && many.sent.length === 32);
}

async function asked() {
  const sent = [];
  const kinds = { "/gone": { kind: "gone", problem: "401" }, "/none": { kind: "none", problem: "no login" } };
  const one = { fetchAsUser: async (who, what) => (sent.push(what), kinds[what.target] ?? { kind: "answered", status: what.target === "/empty" ? 204 : 201, headers: [["X-A", "b"], ["X-A", "c"]], body: '{"a":1}' }) };
  const request = {};
  const context = contextOf(principal, one, request);
  check("the context names the caller, as it did before", context.user_name === "ada" && context.principal.user_name === "ada");
  const response = await context.fetchAsUser("/a", { method: "post", headers: { "X-B": "c" }, body: "text" });
  check("what is sent", same(sent.at(-1), { method: "POST", target: "/a", headers: [["x-b", "c"]], body: "text" }), sent.at(-1));
  check("what comes back is a Response", response instanceof Response && response.status === 201 && response.headers.get("x-a") === "b, c" && (await response.json()).a === 1);
  check("one without a body", (await (await context.fetchAsUser("/empty")).text()) === "" && same(sent.at(-1), { method: "GET", target: "/empty", headers: [], body: "" }));
  const failed = (...given) => context.fetchAsUser(...given).then(() => undefined, (error) => error);
  check("no login there", (await failed("/none")).code === "none" && request.stale === undefined);
  check("gone: the call starts over", (await failed("/gone")).code === "gone" && request.stale === true);
  const count = sent.length;
  const wrong = [[undefined], [new URL("https://a.example/")], ["/a", { body: { title: "x" } }], ["/a", { redirect: "follow" }], ["/a", { signal: AbortSignal.timeout(1) }], ["/a", { headers: { "a b": "c" } }], ["/a", { headers: { a: "b\r\nc: d" } }]];
  for (const given of wrong) check(`refused: ${JSON.stringify(given)}`, (await failed(...given)) instanceof TypeError);
  check("and nothing of it was sent", sent.length === count);
  check("a host that asks nobody", (await contextOf(principal, {}, {}).fetchAsUser("/a").catch((error) => error)).code === "none");
}

/** The gate has renewed the tokens in this request: the tool's own finds what was done, writes it, and the call reads anew. */
async function within() {
  const token = { need: "fetch", method: "POST", url: "https://a.example/token", headers: [], body: "refresh token 1", reach: "configured", most_bytes: 9, milliseconds: 9, step: 0 };
  const claim = { need: "claim", key: "upstream/g" };
  const renewed = (facts) => (factOf(facts, claim) === undefined ? ask(claim) : factOf(facts, token) === undefined ? ask(token) : undefined);
  const one = world();
  let written = false;
  const inner = (facts) => {
    const more = renewed(facts);
    if (more) return more;
    written = true;
    return answer({ headers: [["Postern-Upstream", "answered github"], ["X-A", "b"]], body: factOf(facts, token).body, commit: put("tokens") });
  };
  one.fetchAsUser = (who, what, request) => fetchedAsUser(inner, run, one, request);
  let runs = 0;
  let heard;
  one.tools.t = async (_, { fetchAsUser }) => {
    ++runs;
    const response = await fetchAsUser("/a");
    heard = `${response.status} ${response.headers.get("x-a")} ${await response.text()}`;
    return heard;
  };
  const seen = [];
  const writes = [];
  const reply = await run((facts) => {
    const more = written ? undefined : renewed(facts);
    if (more) return more;
    if (factOf(facts, tool) === undefined) return ask(tool);
    seen.push(written);
    return answer({ body: factOf(facts, tool).result });
  }, one, { writes: (commit) => writes.push(...commit.puts.map(({ key }) => key)) });
  check("a refresh token is good once", one.sent.length === 1 && heard === "200 b answer 1", [one.sent, heard]);
  check("the tool was run once, and its answer is the call's", runs === 1 && reply.body.includes("answer 1"), reply);
  check("what was read before it wrote is forgotten", same(seen, [true]), seen);
  check("what it wrote is told to who listens", same(writes, ["tokens"]), writes);
  const claimed = one.commits.flatMap(({ puts }) => puts.map(({ key }) => key)).filter((key) => key.startsWith("claim/"));
  check("it claims nothing a second time", same(claimed, ["claim/upstream/g"]), claimed);

  const trouble = await fetchedAsUser(() => ask({ need: "load", key: "k" }), run, { ...one, store: { load: async () => { throw new Error("away"); } } }, {});
  check("trouble with the store is no answer of the provider's", trouble.kind === "unreachable", trouble);
}

async function inFront() {
  const one = world({ tools: { t: async (_, { fetchAsUser }) => fetchAsUser("/a").then(() => "done", () => "failed") }, fetchAsUser: async () => ({ kind: "gone", problem: "401" }) });
  const request = await ahead((facts) => (factOf(facts, tool) === undefined ? ask(tool) : answer({ body: "done" })), one);
  check("in front: where the grant has ended, the call goes on where the store is", request.answer === undefined && request.done.length === 1, request);
}

await once();
await asked();
await within();
await inFront();
done();
