// Recorded pairs are JSON (core/flow/codec.hpp). In JavaScript bytes are a Uint8Array and a version is a number.

import { fromBase64, toBase64 } from "../../host-wasm/js/text.mjs";

const always = new Set(["bytes", "entropy"]); // base64 whatever they hold

/** What was recorded, as the module's edge has it. */
export function fromJson(value, name = "") {
  if (typeof value === "string") return always.has(name) ? fromBase64(value) : name === "version" ? Number(value) : value;
  if (Array.isArray(value)) return value.map((one) => fromJson(one));
  if (value === null || typeof value !== "object") return value;
  if (Object.keys(value).join() === "base64") return fromBase64(value.base64);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fromJson(one, key)]));
}

/** And back. Members are sorted, as the native library prints them; of needs and answer there is one. */
export function toJson(value, name = "") {
  if (value instanceof Uint8Array) return always.has(name) ? toBase64(value) : { base64: toBase64(value) };
  if (name === "version" && value !== null) return String(value);
  if (Array.isArray(value)) return value.map((one) => toJson(one));
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).filter(([key, one]) => one !== null || (key !== "needs" && key !== "answer"));
  return Object.fromEntries(members.sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, one]) => [key, toJson(one, key)]));
}
