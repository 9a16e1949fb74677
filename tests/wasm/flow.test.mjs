// The whole flow through the module: from 401 to a revoked grant, against the store in memory.
import { check, compiled, done, Host, settings, Visitor } from "./host.mjs";
import { Deployment } from "../../host-wasm/js/module.mjs";
import * as story from "./story.mjs";

const host = new Host();

const added = await host.addUser(story.name, story.password);
check("a user is added", added.status === 200, added);
const twice = await host.addUser(story.name, story.password);
check("the name is taken then: 409", twice.status === 409, twice);

await story.discovers(host, check);
await story.isRefused(host, check);
const client = await story.registers(host, check);
const { query, visitor } = await story.allows(host, check, client);
await story.denies(host, check, client, visitor);
const first = await story.redeems(host, check, client, query.get("code"));
await story.callsTools(host, check, first.access_token);
const current = await story.refreshes(host, check, client, first);
await story.isReplayed(host, check, client, first, current);

const more = await story.allows(host, check, client, "user notes:write", visitor);
const writer = (await story.redeem(host, client, more.query.get("code"))).json ?? {};
await story.keepsNotes(host, check, writer.access_token);

const stolen = await story.redeem(host, client, more.query.get("code"));
check("a code twice: invalid_grant", stolen.json?.error === "invalid_grant", stolen.brief);
const honest = await story.mcp(host, writer.access_token, story.rpc("ping"));
check("and what it gave is revoked: 401", honest.status === 401, honest.brief);

const raced = await story.allows(host, check, client, "user", new Visitor(host));
const race = await Promise.all(Array.from({ length: 20 }, () => story.redeem(host, client, raced.query.get("code"))));
check("20 parallel redemptions: one success", race.filter(({ status }) => status === 200).length === 1, race.map(({ status }) => status));

const last = await story.allows(host, check, client, "user notes:read", new Visitor(host));
const tokens = (await story.redeem(host, client, last.query.get("code"))).json ?? {};
await story.isRevoked(host, check, client, tokens);
const late = await story.allows(host, check, client, "user notes:read", new Visitor(host));
await story.expires(host, check, (await story.redeem(host, client, late.query.get("code"))).json?.access_token);

// The store fails: 503, and nothing is lost.
const { load } = host.store;
host.store.load = async () => { throw new Error("the disk is gone"); };
const trouble = await story.refresh(host, client, tokens.refresh_token);
check("storage trouble: 503 with Retry-After", trouble.status === 503 && trouble.header("Retry-After") !== undefined, trouble.brief);
host.store.load = load;

// What a host hands over is checked, and ends nothing.
const refusal = (work) => {
  try {
    return work(), "accepted";
  } catch (error) {
    return error instanceof TypeError ? error.message : `threw ${error}`;
  }
};
const open = (more) => refusal(() => new Deployment(compiled(), { ...settings, ...more }));
check("settings: an unknown member", open({ publicUrl: "x" }) === "publicUrl: there is no such setting", open({ publicUrl: "x" }));
check("settings: a wrong type", open({ lifetimes: { code: "60" } }).startsWith("lifetimes.code: expected"), open({ lifetimes: { code: "60" } }));
check("settings: http off loopback", open({ public_url: "http://example.com" }).includes("https"), open({ public_url: "http://example.com" }));
check("settings: no key", open({ key_ring: [] }).startsWith("key ring"), open({ key_ring: [] }));
const request = { method: "GET", target: "/healthz", headers: [["Host", "localhost:8000"]], body: "" };
const entropy = new Uint8Array(32);
const tried = (asked, facts) => refusal(() => host.deployment.evaluate(asked, facts));
check("a malformed request", tried({ ...request, headers: 5 }, {}).startsWith("not of the layout"), tried({ ...request, headers: 5 }, {}));
check("short entropy", tried(request, { now: 1, entropy: new Uint8Array(31), answers: [] }).includes("32 bytes"));
check("and the module goes on", tried(request, { now: 1, entropy, answers: [] }) === "accepted");

// A trap (no memory left) costs that one call: the next one has a new instance.
const huge = { ...request, body: "x".repeat(1 << 20) };
check("a body of a megabyte is judged", tried(huge, { now: 1, entropy, answers: [] }) === "accepted");

done();
