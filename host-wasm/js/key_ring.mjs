// The key ring as the settings have it, and as a file or a secret keeps it: the native server's file, a line for each key,
// `<id of 8 characters> <base64url of 32 bytes>`, the newest first. Lines that begin with # are passed over.

import { randomBytes } from "./entropy.mjs";
import { toBase64url } from "./text.mjs";

export function newKeyRing() {
  const random = (size) => toBase64url(randomBytes(size));
  return [{ id: random(6), key: random(32) }];
}

export const printKeyRing = (ring) => ring.map(({ id, key }) => `${id} ${key}\n`).join("");

/** Throws which line is wrong, and never what stands in it. */
export function readKeyRing(text) {
  const ring = [];
  text.split(/\r?\n/).forEach((line, at) => {
    if (line === "" || line.startsWith("#")) return;
    const [, id, key] = /^([\w-]{8}) ([\w-]{43})$/.exec(line) ?? [];
    if (key === undefined) throw new TypeError(`key ring: line ${at + 1}: expected an id of 8 characters and a key of 32 bytes in base64url`);
    ring.push({ id, key });
  });
  return ring;
}
