// What commands, options, variables and paths there are, asked of the programs themselves and looked for in the sources.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { binaries, root } from '../interop/lib.mjs';
import { isDocument, tracked } from './document.mjs';

const read = (name) => readFileSync(path.join(root, name), 'utf8');
const sources = [...tracked].filter((name) => !isDocument(name) && !/^tests\/(vectors|fuzz\/corpus|docs)\/|\.png$|lock/.test(name)).map(read).join('\n');
const words = new Set(sources.match(/\w+/g));
const presets = new Set(JSON.parse(read('CMakePresets.json')).configurePresets.filter((one) => !one.hidden).map((one) => one.name));

/** Options of programs that are not ours, where one of our documents names them. */
const foreign = new Map([
  ['--static-oauth-client-metadata', 'mcp-remote'], ['--network', 'docker'], ['--tool', 'valgrind'], ['--lto-O3', 'wasm-ld'],
]);
/** Options of scripts of ours, where they are named without the script. */
const ofScripts = new Map([['--by-all', 'tests/obligations/run.mjs']]);
/** Programs that are not ours: their arguments are theirs to know. */
const theirs = /^(apt|claude|docker|git|journalctl|npm|skopeo|systemctl|tar)$/;
/** Files that the reader writes. */
const readers = new Set(['server.mjs', 'mcp.json']);

// ---- helps --------------------------------------------------------------------------------------

const programs = {
  postern: [path.join(binaries, 'postern')],
  'npx postern': [process.execPath, path.join(root, 'host-wasm/command/main.mjs')],
  'postern-edge': [process.execPath, path.join(root, 'host-wasm/workerd/edge.mjs')],
};
const helps = new Map();

/** Options with their defaults and what is said of each, and commands, as `program command... --help` tells them. */
export function helpOf(program, ...command) {
  const key = [program, ...command].join(' ');
  if (!helps.has(key)) {
    const [file, ...args] = programs[program];
    const { status, stdout } = spawnSync(file, [...args, ...command, '--help'], { encoding: 'utf8', timeout: 20_000 });
    if (status !== 0) throw new Error(`${key} --help: exit ${status}`);
    const section = (head) => stdout.split(/\n(?=[A-Z][a-z]+:\n)/).find((one) => one.startsWith(head))?.split('\n\n')[0] ?? '';
    const told = [...section('Options:').matchAll(/^ {2}(?:-\w, ?)?(--[a-z-]+)(?: (?!Excludes)[^=\s]+)?(?:=(\S+))?([^\n]*(?:\n {10,}[^\n]*)*)/gm)];
    helps.set(key, {
      options: new Map(told.map(([, name, standard, text]) => [name, { standard, text: text.replace(/\s+/g, ' ').trim() }])),
      commands: [...(section('Subcommands:') + section('Commands:')).matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name),
    });
  }
  return helps.get(key);
}

/** Every option of every command of ours. */
let every;
export const everyOption = () => every ??= new Set(Object.keys(programs).flatMap((program) => [
  ...helpOf(program).options.keys(),
  ...helpOf(program).commands.flatMap((command) => [
    ...helpOf(program, command).options.keys(),
    ...helpOf(program, command).commands.flatMap((one) => [...helpOf(program, command, one).options.keys()]),
  ]),
]));

let listed;
export const steps = () => listed ??= spawnSync(path.join(root, 'scripts/test'), ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n');

// ---- words in backticks -------------------------------------------------------------------------

export const isVariable = (word) => /^(POSTERN|MCP|TEST|FUZZ)_[A-Z_]+$/.test(word);
export const isKnownVariable = (name) =>
  words.has(name) || helpOf('postern', 'serve').options.has(`--${name.replace('POSTERN_', '').toLowerCase().replaceAll('_', '-')}`);

const rooms = new Set([...tracked].filter((name) => name.includes('/')).map((name) => name.split('/')[0]));
const suffixes = /\.(cpp|hpp|inc|mjs|mts|md|js|capnp|jsonc?|toml|py|sh|txt|wasm)$/;
const everyPath = [...new Set([...tracked].flatMap((name) => name.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'))))];

export const isPath = (word) =>
  /^[\w.*<>{}-]+(\/[\w.*<>-]*)*$/.test(word) && !isVariable(word) &&
  (word.endsWith('/') || (suffixes.test(word) && !word.startsWith('.')) || (word.includes('/') && (rooms.has(word.split('/')[0]) || /^(build|postern)\//.test(word))));

/** A path from the root, or the end of one: `core/oauth/redeem.cpp`, `js/drive.mjs`. `*` and `<name>` stand for anything. */
export function pathsOf(word) {
  const end = word.replace(/\/$/, '').split(/\*|<[^>]*>/).map((part) => part.replace(/[.+]/g, '\\$&')).join('[^/]*');
  return everyPath.filter((name) => new RegExp(`(^|/)${end}$`).test(name));
}

export function isKnownPath(word) {
  if (readers.has(word) || pathsOf(word).length > 0) return true;
  if (word.startsWith('postern/')) return `./${word.slice(8)}` in JSON.parse(read('host-wasm/package.json')).exports;
  return word.startsWith('build/') && (sources.includes(word) || (presets.has(word.split('/')[1]) && word.split('/').slice(2).every((part) => part === 'bin' || words.has(part.split('.')[0]))));
}

/** `redirect_uris`, `addUser`: no word of a language. */
export const nameIn = (word) => /^(?:postern\.)?(\w*(?:[a-z]_[a-z]|[a-z][A-Z])\w*)(\(.*\))?$/.exec(word)?.[1];
export const isKnownName = (name) => words.has(name);

// ---- command lines ------------------------------------------------------------------------------

const beginning = /^(?:[A-Z_]+=\S+ )*(?:sudo|postern|npx|node|cmake|docker|scripts\/[a-z]+|tests\/\S+\.mjs|tests\/node_modules\/node\/bin\/node|build\/\S+\/bin\/\S+)(?: |$)/;
export const isCommand = (text) => beginning.test(text) && !isPath(text);

const parts = (line) => line.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
const optionIn = (word) => /^(--[a-z][\w-]*)/.exec(word)?.[1];

/** What nobody knows of in a command line, or in several that are joined; nothing, where all is well. */
export function faultsOf(line) {
  return line.replace(/\s+#\s.*$/, '').split(/\s(?:&&|\|)\s/).flatMap((command) => faultsOfOne(parts(command)));
}

function faultsOfOne([first, ...rest]) {
  if (first === undefined) return [];
  if (/^[A-Z_]+=/.test(first)) return [...faultsOfVariable(first.split('=')[0]), ...faultsOfOne(rest)];
  if (first === 'sudo') return faultsOfOne(rest[0] === '-u' ? rest.slice(2) : rest);
  if (first === 'cd') return rest[0] === 'postern' || isKnownPath(rest[0]) ? [] : [rest[0]];
  if (first === 'npx') return ofNpx(rest);
  if (/^(postern-[\w.-]+\/bin\/)?postern$/.test(first)) return ofProgram('postern', rest);
  if (first === 'scripts/serve') return [...ofFile(first), ...ofProgram('postern', ['serve', ...rest])];
  if (first === 'scripts/edge') return [...ofFile(first), ...ofProgram('postern-edge', rest)];
  if (first === 'scripts/test') return [...ofFile(first), ...rest.filter((word) => !steps().includes(word) && word !== '--list')];
  if (first.startsWith('scripts/')) return ofScript(first, rest.map((word) => word.replace(/^\[|\]$/g, '')));
  if (/^(node|tests\/node_modules\/node\/bin\/node)$/.test(first)) return ofScript(rest[0], rest.slice(1));
  if (first.startsWith('tests/')) return ofScript(first, rest);
  if (first === 'cmake') return ofCmake(rest);
  if (first === 'build/greeter') return ofProgram('postern', rest); // the reader's program, by the README
  if (first.startsWith('build/')) return ofBuilt(first, rest);
  if (first === 'docker') return rest.includes('serve') ? ofProgram('postern', rest.slice(rest.indexOf('serve'))) : [];
  return theirs.test(first) ? [] : [first];
}

const faultsOfVariable = (name) => (isKnownVariable(name) ? [] : [name]);
const ofFile = (name) => (tracked.has(name) && existsSync(path.join(root, name)) ? [] : [name]);

function ofNpx([name, ...rest]) {
  if (name === undefined) return [];
  if (/^(postern|\.\/postern-[\d.]+\.tgz)$/.test(name)) return ofProgram('npx postern', rest);
  if (name === 'postern-edge') return ofProgram('postern-edge', rest);
  return /^(@modelcontextprotocol\/inspector|wrangler)$/.test(name) ? [] : [name];
}

/** `add|list` stands for each of them. */
function ofProgram(program, given, command = []) {
  const { options, commands } = helpOf(program, ...command);
  const [next, ...rest] = given;
  const all = next?.split('|') ?? [];
  if (all.some((word) => commands.includes(word))) return all.flatMap((word) => (commands.includes(word) ? ofProgram(program, rest, [...command, word]) : [word]));
  if (next && /^[a-z]+$/.test(next) && commands.length > 0) return [next];
  return given.map(optionIn).filter((name) => name && !options.has(name));
}

/** A script of ours takes the words that stand in it, or are the names of its parts. */
function ofScript(name, rest) {
  if (name.startsWith('build/')) return ofBuilt(name, rest);
  if (readers.has(name)) return [];
  if (ofFile(name).length > 0) return [name];
  const text = read(name);
  const isIn = (word) => new RegExp(`(?<![\\w-])(package_)?${word.split('=')[0]}(?![\\w-])`).test(text);
  return rest.filter((word) => !isIn(word) && !isKnownPath(word));
}

function ofCmake(rest) {
  const preset = rest[rest.indexOf('--preset') + 1];
  if (/^(-B|--build) build$/.test(rest.join(' '))) return []; // the reader's own folder
  if (rest.includes('--preset')) return presets.has(preset) ? [] : [preset];
  return rest[0] === '--install' && isKnownPath(rest[1]) ? [] : [rest.join(' ')];
}

function ofBuilt(file, rest) {
  const [, preset, name] = /^build\/([\w-]+)\/bin\/([\w-]+)/.exec(file);
  const target = tracked.has(`tests/fuzz/${name}.cpp`) || new RegExp(`[( ]${name}[ )]`).test(read('tests/CMakeLists.txt'));
  const wrong = rest.filter((word) => {
    const filter = /^--gtest_filter='?(\w+)\*?'?$/.exec(word)?.[1];
    if (filter) return !new RegExp(`TEST(_F|_P)?\\(${filter}`).test(sources);
    return word.startsWith('-') ? !read('scripts/test').includes(word.split('=')[0]) : !isKnownPath(word.replace('build/asan/corpus/fuzz_', 'tests/fuzz/corpus/'));
  });
  return [...(presets.has(preset) && target ? [] : [file]), ...wrong];
}

/** What nobody knows of in a piece of text between backticks that is no command. */
export function faultsOfText(text) {
  const options = [...text.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([name]) => name);
  const isKnown = (name) => everyOption().has(name) || foreign.has(name) || (ofScripts.has(name) && ofScript(ofScripts.get(name), [name]).length === 0);
  const wrong = options.filter((name) => !isKnown(name));
  for (const word of text.split(/[\s=]+/)) {
    if (isVariable(word) && !isKnownVariable(word)) wrong.push(word);
    if (isPath(word) && !isKnownPath(word)) wrong.push(word);
  }
  const name = nameIn(text);
  if (name && !isVariable(name) && !isPath(text) && !isKnownName(name)) wrong.push(name);
  return wrong;
}
