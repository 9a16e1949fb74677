// Where options come from, as host-native/config/sources.cpp: the command line, the environment, .env of the working folder, the
// file of --config. The first that names an option has it.

import { accessSync, constants, readFileSync } from "node:fs";
import path from "node:path";

import { nearest } from "../js/options.mjs";
import { configFile } from "./config_file.mjs";
import { Wrong } from "./words.mjs";

const prefix = "POSTERN_";
const further = ["first-user", "first-password"]; // never on a command line, which every process of the machine can read

export const variableOf = (option) => prefix + option.toUpperCase().replaceAll("-", "_");

/**
 * {given: {option: {values, source}}, settings, variables}: `settings` of the core are those of the file's tables, `variables` all
 * of .env and the environment, those of the environment first. `options`: the table, `config` in it; `values`: of the command
 * line. Errors: Wrong.
 */
export function sources(options, values, { environment = process.env, folder = "." } = {}) {
  const dotenv = readDotenv(path.join(folder, ".env"));
  const variables = { ...dotenv, ...environment };
  const commandLine = Object.fromEntries(Object.entries(values).map(([name, all]) => [name, { values: all, source: `--${name}` }]));
  const byVariables = fromVariables(options, environment, "");
  const { config, ...given } = { ...fromVariables(options, dotenv, ".env: "), ...byVariables, ...commandLine };
  if (config === undefined) return { given, settings: {}, variables };
  if (config.values[0] === "") throw new Wrong(`${config.source}: expected a file`);
  const file = configFile(config.values[0], options.filter(({ name }) => name !== "config"), variables, config.source);
  return { given: { ...file.given, ...given }, settings: file.settings, variables };
}

function fromVariables(options, variables, where) {
  const names = [...options.map(({ name }) => name), ...further];
  const byVariable = new Map(names.map((name) => [variableOf(name), name]));
  const given = {};
  for (const variable of Object.keys(variables).filter((name) => name.startsWith(prefix)).sort()) {
    const name = byVariable.get(variable);
    if (name === undefined) throw new Wrong(unknown(where + variable, nearest(variable, [...byVariable.keys()].sort())));
    const isList = options.some((one) => one.name === name && one.kind === "list");
    const value = variables[variable];
    given[name] = { values: isList ? value.split(",").map((part) => part.trim()).filter((part) => part !== "") : [value], source: where + variable };
  }
  return given;
}

const unknown = (source, near) => `${source}: unknown${near === undefined ? "" : `; did you mean ${near}?`}`;

function readDotenv(file) {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT" || (error.code === "EACCES" && isClosed(path.dirname(file)))) return {};
    throw new Wrong(`.env: ${error.message}`);
  }
  return parseDotenv(text);
}

/** As host-native/config/read.cpp: who may not look into the working folder has no .env there. */
function isClosed(folder) {
  try {
    accessSync(folder, constants.X_OK);
    return false;
  } catch {
    return true;
  }
}

/** As host-native/config/dotenv.cpp reads it; what is understood is told there, in sources.hpp. */
export function parseDotenv(text) {
  const variables = {};
  const isOurs = (name) => name.startsWith(prefix) || name.startsWith("MCP_GITHUB_");
  let rest = text.replace(/^\ufeff/, "");
  let line = 1;
  const take = (pattern) => {
    const [found] = pattern.exec(rest) ?? [""];
    rest = rest.slice(found.length);
    return found;
  };
  for (; rest !== ""; ++line) {
    const first = line;
    const refuse = (why) => {
      throw new Wrong(`.env: line ${first}: ${why}`);
    };
    take(/^[ \t\r]*/);
    if (!endsHere(rest)) {
      let name = take(name_);
      if (name === "export" && /^[ \t\r]/.test(rest)) {
        take(/^[ \t\r]*/);
        name = take(name_);
      }
      take(/^[ \t\r]*/);
      if (name === "" || (!rest.startsWith("=") && (!endsHere(rest) || isOurs(name)))) refuse("expected NAME=value, or a comment that begins with #");
      if (rest.startsWith("=")) {
        rest = rest.slice(1);
        const spaced = take(/^[ \t\r]*/) !== "";
        const quote = /^["']/.exec(rest)?.[0];
        let value;
        if (quote === undefined) {
          value = take(spaced ? /^(?!#)(?:(?<=[^ \t])#|[^\n#])*/ : /^#?(?:(?<=[^ \t])#|[^\n#])*/).replace(/[ \t\r]+$/, "");
        } else {
          const quoted = take(quote === '"' ? /^"(?:\\["\\]|[^"])*"/ : /^'[^']*'/);
          if (quoted === "") refuse(`${name}: expected a closing ${quote}`);
          line += quoted.split("\n").length - 1;
          value = quoted.slice(1, -1);
          if (quote === '"') value = value.replace(/\\(["\\])/g, "$1");
          take(/^[ \t\r]*/);
          if (!endsHere(rest)) refuse("expected nothing behind the closing quote but a comment");
        }
        if (isOurs(name) && Object.hasOwn(variables, name)) refuse(`${name} a second time; expected it once`);
        variables[name] = value;
      }
    }
    take(/^[^\n]*\n?/);
  }
  return variables;
}

const name_ = /^[\w.-]*/;

/** A comment, or the end of the line. */
const endsHere = (text) => text === "" || text[0] === "\n" || text[0] === "#";
