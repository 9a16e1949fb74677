// What the bindings of the worker say, as options of Postern.

import { fetched } from "../js/egress.mjs";
import { passwordsBy } from "../js/passwords.mjs";
import { readKeyRing } from "../js/key_ring.mjs";

const mostIterations = 100_000; // the runtime allows no more of PBKDF2
const levels = ["debug", "info", "warning", "error", "off"];

export function optionsOf(env) {
  const passwords = passwordsBy(mostIterations);
  const log = logTo(console, env.POSTERN_LOG_LEVEL ?? "info");
  return {
    settings: { ...given(env.POSTERN_SETTINGS), ...(env.POSTERN_PUBLIC_URL && { public_url: env.POSTERN_PUBLIC_URL }), key_ring: readKeyRing(env.POSTERN_KEYS ?? "") },
    passwords,
    log,
    audit: env.POSTERN_AUDIT === "-" ? (event) => console.log(JSON.stringify({ audit: event })) : undefined,
    egress: fetched,
    lengthsHold: true,
    fetchAllowed: (env.POSTERN_FETCH_ALLOWED ?? "").split(/[\s,]+/).filter((host) => host !== "").map((host) => host.toLowerCase()),
  };
}

/** How old a copy in front may be, in seconds. */
export function copiesOf({ POSTERN_COPIES: given }) {
  const seconds = Number(given || given === 0 ? given : 1);
  if (seconds !== 0 && seconds !== 1) throw new TypeError(`POSTERN_COPIES ${given}: expected 0 or 1, in seconds: a revocation is promised to be seen within one`);
  return seconds;
}

// A binding may be text or, in wrangler's configuration, an object.
const given = (settings) => (typeof settings === "string" ? JSON.parse(settings || "{}") : (settings ?? {}));

/** One line of JSON for each thing that happened. */
function logTo(to, least) {
  const wanted = levels.slice(levels.indexOf(least));
  return (level, what, fields) => {
    if (wanted.includes(level)) to.log(JSON.stringify({ time: new Date().toISOString(), level, what, ...fields }));
  };
}
