// Between the web's Request and Response and the core's. A request's forwarded headers are headers like any other: the core
// believes none of them.

import { bytesOf, joined } from "./text.mjs";

const bodyTime = 60_000; // milliseconds, for all of a body; as host-native/http/connection.hpp

/**
 * What a Request says, in parts: {method, target, headers, body}, the body still to be read. `lengthsHold`: the runtime ends a
 * body where its Content-Length says, so that it may be read at once, by `whole()`.
 */
export function partsOf(request, lengthsHold = false) {
  const headers = [];
  let hosts = null;
  request.headers.forEach((value, name) => {
    if (name === "host") hosts = value;
    else headers.push([name, value]);
  });
  // Of the two that can name the host, the field is what the client sent; the runtime joins fields of one name by commas.
  // A Request made by hand has only its URL.
  for (const host of (hosts ?? new URL(request.url).host).split(",")) headers.push(["host", host.trim()]);
  const parts = { method: request.method, target: targetOf(request.url), headers, body: request.body };
  return lengthsHold ? { ...parts, whole: () => request.arrayBuffer() } : parts;
}

/** The core's request. What is in it, the core judges; here it is only carried. */
export async function requestOf({ method, target, headers, body, whole }, largestBody) {
  const [, length] = headers.find(([name]) => name.toLowerCase() === "content-length") ?? [];
  const declared = /^[0-9]{1,9}$/.test(length) ? Number(length) : Infinity;
  if (body === null || declared === 0) return { method, target, headers, body: "" };
  const read = whole !== undefined && declared <= largestBody ? atOnce(whole) : inPieces(body, largestBody, declared);
  return { method, target, headers, body: await read };
}

/** Origin form, as it came: whatever stands behind the authority, without a fragment. */
function targetOf(url) {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const end = url.indexOf("#", start);
  return start < 0 ? "/" : url.slice(start, end < 0 ? undefined : end);
}

/**
 * A timer for each body would cost a tenth of a request. So who is late is looked for when the next one comes: as long as
 * nobody does, nobody is kept from anything.
 */
function atOnce(whole) {
  const since = performance.now();
  for (const one of reading) {
    if (since - one.since < bodyTime) break; // the oldest are first
    reading.delete(one);
    one.failed(tooSlow());
  }
  return new Promise((done, failed) => {
    const one = { since, failed };
    reading.add(one);
    const over = (settle) => (value) => {
      reading.delete(one);
      settle(value);
    };
    whole().then(over((bytes) => done(new Uint8Array(bytes))), over(failed));
  });
}

const reading = new Set();

/** One byte more than is allowed is enough: the core refuses it then. And what was declared: its end need not be waited for. */
async function inPieces(body, largest, declared) {
  const reader = body.getReader();
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    reader.cancel(tooSlow()).catch(() => {});
  }, bodyTime);
  try {
    const parts = [];
    let size = 0;
    while (size <= largest && size < declared) {
      const { done, value } = await reader.read();
      if (isLate) throw tooSlow(); // what came is not all of it
      if (done) break;
      parts.push(value);
      size += value.length;
    }
    if (size > largest) reader.cancel().catch(() => {});
    return joined(parts, size).subarray(0, largest + 1);
  } finally {
    clearTimeout(late);
  }
}

const tooSlow = () => new Error("the body came too slowly");

/** `body`: bytes, text, a ReadableStream; dropped where the status or HEAD allows none. */
export function responseOf(status, headers, body, id, method) {
  const fields = new Headers();
  let typed = false; // else a text would be given a type
  for (const [name, value] of headers) {
    const field = name.toLowerCase();
    typed ||= field === "content-type";
    if (!ownFields.has(field)) fields.append(name, value);
  }
  fields.append("X-Request-Id", id);
  const none = method === "HEAD" || status === 204 || status === 304;
  return new Response(none ? null : typed || typeof body !== "string" ? body : bytesOf(body), { status, headers: fields });
}

// What the runtime itself says.
const ownFields = new Set(["content-length", "transfer-encoding", "connection", "date"]);

// The query stays out: codes and states come in it. So does a path that is none of ours: somebody may have pasted a token
// there. Our own have short segments.
export function pathToLog(target, status) {
  if (status === 404 || status === 400) return "";
  const query = target.indexOf("?");
  const path = query < 0 ? target : target.slice(0, query);
  return /[^/]{33}/.test(path) ? "" : path;
}
