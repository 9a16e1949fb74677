#!/usr/bin/env node
// `postern`: the program of host-native, in Node. The same options, variables, files, messages and exit codes, and the same data
// folder.
//
// 0: done. 1: it ran, and failed. 2: a wrong option, file or folder; nothing was touched.
import { readFileSync } from "node:fs";
import process from "node:process";

import { faultOfNode } from "./node_version.mjs";
import { commands, isOperators } from "./operate.mjs";
import { optionTable } from "./option_table.mjs";
import { optionsOf } from "./program_options.mjs";
import { parse, versionOf, Wrong } from "./words.mjs";

const check = { name: "check", kind: "flag", help: "Check the options and exit" };

const program = {
  name: "postern",
  version: JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version,
  about: "an MCP server with its own OAuth 2.1 authorization server, in Node",
  initial: "serve",
  options: [
    ...optionTable,
    { name: "config", kind: "value", shape: "FILE", help: "Options from this TOML file" },
  ],
  commands: {
    serve: { help: "Serve until SIGTERM (the default)", options: [check] },
    ...commands,
    version: { help: "Tell the version", common: false },
  },
  footer: "Each option may also be set in the environment and in .env (POSTERN_PUBLIC_URL) and in the file of --config (public_url).\nLogin by GitHub: MCP_GITHUB_CLIENT_ID and MCP_GITHUB_CLIENT_SECRET, there as well.",
};

quietly("SQLite is an experimental feature");
// Whoever reads the lines may go away: they are lost then, and the server serves on.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const refused = error instanceof Wrong || error instanceof TypeError;
  console.error(`postern: ${refused ? error.message : (error?.stack ?? error)}`);
  process.exit(refused ? 2 : 1); // a port may have been taken already
}

async function main(line) {
  const parsed = parse(program, line);
  if (parsed.told !== undefined) return say(parsed.told);
  if (parsed.path[0] === "version") return say(versionOf(program));
  const options = optionsOf(program.options, parsed.values);
  await needNode(options);
  const { check: checkOnly, offline, serve } = await import("./serve.mjs");
  if (isOperators(parsed.path)) return offline(parsed, options);
  return parsed.values.check ? checkOnly(program, options) : serve(program, options);
}

async function needNode({ inMemory }) {
  const sqlite = inMemory || (await import("node:sqlite").then(() => true, () => false));
  const fault = faultOfNode(process.versions.node, { sqlite, inMemory });
  if (fault !== undefined) throw new Wrong(fault);
}

function say(text) {
  console.log(text);
  return 0;
}

/** Node warns of its own SQLite at each start; nobody who starts a server can do anything about it. */
function quietly(beginning) {
  const { emitWarning } = process;
  process.emitWarning = (warning, ...more) => {
    if (!String(warning?.message ?? warning).startsWith(beginning)) emitWarning.call(process, warning, ...more);
  };
}
