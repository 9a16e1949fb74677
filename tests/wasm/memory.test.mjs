// 100,000 evaluations of all kinds, refused input among them, and a million of one kind: the memory is as large as after the
// first thousand. POSTERN_EVALUATIONS sets another number for the first.
import { check, done, Host } from "./host.mjs";
import { allows } from "./stories/authorize.mjs";
import { discovers, isTurnedAway } from "./stories/discovery.mjs";
import { callsTools } from "./stories/mcp.mjs";
import { isRefusedRegistration, registers } from "./stories/registration.mjs";
import { name, password } from "./stories/speak.mjs";
import { redeems, refreshes } from "./stories/tokens.mjs";

const evaluations = Number(process.env.POSTERN_EVALUATIONS ?? 100_000);

const pairs = [];
const host = new Host({ evaluated: (request, facts) => pairs.push([request, facts]) });
const quiet = () => true;
await host.addUser(name, password);
await discovers(host, quiet);
await isTurnedAway(host, quiet);
await isRefusedRegistration(host, quiet);
const client = await registers(host, quiet);
const { query } = await allows(host, quiet, client);
const tokens = await redeems(host, quiet, client, query.get("code"));
await callsTools(host, quiet, tokens.access_token);
await refreshes(host, quiet, client, tokens);
pairs.push([{ nonsense: true }, {}], [{ method: "GET", target: "/", headers: [], body: "" }, { now: "x" }]);

const evaluate = (index) => {
  const [request, facts] = pairs[index % pairs.length];
  try {
    host.deployment.evaluate(request, facts);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
};

check("the story gives many different evaluations", pairs.length > 80, pairs.length);
for (let i = 0; i < Math.max(1000, pairs.length); ++i) evaluate(i);
const before = host.deployment.memorySize;
const start = performance.now();
for (let i = 0; i < evaluations; ++i) evaluate(i);
const each = ((performance.now() - start) / evaluations) * 1000;
const after = host.deployment.memorySize;
console.log(`# ${evaluations} evaluations, ${each.toFixed(0)} us each with the crossing; memory ${before} and ${after} bytes`);
check("the memory has not grown", after === before, `${before} -> ${after}`);
check("and is under 8 MB", after < 8 << 20, after);

// A request without a token: headers, routing, a challenge. What is done most often.
const million = 1_000_000;
const [stranger] = pairs.find(([request]) => request.target === "/mcp");
const facts = { now: host.now, entropy: new Uint8Array(32), answers: [] };
const begun = performance.now();
let refused = 0;
for (let i = 0; i < million; ++i) refused += host.deployment.evaluate(stranger, facts).answer.reply.status === 401 ? 1 : 0;
const one = ((performance.now() - begun) / million) * 1000;
console.log(`# ${million} evaluations of one kind, ${one.toFixed(0)} us each; memory ${host.deployment.memorySize} bytes`);
check("a million evaluations of one kind are all answered", refused === million, refused);
check("and the memory has not grown", host.deployment.memorySize === before, `${before} -> ${host.deployment.memorySize}`);
done();
