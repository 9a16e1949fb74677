// What becomes of each line between fences. A row says how a line, or a whole block, begins; the language of a block stands before
// its first line. A line in no row is a failure, and so is a row without a line.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { binaries, freePort, launch, root, until } from '../interop/lib.mjs';
import { request } from '../interop/web.mjs';
import { documentsOfNow } from './document.mjs';
import { faultsOf, pathsOf, steps } from './known.mjs';

const read = (name) => readFileSync(path.join(root, name), 'utf8');
const wanted = (condition, otherwise) => { if (!condition) throw new Error(otherwise); };
const work = mkdtempSync(path.join(os.tmpdir(), 'postern-docs-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

/** The program, to its end, in an empty folder. */
export function postern(args, { env = {}, files = {} } = {}) {
  const cwd = mkdtempSync(path.join(work, 'run-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(cwd, name), text);
  return spawnSync(path.join(binaries, 'postern'), args, { cwd, encoding: 'utf8', timeout: 20_000, env: { PATH: process.env.PATH, ...env } });
}

// ---- ways for a line ----------------------------------------------------------------------------

/** The text of a test that scripts/test comes to: by itself, or by the run.mjs beside it. */
function textOf(test) {
  const beside = path.join(path.dirname(test), 'run.mjs');
  const name = path.basename(test, '.mjs');
  wanted(/^(scripts\/test|\.ci\/run)$/.test(test) || new RegExp(`\\b${name}\\b`).test(read(beside)), `${beside} does not come to ${test}`);
  return read(test);
}

/** A test does the same in words of its own, in which this stands. */
const done = (test, words) => ({ told: `done by ${test}`, check: () => wanted(textOf(test).includes(words), `${test}: no ${words}`) });
/** A test reads the line out of the document, and runs it. */
const lineReadBy = (test) => ({
  told: `read by ${test}`,
  check: ({ document, line }) => {
    const source = textOf(test);
    const patterns = [...source.matchAll(/\/(\^\S.*?\$)\/g?m\b/g)].map(([, pattern]) => new RegExp(pattern));
    wanted(source.includes(`'${document}'`), `${test} does not name ${document}`);
    wanted(patterns.some((pattern) => pattern.test(line)), `${test} reads other lines`);
  },
});
const runs = (told, check) => ({ told, check });
/** The document itself says so: in the line, or in the paragraph before or after the block. */
const untried = (words = /\bnot (been )?tried\b/) => ({
  told: 'not tried, which the document says',
  check: ({ line, beside }) => wanted(words.test(line) || words.test(beside.replace(/\s+/g, ' ')), 'nothing beside it says that it is not tried'),
});
const noDocker = untried(/Docker itself they don't have/);

// ---- ways for a block ---------------------------------------------------------------------------

const whole = (way) => ({ ...way, whole: true });

/** A test reads it out of the document: one of its patterns finds this block. */
const readBy = (test) => whole({
  told: `read by ${test}`,
  check: ({ document, text }) => {
    const source = textOf(test);
    const patterns = [...source.matchAll(/\/(```\w+\\n.*?```)\//g)].map(([, pattern]) => new RegExp(pattern));
    wanted(source.includes(`'${document}'`), `${test} does not name ${document}`);
    wanted(patterns.some((pattern) => pattern.exec(read(document))?.[1] === text), `${test} reads another block`);
  },
});
/** It is a file of ours, byte by byte, and a test runs that. */
const sameAs = (file, test) => whole({
  told: `${file}, which ${test} runs`,
  check: ({ text }) => {
    wanted(read(file) === text, `${file} has other words`);
    wanted(textOf(test).includes(path.basename(file)), `${test} does not name it`);
  },
});
function compiles(text) {
  const { status, stderr } = spawnSync('c++', ['-std=c++20', '-fsyntax-only', '-I', root, '-I', path.join(root, 'include'), '-x', 'c++', '-'], { input: text, encoding: 'utf8' });
  wanted(status === 0, stderr.slice(0, 1000));
}
/** Lines of a file of ours, in its order; and what stands here compiles as it stands. */
const partOf = (file) => whole({
  told: `lines of ${file}, and compiles`,
  check: ({ text }) => {
    const lines = read(file).split('\n');
    let at = 0;
    for (const line of text.trimEnd().split('\n')) {
      at = lines.indexOf(line, at) + 1;
      wanted(at > 0, `${file} has not, or not there: ${line}`);
    }
    compiles(text);
  },
});
const configuration = () => whole({
  told: 'accepted by postern serve --check',
  check: async ({ text }) => {
    const secrets = Object.fromEntries([...text.matchAll(/_env = "(\w+)"/g)].map(([, name]) => [name, 'secret']));
    const { status, stderr } = postern(['serve', '--check', '--listen', `127.0.0.1:${await freePort()}`, '--config', 'it.toml'], { env: secrets, files: { 'it.toml': text } });
    wanted(status === 0 && stderr === '', stderr);
  },
});
const drawing = () => whole({ told: 'a drawing', check: () => {} });
const drawingOfFiles = () => whole({
  told: 'a drawing of files that are there',
  check: ({ text }) => {
    const named = [...text.matchAll(/(?<![\w/])(?:(?:core|host-native)\/[\w/]+|\w+\.[ch]pp)/g)].map(([name]) => name);
    const lost = named.filter((name) => pathsOf(name).length === 0 && pathsOf(`${name}.cpp`).length === 0);
    wanted(named.length > 0 && lost.length === 0, `not there: ${lost}`);
  },
});
/** Three calls, each behind the words that say where: those in C++ compile there, that in JavaScript calls what is declared. */
const callsOfTools = () => whole({
  told: 'compiles where it says, and calls what host-wasm/js/postern.d.mts declares',
  check: async ({ text }) => {
    const [handler, tool, js] = text.trimEnd().split('\n').map((line) => /^(?:C\+\+, a handler|C\+\+, a host tool|JavaScript) {2,}(.*)$/.exec(line)[1]);
    compiles(`#include <postern.hpp>
      using postern::UpstreamResponse;
      void handler(postern::mcp::Run& run) { ${handler} }
      void tool(postern::ToolContext& context, const std::string& text) { ${tool} }`);
    const declarations = read('host-wasm/js/postern.d.mts');
    const members = /interface FetchAsUser \{([^}]*)\}/.exec(declarations)?.[1];
    const given = [];
    const context = new Proxy({}, { get: (_, name) => (...args) => { given.push(name, ...args); } });
    await new Function('context', 'text', `return (async () => { ${js} })()`)(context, 'text');
    const [name, where, init] = given;
    wanted(declarations.includes(`${name}(path: string, init?: FetchAsUser): Promise<Response>`) && where.startsWith('/'), `${name} is declared otherwise`);
    wanted(Object.keys(init).every((one) => new RegExp(`\\b${one}\\?:`).test(members)), `${Object.keys(init)}: FetchAsUser has ${members}`);
  },
});
/** The line names the file itself, behind `//`. */
const declaration = () => whole({
  told: 'declared in the file that it names',
  check: ({ text }) => {
    const [, words, file] = /^(.*?);\s+\/\/ (\S+)\n$/.exec(text);
    const unnamed = read(file).replace(/\s+/g, ' ').replace(/& \w+(?=[,)])/g, '&');
    wanted(unnamed.includes(`${words};`), `${file} has no ${words}`);
  },
});

// ---- what is run here ---------------------------------------------------------------------------

/** Served as the line says, at a port of loopback. */
async function serves({ line }) {
  const port = await freePort();
  const { 1: args } = /^postern (.*)$/.exec(line.replace('0.0.0.0:8000', `127.0.0.1:${port}`));
  const cwd = mkdtempSync(path.join(work, 'serve-'));
  const server = launch(path.join(binaries, 'postern'), args.split(' '), { cwd });
  try {
    await until(() => /^ready \S/m.test(server.out) || !server.alive, 15, 'the ready line');
    wanted(/^ready https:\/\/mcp\.example\.com$/m.test(server.out), server.log);
    const { status } = await request(`http://127.0.0.1:${port}/healthz`, { headers: { Host: 'mcp.example.com' } });
    wanted(status === 200, `/healthz: ${status}`);
  } finally {
    await server.stop();
  }
}

const list = runs('run here', () => wanted(steps().includes('docs'), 'no step is called docs'));

/** As it stands, but for where the file goes. The client is built only where there is Go. */
function records({ line }) {
  if (!existsSync(path.join(root, 'build/deps/clients/go-client'))) return;
  const file = path.join(work, 'go-sdk.json');
  const { status, stdout } = spawnSync('bash', ['-c', line.replace(/TEST_RECORD=\S+/, `TEST_RECORD=${file}`)], { cwd: root, encoding: 'utf8', timeout: 60_000 });
  wanted(status === 0, stdout.slice(-600));
  // What the client sends may change with what the server's metadata say. Its port and the order of its scopes are new each time.
  const settled = (name, value) => (typeof value !== 'string' ? value : name === 'scope' ? value.split(' ').sort() : value.replace(/(?<=:\/\/[\w.]+:)\d+/, 'port'));
  const told = (at) => JSON.stringify(JSON.parse(readFileSync(at, 'utf8'), settled));
  wanted(told(file) === told(path.join(root, line.match(/TEST_RECORD=(\S+)/)[1])), 'the record in the tree is another one');
}

// ---- the table ----------------------------------------------------------------------------------

const table = {
  'CONTRIBUTING.md': {
    'cmake --preset dev && cmake --build --preset dev': done('scripts/test', 'step_build-dev() { configure_and_build dev; }'),
    'build/dev/bin/postern-unit-tests --gtest_filter': done('scripts/test', 'build/release/bin/postern-unit-tests --gtest_brief=1'),
    'scripts/test  ': done('.ci/run', 'exec scripts/test'),
    'scripts/test --list': list,
    'scripts/test unit interop': runs('steps that there are', () => {}),
    'FUZZ_SECONDS=600 scripts/test fuzz': done('scripts/test', 'seconds=${FUZZ_SECONDS:-4}'),
    'build/asan/bin/fuzz_json': done('scripts/test', '"build/asan/bin/$name" -max_total_time="$seconds"'),
  },
  'README.md': {
    'sudo apt install ./postern_': done('tests/package/deb.mjs', "lineOfReadme('sudo apt install ./postern_')"),
    'sudo -u postern postern user add ada': done('tests/package/deb.mjs', "lineOfReadme('sudo -u postern postern user add')"),
    'sudo systemctl enable --now postern': done('tests/package/deb.mjs', "stated(text, 'ExecStart')"),
    'tar -xzf postern-': done('tests/package/static.mjs', "typed('tar -xzf postern-')"),
    'postern-0': done('tests/package/static.mjs', "typed('postern-0')"),
    'npx ./postern-': done('tests/package/npm.mjs', "start(at, [program, 'serve'"),
    'skopeo copy': noDocker,
    'docker run': noDocker,
    'git clone': done('tests/package/roots.mjs', 'git ls-files'),
    'scripts/serve': done('tests/package/serve.mjs', "'/postern/scripts/serve'"),
    'scripts/test': done('.ci/run', 'exec scripts/test'),
    'client  ': drawing(),
    'cpp #include <postern.hpp>': partOf('tests/consumer/main.cpp'),
    'cmake cmake_minimum_required': readBy('tests/package/deb.mjs'),
    'sudo apt install ./postern-dev_': done('tests/package/deb.mjs', "lineOfReadme('sudo apt install ./postern-dev_')"),
    'cmake -B build': done('tests/package/deb.mjs', "lineOfReadme('cmake -B build')"),
    'build/greeter': done('tests/package/deb.mjs', "lineOfReadme('build/greeter')"),
    'npx postern serve': lineReadBy('tests/edge/package.mjs'),
    'scripts/edge': lineReadBy('tests/edge/edge.mjs'),
    'cd host-wasm/workerd && npx wrangler deploy': untried(),
    'npm install ./postern-': done('tests/edge/install.mjs', "run('npm', ['install', '--offline'"),
    'js // server.mjs': readBy('tests/edge/package.mjs'),
    "POSTERN_FIRST_PASSWORD='correct horse battery' node server.mjs": done('tests/edge/package.mjs', "launch(node, ['server.mjs'], { cwd: app, env: { POSTERN_FIRST_PASSWORD: password } })"),
    'postern serve --listen 0.0.0.0:8000': runs('run here, at loopback', serves),
  },
  'docs/architecture.md': {
    'cpp Outcome evaluate(': declaration(),
    ' host-native/http': drawingOfFiles(),
    'cpp ClientStep advance(': declaration(),
  },
  'docs/clients.md': { 'TEST_RECORD=tests/clients/go-sdk.json': runs('run here, where there is Go', records) },
  'docs/external.md': { 'toml # the file of --config': configuration() },
  'docs/packaging.md': { 'docker run': untried() },
  'docs/providers.md': {
    '<public-url>/<id>/callback': done('tests/interop/oidc.mjs', '/corp/callback`'),
    'toml [[provider]]': readBy('tests/interop/oidc.mjs'),
  },
  'docs/upstream.md': {
    'C++, a handler': callsOfTools(),
    'toml [[provider]]': configuration(),
    'cpp // Tools that act at GitHub': sameAs('tests/consumer/github.cpp', 'tests/interop/upstream.mjs'),
    'js // Tools that act at GitHub': sameAs('tests/consumer/github.mjs', 'tests/interop/upstream.mjs'),
    'js // The server of github.mjs': sameAs('tests/consumer/github_server.mjs', 'tests/interop/upstream.mjs'),
  },
  'host-wasm/README.md': {
    'npx postern serve': lineReadBy('tests/edge/package.mjs'),
    'npm install postern': untried(),
    'js // server.mjs': readBy('tests/edge/package.mjs'),
    "POSTERN_FIRST_PASSWORD='correct horse battery' node server.mjs": done('tests/edge/package.mjs', "launch(node, ['server.mjs'], { cwd: app, env: { POSTERN_FIRST_PASSWORD: password } })"),
  },
};

const linesOf = ({ language, text }) => text.trimEnd().split('\n').map((line, i) => (i === 0 && language ? `${language} ${line}` : line));
const rowFor = (rows, line) => Object.keys(rows).filter((words) => `${line}  `.startsWith(words)).sort((a, b) => b.length - a.length)[0];

/** `report(name, isGood, detail)` for each line or block, and each row without one. */
export async function checkBlocks(report) {
  const used = new Set();
  for (const block of documentsOfNow.flatMap(({ blocks }) => blocks)) {
    const rows = table[block.document] ?? {};
    for (const [i, line] of linesOf(block).entries()) {
      if (line.trim() === '' || line.startsWith('# ')) continue;
      const at = `${block.document}:${block.line + 1 + i}`;
      const words = rowFor(rows, line);
      if (!words) { report(`${at}: ${line}`, false, 'it is in no row of tests/docs/blocks.mjs'); break; }
      const { told, check, whole: all } = rows[words];
      const twice = all && used.has(rows[words]);
      used.add(rows[words]);
      try {
        wanted(!twice, 'two blocks begin like this');
        const faults = all ? [] : faultsOf(line);
        wanted(words.startsWith('<') || faults.length === 0, `nobody knows ${faults}`);
        await check({ ...block, line });
        report(`${at}: ${told}`, true);
      } catch (error) {
        report(`${at}: ${told}`, false, error.message);
      }
      if (all) break;
    }
  }
  for (const [document, rows] of Object.entries(table))
    for (const [words, row] of Object.entries(rows)) if (!used.has(row)) report(`${document}: ${words}`, false, 'a row without a line');
}
