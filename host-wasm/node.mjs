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

async function answer(postern, incoming, outgoing) {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const response = await postern.handle({ ...partsOf(incoming), body: Readable.toWeb(incoming) });
  outgoing.writeHead(response.status, [...response.headers].flat());
  if (response.body === null) return void outgoing.end();
  outgoing.flushHeaders(); // a stream may have nothing to say for a while
  // A client that goes away ends its stream.
  await pipeline(Readable.fromWeb(response.body), outgoing, { signal: gone.signal }).catch(() => {});
}

// As it came, each field by itself: a Request would join and rewrite.
function partsOf({ method, url, rawHeaders }) {
  const headers = [];
  for (let i = 0; i < rawHeaders.length; i += 2) headers.push([rawHeaders[i], rawHeaders[i + 1]]);
  return { method, target: url, headers };
}
