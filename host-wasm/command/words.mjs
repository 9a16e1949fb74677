// The words of a command line, and the page that --help shows: for `postern` and for `postern-edge`.
//
// An option is {name, kind: "value" | "flag" | "list", shape, help, initial}. A command is {help, positionals?, options?,
// commands?, common?}; `common: false`: it takes only its own options.

import { nearest } from "../js/options.mjs";

/** What is wrong with the command line, or with what it names: one line, exit code 2. */
export class Wrong extends Error {}

const help = { name: "help", kind: "flag", help: "Show this page" };
const version = { name: "version", kind: "flag", help: "Show the version" };

/**
 * `program`: {name, version, about, options, commands, initial, footer}; `initial`: the command where none is named. Gives
 * {path, words, values}: values are lists by option name, a flag has ["true"]. {told}: it is all said already.
 */
export function parse(program, line) {
  const path = [];
  const words = [];
  const values = {};
  let command = program;
  let asked = false; // for help
  for (let at = 0; at < line.length; ++at) {
    const word = line[at];
    if (word === "-h" || word === "--help") {
      asked = true;
    } else if (word === "--version" && path.length === 0) {
      return { told: versionOf(program) };
    } else if (word.startsWith("--") && word.length > 2) {
      const [, name, , given] = /^--([^=]*)(=([^]*))?$/.exec(word);
      const option = find(program, command, name);
      if (option.kind === "flag") {
        if (given !== undefined) throw new Wrong(`--${name}: expected no value, got '${given}'`);
        note(values, option, "true");
      } else if (given !== undefined) {
        note(values, option, given);
      } else {
        if (at + 1 === line.length || line[at + 1].startsWith("--")) throw new Wrong(`--${name}: expected ${option.shape} after it`);
        note(values, option, line[++at]);
      }
    } else if (command.commands !== undefined && words.length === 0) {
      command = commandOf(command, word, path);
      path.push(word);
    } else {
      if (words.length >= (command.positionals?.length ?? 0)) throw new Wrong(`${word}: there is one word too many`);
      words.push(word);
    }
  }
  if (asked) return { told: pageOf(program, command, path) };
  if (path.length === 0) path.push(program.initial);
  else if (command.commands !== undefined) throw new Wrong(`${path.join(" ")}: expected ${Object.keys(command.commands).join(", ")} after it`);
  const missing = command.positionals?.slice(words.length).find(({ required }) => required);
  if (missing !== undefined) throw new Wrong(`${path.join(" ")}: expected ${missing.name} after it`);
  return { path, words, values };
}

export const versionOf = ({ name, version: told }) => `${name} ${told}`;

function find(program, command, name) {
  const own = command === program ? (program.commands[program.initial].options ?? []) : (command.options ?? []);
  const all = [...(command.common === false ? [] : program.options), ...own];
  const option = all.find((one) => one.name === name);
  if (option !== undefined) return option;
  const near = nearest(name, [...all.map((one) => one.name), "help", "version"]);
  throw new Wrong(`--${name}: there is no such option${near === undefined ? "" : `; did you mean --${near}?`}`);
}

function note(values, { name, kind }, given) {
  if (values[name] !== undefined && kind === "value") throw new Wrong(`--${name}: expected it once, got '${values[name][0]}' and '${given}'`);
  (values[name] ??= []).push(given);
}

function commandOf({ commands }, word, path) {
  if (Object.hasOwn(commands, word)) return commands[word];
  const names = Object.keys(commands);
  const near = nearest(word, names);
  throw new Wrong(`${[...path, word].join(" ")}: there is no such command; ${near === undefined ? `expected ${names.join(", ")}` : `did you mean ${near}?`}`);
}

function pageOf(program, command, path) {
  const top = command === program;
  const positionals = command.positionals ?? [];
  const usage = [program.name, ...path, "[OPTIONS]", ...(command.commands ? [top ? "[COMMAND]" : "COMMAND"] : []), ...positionals.map(({ name, required }) => (required ? name : `[${name}]`))];
  const own = top ? (program.commands[program.initial].options ?? []) : (command.options ?? []);
  const shared = command.common === false || (command.commands !== undefined && !top) ? [] : program.options;
  const options = [help, ...(top ? [version] : []), ...shared, ...own];
  const rows = (title, list) => (list.length === 0 ? [] : ["", `${title}:`, ...list.flatMap(([what, text]) => row(what, text))]);
  return [
    top ? `${versionOf(program)}: ${program.about}` : command.help,
    `Usage: ${usage.join(" ")}`,
    ...rows("Words", positionals.map(({ name, help: text }) => [name, text])),
    ...rows("Options", options.map((one) => [spelt(one), one.help])),
    ...rows("Commands", Object.entries(command.commands ?? {}).map(([name, { help: text }]) => [name, text])),
    ...(program.footer ? ["", program.footer] : []),
  ].join("\n");
}

const spelt = ({ name, kind, shape, initial }) =>
  (name === "help" ? "-h, " : "") + `--${name}` + (kind === "flag" ? "" : ` ${shape}`) + (initial ? `=${initial}` : "");

const column = 30;

const row = (what, text) => (what.length + 4 > column ? [`  ${what}`, " ".repeat(column) + text] : [`  ${what}`.padEnd(column) + text]);
