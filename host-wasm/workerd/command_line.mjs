// The options of the edge host on this machine: those of `postern serve` that mean something here, by the same names.

import { parseArgs } from "node:util";

const text = { type: "string" };
const several = { type: "string", multiple: true };
const known = {
  listen: { ...text, default: "127.0.0.1:8787" },
  "public-url": text,
  data: { ...text, default: "./postern-edge-data" },
  store: { ...text, default: "disk" }, // or memory
  settings: text, // a file, core/server/settings_json.hpp
  name: text,
  transport: text,
  "access-ttl": text,
  "refresh-ttl": text,
  "code-ttl": text,
  "refresh-grace": text,
  "allowed-host": several,
  "allowed-origin": several,
  "fetch-allowed": several,
  copies: { ...text, default: "1" }, // seconds that the front may keep what says whether a caller is let in; 0: not at all
  "log-level": { ...text, default: "info" },
  "log-format": { ...text, default: "text" }, // or json
  audit: text, // "-": to the log
  "password-stdin": { type: "boolean" },
  workerd: text, // the program; by default that of the npm package
  modules: text, // the folder that postern.wasm lies in
};

/** What is wrong with the command line, or with what it names: one line, exit code 2. */
export class Wrong extends Error {}

/** {words, options}: the words are the command. */
export function parse(line) {
  try {
    const { values, positionals } = parseArgs({ args: line, options: known, allowPositionals: true });
    return { words: positionals, options: values };
  } catch (error) {
    throw new Wrong(error.message);
  }
}

export function addressOf(listen) {
  const [, host, port] = /^(\[[0-9a-fA-F:]+\]|[^:[\]]+):([0-9]{1,5})$/.exec(listen) ?? [];
  if (port === undefined || Number(port) > 65535) throw new Wrong(`--listen ${listen}: expected host:port`);
  if (!["127.0.0.1", "localhost", "[::1]"].includes(host)) throw new Wrong(`--listen ${listen}: workerd speaks no TLS here; expected loopback, with a proxy in front`);
  return { host, port: Number(port) };
}

/** Settings of the core, without what only the process knows. `given`: those of the file. */
export function settingsOf(options, given) {
  const settings = { ...given };
  const set = (name, value) => value !== undefined && (settings[name] = value);
  set("name", options.name);
  set("transport", options.transport);
  set("allowed_hosts", options["allowed-host"]);
  set("allowed_origins", options["allowed-origin"]);
  const lifetimes = { access: "access-ttl", refresh: "refresh-ttl", code: "code-ttl", refresh_grace: "refresh-grace" };
  for (const [name, option] of Object.entries(lifetimes)) {
    if (options[option] !== undefined) settings.lifetimes = { ...settings.lifetimes, [name]: wholeNumber(option, options[option]) };
  }
  return settings;
}

function wholeNumber(option, value) {
  if (!/^[0-9]{1,10}$/.test(value)) throw new Wrong(`--${option} ${value}: expected a whole number of seconds`);
  return Number(value);
}
