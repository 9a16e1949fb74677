// The options of the edge host on this machine: those of `postern serve` that mean something here, by the same names.

import { readFileSync } from "node:fs";

import { optionTable } from "../command/option_table.mjs";
import { commands } from "../command/operate.mjs";
import { parse as parseWords, Wrong } from "../command/words.mjs";

export { Wrong };

const value = (name, shape, help, initial) => ({ name, kind: "value", shape, help, initial });

const shared = ["public-url", "name", "transport", "default-scopes", "access-ttl", "refresh-ttl", "code-ttl", "refresh-grace", "provider-check", "own-users",
  "client-documents", "client-host", "allowed-host", "allowed-origin", "log-level", "log-format"];

const program = {
  name: "postern-edge",
  version: JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version,
  about: "Postern under workerd, on this machine",
  initial: "serve",
  options: [
    value("listen", "HOST:PORT", "Where to listen: loopback, since workerd speaks no TLS here", "127.0.0.1:8787"),
    value("data", "FOLDER", "Keys, records and the operator's socket", "./postern-edge-data"),
    value("store", "disk|memory", "Where records are kept; memory forgets them at the end", "disk"),
    ...optionTable.filter(({ name }) => shared.includes(name)),
    value("settings", "FILE", "Further settings as JSON (core/server/settings_json.hpp)"),
    { name: "fetch-allowed", kind: "list", shape: "HOST[:PORT]", help: "A host that may be fetched from although its address is private; may come again" },
    value("copies", "0|1", "Seconds that the front may keep what says whether a caller is let in", "1"),
    value("audit", "-", "Every decision as a line of JSON on standard output"),
    value("workerd", "PROGRAM", "By default that of the npm package workerd"),
    value("modules", "FOLDER", "Where postern.wasm lies; by default in this package"),
  ],
  commands: { serve: { help: "Serve until SIGTERM (the default)" }, ...commands },
  footer: "user, grants and clients speak to the server that is running with --data. The first user is that of POSTERN_FIRST_USER\nand POSTERN_FIRST_PASSWORD; without a password one is made and shown once.",
};

/** {path, words, values, options}; options have one text or, of those that may come again, a list. {told}: it is all said already. */
export function parse(line) {
  const parsed = parseWords(program, line);
  if (parsed.told !== undefined) return parsed;
  const options = {};
  for (const { name, kind, initial } of program.options) {
    const given = parsed.values[name] ?? (initial && [initial]);
    if (given) options[name] = kind === "list" ? given : given[0];
  }
  return { ...parsed, options };
}

export function addressOf(listen) {
  const [, host, port] = /^(\[[0-9a-fA-F:]+\]|[^:[\]]+):([0-9]{1,5})$/.exec(listen) ?? [];
  if (port === undefined || Number(port) > 65535) throw new Wrong(`--listen ${listen}: expected host:port`);
  if (!["127.0.0.1", "localhost", "[::1]"].includes(host)) throw new Wrong(`--listen ${listen}: workerd speaks no TLS here; expected loopback, with a proxy in front`);
  return { host, port: Number(port) };
}
