// The copies in front of the edge's object: how old they get, who asks for them and when, and what ends them.
import { Copies, mayBeCopied, mostKeys } from "../../host-wasm/workerd/copies.mjs";
import { tellingWrites } from "../../host-wasm/workerd/front.mjs";
import { check, done } from "./host.mjs";

const prefixes = ["grant/", "session/"];

/** Copies whose store is `records`; `answer()` lets the fills that wait go on. */
function setUp(seconds = 1) {
  const scene = { records: { "grant/a": "A1" }, asked: [] };
  let go = [];
  const read = (keys) => keys.map((key) => scene.records[key] ?? null);
  scene.copies = new Copies(prefixes, seconds, (keys) => {
    scene.asked.push(keys);
    const records = read(keys); // as they are when they are asked for
    return new Promise((answered) => go.push(() => answered(records)));
  });
  scene.answer = async () => {
    go.splice(0).forEach((one) => one());
    await new Promise((later) => setTimeout(later));
  };
  /** One request at `now`: what it read of `keys`, those that it was given first among them. */
  scene.request = (token, keys, now) => {
    const one = scene.copies.of(token, now);
    const known = new Map(one.known().map(([need, fact]) => [need.key, fact.record]));
    const seen = keys.map((key) => (known.has(key) ? known.get(key) : one.load(key)));
    return { known, seen, filling: one.filling() };
  };
  return scene;
}

async function warm(scene, now, keys = ["grant/a"], token = "t") {
  scene.request(token, keys, now);
  scene.request(token, keys, now);
  await scene.answer();
}

async function life() {
  const scene = setUp();
  const first = scene.request("t", ["grant/a"], 1000);
  check("who comes once asks for nothing", first.seen[0] === undefined && first.filling === undefined && scene.asked.length === 0);
  check("nor who comes again after a second", scene.request("t", ["grant/a"], 2000).filling === undefined);
  const again = scene.request("t", ["grant/a"], 2500);
  check("who comes again within it does, and does not wait", again.seen[0] === undefined && again.filling !== undefined);
  check("once at a time", scene.request("t", ["grant/a"], 2600).filling === undefined && scene.asked.length === 1, scene.asked);
  await scene.answer();
  const served = scene.request("t", ["grant/a"], 3499);
  check("then it is served, and given before it is asked for", served.seen[0] === "A1" && served.known.has("grant/a"));
  check("for a second from when it was asked for, not from when it came", scene.request("t", ["grant/a"], 3500).seen[0] === undefined);
  check("a clock that is set back makes nothing young", scene.request("t", ["grant/a"], 2499).seen[0] === undefined);
  check("another token reads it by its key", scene.request("u", ["grant/a"], 3400).seen[0] === "A1");
}

async function absent() {
  const scene = setUp();
  await warm(scene, 0, ["session/none"]);
  check("what is not there has a copy, too", scene.request("t", ["session/none"], 10).seen[0] === null);
  scene.request("t", ["client/x", "note/y", new Uint8Array([0xff])], 20);
  const one = scene.request("t", ["client/x", "note/y", new Uint8Array([0xff])], 30);
  check("nothing else is copied, or asked for", one.seen.every((record) => record === undefined) && one.filling === undefined && scene.asked.length === 1, scene.asked);
  check("a prefix is a prefix", mayBeCopied("grant/x", prefixes) && !mayBeCopied("grant-of/x", prefixes) && !mayBeCopied("x/grant/", prefixes));
}

async function writes() {
  const scene = setUp();
  await warm(scene, 0);
  scene.copies.drop(["grant/a"]);
  check("what was written is dropped", scene.request("t", ["grant/a"], 1).seen[0] === undefined);
  // It was asked for again, and answered with what was true before the next write.
  scene.records["grant/a"] = "A2";
  scene.copies.drop(["grant/other"]);
  await scene.answer();
  check("a fill that was under way is thrown away", scene.request("t", ["grant/a"], 2).seen[0] === undefined);
  await scene.answer();
  check("the next one is not", scene.request("t", ["grant/a"], 3).seen[0] === "A2");
  scene.copies.dropAll();
  check("all can be dropped", scene.request("t", ["grant/a"], 4).seen[0] === undefined);
}

async function trouble() {
  let fails = 0;
  const copies = new Copies(prefixes, 1, () => Promise.reject(new Error(`${++fails}`)));
  const ask = (now) => {
    const one = copies.of("t", now);
    one.load("grant/a");
    return one.filling();
  };
  ask(0);
  await ask(1);
  check("a fill that fails is nobody's trouble, and is tried again", ask(2) !== undefined && fails === 2);
  const off = setUp(0);
  await warm(off, 0);
  check("without copies nothing is asked for", off.asked.length === 0 && off.request("t", ["grant/a"], 0).seen[0] === undefined);
}

async function bounds() {
  const scene = setUp();
  const keys = Array.from({ length: 100 }, (_, at) => `session/${at}`);
  await warm(scene, 0, keys);
  check("a token is remembered with a few keys", scene.asked.every((asked) => asked.length <= mostKeys) && scene.request("t", [], 1).known.size <= mostKeys, scene.asked);
  for (let at = 0; at < 5000; ++at) scene.request(`token ${at}`, ["grant/a"], 2);
  scene.request("token 0", ["grant/a"], 3);
  check("and a number of tokens", scene.request("token 0", ["grant/a"], 3).filling !== undefined && scene.request("t", [], 3).known.size === 0);
}

async function told() {
  const answer = async (...commits) => {
    const response = await tellingWrites(prefixes, async ({ writes }) => (commits.forEach(writes), new Response("")));
    return response.headers.get("Postern-Wrote");
  };
  const put = (key) => ({ key });
  check("the front hears of puts and deletes", (await answer({ puts: [put("grant/a"), put("client/x")], deletes: ["session/b"] })) === "grant/a session/b");
  check("of every commit, once", (await answer({ puts: [put("grant/a")], deletes: [] }, { puts: [put("grant/a")], deletes: ["grant/c"] })) === "grant/a grant/c");
  check("of nothing else", (await answer({ puts: [put("note/a")], deletes: [] })) === null);
  check("of too many at once: all", (await answer({ puts: Array.from({ length: 33 }, (_, at) => put(`grant/${at}`)), deletes: [] })) === "*");
  check("of one that no field holds: all", (await answer({ puts: [put("grant/a b")], deletes: [] })) === "*" && (await answer({ puts: [put("grant/\n")], deletes: [] })) === "*");
}

await life();
await absent();
await writes();
await trouble();
await bounds();
await told();
done();
