// Where options come from, as host-native/config/sources.cpp: the command line, the environment, .env of the working folder, the
// file of --config. The first that names an option has it.

import { readFileSync } from "node:fs";
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
  const file = configFile(config.values[0], options.filter(({ name }) => name !== "config"), variables);
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
    if (error.code === "ENOENT") return {};
    throw new Wrong(`.env: ${error.message}`);
  }
  return parseDotenv(text);
}

/** NAME=value lines, as shells and containers read them. */
export function parseDotenv(text) {
  const variables = {};
  text.split(/\r?\n/).forEach((whole, at) => {
    const line = whole.trim().replace(/^export /, "").trim();
    if (line === "" || line.startsWith("#")) return;
    const equals = line.indexOf("=");
    if (equals < 0) {
      if (!line.startsWith(prefix)) return;
      throw new Wrong(`.env: line ${at + 1}: expected NAME=value`);
    }
    variables[line.slice(0, equals).trim()] = valueOf(line.slice(equals + 1).trim());
  });
  return variables;
}

function valueOf(text) {
  if (/^(["']).*\1$/s.test(text) && text.length >= 2) return text.slice(1, -1);
  const comment = text.indexOf(" #");
  return comment < 0 ? text : text.slice(0, comment).trim();
}
