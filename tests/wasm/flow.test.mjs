// The whole flow through the module: from 401 to a revoked grant, against the store in memory.
import { check, compiled, done, Host, settings, Visitor } from "./host.mjs";
import { Deployment } from "../../host-wasm/js/module.mjs";
import * as authorize from "./stories/authorize.mjs";
import { discovers } from "./stories/discovery.mjs";
import { callsTools } from "./stories/mcp.mjs";
import { keepsNotes } from "./stories/notes.mjs";
import { isRefusedRegistration, registers } from "./stories/registration.mjs";
import { mcp, name, password, redeem, refresh, rpc } from "./stories/speak.mjs";
import * as tokens from "./stories/tokens.mjs";

const host = new Host();

const added = await host.addUser(name, password);
check("a user is added", added.status === 200, added);
const twice = await host.addUser(name, password);
check("the name is taken then: 409", twice.status === 409, twice);

await discovers(host, check);
await isRefusedRegistration(host, check);
const client = await registers(host, check);
const { query, visitor } = await authorize.allows(host, check, client);
await authorize.denies(host, check, client, visitor);
const first = await tokens.redeems(host, check, client, query.get("code"));
await callsTools(host, check, first.access_token);
const current = await tokens.refreshes(host, check, client, first);
await tokens.isReplayed(host, check, client, first, current);

const more = await authorize.allows(host, check, client, "user notes:write", visitor);
const writer = (await redeem(host, client, more.query.get("code"))).json ?? {};
await keepsNotes(host, check, writer.access_token);

const stolen = await redeem(host, client, more.query.get("code"));
check("a code twice: invalid_grant", stolen.json?.error === "invalid_grant", stolen.brief);
const honest = await mcp(host, writer.access_token, rpc("ping"));
check("and what it gave is revoked: 401", honest.status === 401, honest.brief);

const raced = await authorize.allows(host, check, client, "user", new Visitor(host));
const race = await Promise.all(Array.from({ length: 20 }, () => redeem(host, client, raced.query.get("code"))));
check("20 parallel redemptions: one success", race.filter(({ status }) => status === 200).length === 1, race.map(({ status }) => status));

const last = await authorize.allows(host, check, client, "user notes:read", new Visitor(host));
const lasting = (await redeem(host, client, last.query.get("code"))).json ?? {};
await tokens.isRevoked(host, check, client, lasting);
const late = await authorize.allows(host, check, client, "user notes:read", new Visitor(host));
await tokens.expires(host, check, (await redeem(host, client, late.query.get("code"))).json?.access_token);

// The store fails: 503, and nothing is lost.
const { load } = host.store;
host.store.load = async () => { throw new Error("the disk is gone"); };
const trouble = await refresh(host, client, lasting.refresh_token);
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
check("settings: an unknown member", open({ publicUrl: "x" }) === "publicUrl: there is no such setting; did you mean public_url?", open({ publicUrl: "x" }));
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
