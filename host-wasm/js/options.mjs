// What a program hands over, looked at before anything is made of it: a name that is misspelt must not silently keep its
// default. The settings are the core's to judge (core/server/settings_json.cpp).

const named = {
  options: ["module", "settings", "store", "tools", "passwords", "egress", "fetchAllowed", "audit", "log", "firstUser", "now", "lengthsHold", "streams"],
  firstUser: ["name", "password", "oneTime"],
  streams: ["checkEvery", "commentEvery", "takenIn", "box", "answersBox", "look"],
  tool: ["name", "title", "description", "inputSchema", "outputSchema", "annotations", "scopes", "requiredCapabilities", "run"],
};

const functions = ["egress", "audit", "now"]; // or absent; `log` may be false

/** Throws the first thing that is wrong, in one line. `more`: names that an adapter has besides. */
export function checkOptions(options, more = []) {
  objectOf(options, "options", "an object with settings");
  known(options, "options", [...named.options, ...more]);
  objectOf(options.settings, "settings", "an object with public_url, such as { public_url: \"http://localhost:8000\" }");
  for (const name of functions) optional(options, name, "a function", (value) => typeof value === "function");
  optional(options, "log", "a function, or false", (value) => value === false || typeof value === "function");
  optional(options, "store", "an object with the functions load, scan and commit", (value) => ["load", "scan", "commit"].every((name) => typeof value?.[name] === "function"));
  optional(options, "passwords", "an object with the functions hash, verify and decoy", (value) => ["hash", "verify", "decoy"].every((name) => typeof value?.[name] === "function"));
  optional(options, "fetchAllowed", "an array of texts", areTexts);
  optional(options, "tools", "an array", Array.isArray);
  options.tools?.forEach(checkTool);
  if (options.streams !== undefined) known(objectOf(options.streams, "streams", "an object"), "streams", named.streams);
  if (options.firstUser !== undefined) checkFirstUser(options.firstUser);
}

export function checkFirstUser(user) {
  known(objectOf(user, "firstUser", "{ name, password }"), "firstUser", named.firstUser);
  optional(user, "oneTime", "true or false", (value) => typeof value === "boolean", "firstUser");
  for (const name of ["name", "password"]) {
    if (typeof user[name] === "string" && user[name] !== "") continue;
    // Most of all `process.env.SOMETHING` that is not set.
    throw new TypeError(`firstUser.${name}: expected a text${name === "password" ? " of at least 8 characters" : ""}, got ${told(user[name])}; is the variable set that it comes from?`);
  }
}

function checkTool(tool, at) {
  const place = typeof tool?.name === "string" ? `tool '${tool.name}'` : `tools[${at}]`;
  known(objectOf(tool, place, "an object with name and run"), place, named.tool);
  if (typeof tool.name !== "string") throw new TypeError(`${place}: name: expected a text, got ${told(tool.name)}`);
  if (typeof tool.run !== "function") throw new TypeError(`${place}: run: expected a function, run(args, context), got ${told(tool.run)}`);
  for (const name of ["scopes", "requiredCapabilities"]) optional(tool, name, "an array of texts", areTexts, place);
}

function known(object, place, names) {
  const stranger = Object.keys(object).find((name) => !names.includes(name));
  if (stranger === undefined) return;
  const near = nearest(stranger, names);
  throw new TypeError(`${place}: ${stranger}: there is no such option; ${near === undefined ? `expected one of ${names.join(", ")}` : `did you mean ${near}?`}`);
}

function objectOf(value, place, expected) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new TypeError(`${place}: expected ${expected}, got ${told(value)}`);
  return value;
}

function optional(object, name, expected, holds, place) {
  const value = object[name];
  if (value === undefined || holds(value)) return;
  throw new TypeError(`${place === undefined ? "" : `${place}: `}${name}: expected ${expected}, got ${told(value)}`);
}

const areTexts = (value) => Array.isArray(value) && value.every((one) => typeof one === "string");

/** What is there instead, without what stands in it. */
export const told = (value) =>
  value === undefined || value === null ? String(value) : value === "" ? "an empty text" : Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : `a ${typeof value}`;

/** As core/base/nearest.hpp. */
export function nearest(word, names) {
  let best;
  let distance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const away = distanceOf(word, name);
    if (away < distance) [best, distance] = [name, away];
  }
  return best;
}

function distanceOf(word, name) {
  let row = Array.from({ length: name.length + 1 }, (_, at) => at);
  for (let i = 1; i <= word.length; ++i) {
    const next = [i];
    for (let j = 1; j <= name.length; ++j) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (word[i - 1] === name[j - 1] ? 0 : 1));
    row = next;
  }
  return row[name.length];
}
