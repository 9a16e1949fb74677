// Byte strings of the core in JSON: a string, or {base64} where no string can hold them. See core/flow/codec.hpp.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
export const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** The bytes behind a text member. */
export const bytesOf = (text) => (typeof text === "string" ? encoder.encode(text) : fromBase64(text.base64));

/** The text member that stands for these bytes. */
export function textOf(bytes) {
  if (!bytes.includes(0)) {
    try {
      return decoder.decode(bytes);
    } catch {
      // Not UTF-8: below.
    }
  }
  return { base64: toBase64(bytes) };
}

/** One spelling for equal bytes, ordered as the bytes are: what a map or a database can have for a key. */
export const sortableKey = (text) => Array.from(bytesOf(text), (byte) => String.fromCharCode(byte)).join("");
