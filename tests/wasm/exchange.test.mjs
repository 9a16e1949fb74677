// What a Request says, as the core gets it; and bodies that come too slowly, too large, or not at all.
import { partsOf, pathToLog, requestOf } from "../../host-wasm/js/exchange.mjs";
import { check, done } from "./host.mjs";

const most = 1000;
const ofLength = (body, length, more = {}) => new Request("http://localhost:8000/mcp", { method: "POST", body, headers: { "Content-Length": length, ...more }, duplex: "half" });
const carried = (request, lengthsHold = true) => requestOf(partsOf(request, lengthsHold), most);
const textOf = ({ body }) => (typeof body === "string" ? body : new TextDecoder().decode(body));

async function fields() {
  const parts = partsOf(new Request("http://localhost:8000/a?b=c#d", { headers: { B: "1", A: "2", Host: "one.example, two.example" } }));
  check("target and method", parts.target === "/a?b=c" && parts.method === "GET" && parts.body === null);
  check("the host is what the field says, each by itself", JSON.stringify(parts.headers) === '[["a","2"],["b","1"],["host","one.example"],["host","two.example"]]', JSON.stringify(parts.headers));
  check("without one it is the URL's", partsOf(new Request("http://localhost:8000/")).headers.some(([name, value]) => name === "host" && value === "localhost:8000"));
}

async function bodies() {
  for (const hold of [true, false]) {
    const told = hold ? "at once" : "in pieces";
    check(`${told}: a body`, textOf(await carried(ofLength("12345", 5), hold)) === "12345");
    check(`${told}: none`, (await carried(new Request("http://localhost:8000/"), hold)).body === "");
    check(`${told}: one of no length`, (await carried(ofLength("", 0), hold)).body === "");
    const large = await carried(ofLength("x".repeat(5000), 5000), hold);
    check(`${told}: one byte more than is allowed is enough to know`, large.body.length === most + 1, large.body.length);
    const broken = new ReadableStream({ pull: (to) => to.error(new Error("gone")) });
    check(`${told}: one that breaks off`, (await carried(ofLength(broken, 5), hold).catch(({ message }) => message)) === "gone");
  }
  let pulled = 0;
  const endless = new ReadableStream({ pull: (to) => void to.enqueue((++pulled, new Uint8Array(400))) });
  check("who can't rely on lengths reads no more than was declared", (await carried(ofLength(endless, 5), false)).body.length <= 400 && pulled < 4, pulled);
  pulled = 0;
  const chunked = new Request("http://localhost:8000/", { method: "POST", body: new ReadableStream({ pull: (to) => void to.enqueue((++pulled, new Uint8Array(400))) }), duplex: "half" });
  check("a body of no declared length is never read at once", (await carried(chunked)).body.length === most + 1 && pulled < 6, pulled);
}

async function slow() {
  const { now } = performance;
  let time = 1_000_000;
  performance.now = () => time;
  const stuck = () => carried(ofLength(new ReadableStream({}), 5)).then(() => "read", ({ message }) => message);
  const soon = (promise) => Promise.race([promise, new Promise((later) => setTimeout(() => later("waiting"), 20))]);
  const first = stuck();
  time += 30_000;
  const second = stuck();
  time += 29_999;
  await carried(ofLength("12345", 5));
  check("a body may take a minute", (await soon(first)) === "waiting");
  time += 1;
  await carried(ofLength("12345", 5));
  check("and no longer: the next request ends it", (await soon(first)) === "the body came too slowly", await soon(first));
  check("not the one that began later", (await soon(second)) === "waiting");
  performance.now = now;
  const { setTimeout: later } = globalThis;
  globalThis.setTimeout = (work, milliseconds) => later(work, Math.min(milliseconds, 1));
  const half = new ReadableStream({ start: (to) => to.enqueue(new Uint8Array(3)) });
  const ended = await carried(ofLength(half, 5), false).then(({ body }) => `${body.length} bytes`, ({ message }) => message);
  globalThis.setTimeout = later;
  check("in pieces: what came of a body that is too slow is not taken for all of it", ended === "the body came too slowly", ended);
}

function paths() {
  check("a path is logged", pathToLog("/authorize?code=canary", 200) === "/authorize" && pathToLog(`/${"a".repeat(32)}/b`, 200).length === 35);
  check("one with a long segment is not, nor an unknown one", pathToLog(`/a/${"a".repeat(33)}`, 200) === "" && pathToLog("/x", 404) === "");
}

await fields();
await bodies();
await slow();
paths();
done();
