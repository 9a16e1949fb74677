// Passwords by the runtime's own PBKDF2 (WebCrypto: node, workers, browsers alike), kept as PHC strings:
// $pbkdf2-sha256$i=600000$<salt>$<hash>, base64 without padding.

import { bytesOf, fromBase64, toBase64 } from "./text.mjs";

const hashSize = 32;
const saltSize = 16;
const mostIterations = 10_000_000; // a record that asks for more is not ours

/** `iterations`: OWASP's figure for PBKDF2 with SHA-256; some edge runtimes allow at most 100,000. */
export function passwordsBy(iterations = 600_000) {
  return {
    async hash(password) {
      const salt = crypto.getRandomValues(new Uint8Array(saltSize));
      return print(iterations, salt, await derive(password, salt, iterations));
    },
    /** Throws on a string of another scheme: that is no wrong password, but a record of another host. */
    async verify(phc, password) {
      const { iterations: asked, salt, hash } = parse(phc);
      return same(hash, await derive(password, salt, asked));
    },
    /** A hash that no password has: for a deployment's decoy_password. */
    decoy: () => print(iterations, new Uint8Array(saltSize), new Uint8Array(hashSize)),
  };
}

async function derive(password, salt, iterations) {
  const key = await crypto.subtle.importKey("raw", bytesOf(password), "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, hashSize * 8),
  );
}

const unpadded = (bytes) => toBase64(bytes).replace(/=+$/, "");

const print = (iterations, salt, hash) => `$pbkdf2-sha256$i=${iterations}$${unpadded(salt)}$${unpadded(hash)}`;

function parse(phc) {
  const [, digits, salt, hash] =
    /^\$pbkdf2-sha256\$i=([1-9][0-9]{0,7})\$([A-Za-z0-9+/]{1,88})\$([A-Za-z0-9+/]{43})$/.exec(phc) ?? [];
  const iterations = Number(digits);
  if (!(iterations <= mostIterations)) throw new TypeError(`expected a hash of pbkdf2-sha256, got one of ${/^\$[a-z0-9-]{1,32}\$/.exec(phc)?.[0] ?? "no known scheme"}: this password was set on another host; set it anew on this one`);
  return { iterations, salt: fromBase64(salt), hash: fromBase64(hash) };
}

function same(left, right) {
  let difference = left.length ^ right.length;
  for (let i = 0; i < left.length; ++i) difference |= left[i] ^ right[i];
  return difference === 0;
}
