// Postern in Node: a handler for node:http, a store in a file, and requests to other servers under the whole egress policy.
//
//   const postern = await createNodePostern({ settings, data: "postern-data/postern.db" });
//   http.createServer(nodeHandler(postern)).listen(8000, "127.0.0.1");

import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { withData } from "./js/data_files.mjs";
import { nodeFetch } from "./js/node_fetch.mjs";
import { checkOptions } from "./js/options.mjs";
import { createPostern } from "./js/postern.mjs";

export * from "./js/postern.mjs";

/**
 * `data`: the file of the store, with the key ring in a file `keys` beside it, unless the settings have one. Without it both
 * live as long as the process. Where this Node has no SQLite `data` is refused.
 */
export async function createNodePostern(options) {
  checkOptions(options, ["data"]);
  const module = options.module ?? (await readFile(new URL("./postern.wasm", import.meta.url)));
  return createPostern({ egress: nodeFetch, ...(await withData(options)), module });
}

/** For node:http and node:https. */
export function nodeHandler(postern) {
  return (incoming, outgoing) => answer(postern, incoming, outgoing).catch(() => outgoing.destroy());
}

const shortRest = 256 << 10; // bytes of a body that are read only to keep its connection
const longestRest = 16 << 20; // and those that are read so that its client gets to reading the answer
const [shortWait, longestWait] = [500, 2_000]; // milliseconds

async function answer(postern, incoming, outgoing) {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const body = bodyOf(incoming);
  const response = await postern.handle({ ...partsOf(incoming), body: body.stream });
  body.leave();
  // The next request of a connection, which behind a proxy may be anybody's, stands behind the body of this one. So what is left
  // of that is read, or the connection ends.
  if (!(await passed(incoming, shortRest, shortWait))) return ended(response, incoming, outgoing);
  outgoing.writeHead(response.status, [...response.headers].flat());
  if (response.body === null) return void outgoing.end();
  outgoing.flushHeaders(); // a stream may have nothing to say for a while
  // A client that goes away ends its stream.
  await pipeline(Readable.fromWeb(response.body), outgoing, { signal: gone.signal }).catch(() => {});
}

/**
 * The connection's last answer, whole before its end: to a client that still sends, a connection that is closed is one that was
 * reset, and the answer is lost with it. RFC 9112 s. 9.6
 */
async function ended(response, incoming, outgoing) {
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.shouldKeepAlive = false;
  const length = response.body === null ? [] : ["Content-Length", String(body.length)];
  outgoing.writeHead(response.status, [...[...response.headers].flat(), ...length]);
  outgoing.flushHeaders();
  if (body.length > 0) outgoing.write(body);
  await passed(incoming, longestRest, longestWait);
  outgoing.end();
}

/** Reads what is left of a body, so much and so long at the most. Whether that was all. */
async function passed(incoming, most, milliseconds) {
  const over = () => incoming.complete || incoming.destroyed;
  if (!over()) await new Promise(setImmediate); // a body's last byte comes before the word that it was the last
  if (over()) return true;
  await new Promise((done) => {
    const late = setTimeout(finish, milliseconds);
    let size = 0;
    incoming.on("data", count).once("end", finish).once("close", finish).resume();
    function count({ length }) {
      size += length;
      if (size > most) finish();
    }
    function finish() {
      clearTimeout(late);
      incoming.off("data", count).off("end", finish).off("close", finish).pause();
      done();
    }
  });
  return over();
}

/**
 * {stream, leave()}. Whoever stops reading it leaves the rest where it is: `Readable.toWeb` would end the connection, and lose the
 * answer with it.
 */
function bodyOf(incoming) {
  let to;
  const piece = (bytes) => {
    incoming.pause();
    to.enqueue(bytes);
  };
  const end = () => leave() && to.close();
  const broken = () => leave() && to.error(new Error("the client is gone"));
  const events = { data: piece, end, error: broken, close: broken };
  let left = false;
  const leave = () => {
    if (left) return false;
    for (const [event, listener] of Object.entries(events)) incoming.off(event, listener);
    return (left = true);
  };
  incoming.pause();
  for (const [event, listener] of Object.entries(events)) incoming.on(event, listener);
  const start = (controller) => {
    to = controller;
    if (incoming.readableEnded) end(); // somebody has read it
    else if (incoming.destroyed) broken();
  };
  return { stream: new ReadableStream({ start, pull: () => void incoming.resume(), cancel: leave }, { highWaterMark: 0 }), leave };
}

// As it came, each field by itself: a Request would join and rewrite.
function partsOf({ method, url, rawHeaders }) {
  const headers = [];
  for (let i = 0; i < rawHeaders.length; i += 2) headers.push([rawHeaders[i], rawHeaders[i + 1]]);
  return { method, target: url, headers };
}
