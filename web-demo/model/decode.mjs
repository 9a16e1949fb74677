// What stands in a message, taken apart: [{title, rows: [[name, value]], note?}].

import { bytesOf, fromBase64, toBase64 } from "../postern/text.mjs";

const urlBase64 = (bytes) => toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** `known`: what earlier messages of the play said, as `learn` gathered it. */
export async function decode(exchange, known) {
  const { request, reply } = exchange;
  const parts = [];
  const at = request.target.indexOf("?");
  if (at >= 0) parts.push({ title: "Query", rows: rowsOf(request.target.slice(at + 1)) });
  const type = field(request, "Content-Type") ?? "";
  if (type.startsWith("application/x-www-form-urlencoded")) parts.push({ title: "Form", rows: rowsOf(request.body) });
  parts.push(...(await pkce(request, at, known)));
  const bearer = /^Bearer (.+)$/.exec(field(request, "Authorization") ?? "")?.[1];
  if (bearer) parts.push(token("Access token", bearer));
  if (reply === null) return parts;
  const challenge = field(reply, "WWW-Authenticate");
  if (challenge) parts.push({ title: "Challenge: WWW-Authenticate", rows: [["scheme", challenge.split(" ", 1)[0]], ...[...challenge.matchAll(/([\w-]+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value])] });
  const location = field(reply, "Location");
  if (location?.includes("?")) parts.push({ title: "Redirect", rows: [["to", location.split("?", 1)[0]], ...rowsOf(location.slice(location.indexOf("?") + 1))] });
  const body = objectIn(reply.body);
  for (const name of ["access_token", "refresh_token", "id_token"]) if (typeof body?.[name] === "string") parts.push(token(name, body[name]));
  const cookies = reply.headers.filter(([name]) => name.toLowerCase() === "set-cookie").map(([, value]) => [value.split("=", 1)[0], value.slice(value.indexOf("=") + 1)]);
  if (cookies.length > 0) parts.push({ title: "Cookies set", rows: cookies });
  return parts;
}

/** Gathers the challenges that went out, so that a verifier can be held against its own. */
export function learn(known, { request }) {
  const challenge = new URLSearchParams(request.target.split("?")[1] ?? "").get("code_challenge");
  if (challenge) known.challenges.add(challenge);
}

async function pkce({ target, body }, at, known) {
  const challenge = at >= 0 && new URLSearchParams(target.slice(at + 1)).get("code_challenge");
  if (challenge) return [{ title: "PKCE", rows: [["challenge", challenge]], note: "The SHA-256 of a verifier that the client keeps to itself until it redeems the code." }];
  const verifier = new URLSearchParams(typeof body === "string" ? body : "").get("code_verifier");
  if (!verifier) return [];
  const computed = urlBase64(new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(verifier))));
  const fits = known.challenges.has(computed);
  return [{ title: "PKCE", rows: [["verifier", verifier], ["its SHA-256", computed]], note: fits ? "This is the challenge of the authorization request." : "No authorization request had this challenge." }];
}

/** A JWT is read; a sealed token says its kind and its key, and the rest only to the server that sealed it. */
function token(title, text) {
  const segments = text.split(".");
  if (segments.length === 3) {
    const [head, claims] = segments.slice(0, 2).map((segment) => objectIn(readable(segment)));
    if (head && claims) return { title, rows: [...Object.entries(head), ...Object.entries(claims)].map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]), note: "A JWT, signed: header and claims." };
  }
  const [, kind, rest] = /^(pst_(?:at|rt)_)([\w-]+)$/.exec(text) ?? [];
  if (!kind) return { title, rows: [["token", text]] };
  const size = Math.floor((rest.length * 3) / 4);
  return {
    title, rows: [["kind", kind], ["key", rest.slice(0, 8)], ["sealed", `${size} bytes: key, nonce, ciphertext, tag`], ["token", text]],
    note: `Sealed by XChaCha20-Poly1305. Only the server that made it can read it: ${sealed[kind]}.`,
  };
}

const sealed = { pst_at_: "grant, client, user, scopes, audience and expiry", pst_rt_: "grant, generation and user" };

const rowsOf = (form) => [...new URLSearchParams(form)];
const field = (message, name) => message.headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];

function readable(segment) {
  try {
    return new TextDecoder().decode(fromBase64(segment.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return "";
  }
}

function objectIn(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
