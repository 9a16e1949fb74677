// Byte strings of the core: a string, or a Uint8Array where no string can hold them. And how a store spells keys.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
export const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
export const toBase64url = (bytes) => toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** The bytes behind a text. */
export const bytesOf = (text) => (typeof text === "string" ? encoder.encode(text) : text);

/** The text that stands for these bytes. */
export function textOf(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    return bytes; // not UTF-8
  }
}

/** One spelling for equal bytes, ordered as the bytes are: what a map or a database can have for a key. */
export function sortableKey(text) {
  if (typeof text === "string" && /^[\0-\x7f]*$/.test(text)) return text;
  return Array.from(bytesOf(text), (byte) => String.fromCharCode(byte)).join("");
}

/** The text of a key that a store has spelt so. */
export const textOfKey = (key) =>
  /^[\0-\x7f]*$/.test(key) ? key : textOf(Uint8Array.from(key, (character) => character.charCodeAt(0)));

export const sameBytes = (left, right) => left.length === right.length && left.every((byte, at) => byte === right[at]);

/** One piece of `size` bytes. */
export function joined(parts, size) {
  if (parts.length === 1) return parts[0];
  const all = new Uint8Array(size);
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}
