// Proof that the tests guard the obligations of docs/security-obligations.md: each check is taken out, one at a time, and
// a test has to fail.
//
//   node tests/obligations/run.mjs            all of them
//   node tests/obligations/run.mjs PKCE       those whose obligation or text has this word
//   node tests/obligations/run.mjs --by-all   each against every test: which ones notice
//
// A mutant says which text of which file to replace by which. All of them are built into one program: where the text
// stood, a number in the environment chooses between it and its replacement. So one build serves all, and each is judged
// alone. With no number the program is the real one, and has to pass.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { mutants } from "./mutants.mjs";

const root = resolve(dirname(new URL(import.meta.url).pathname), "../..");
const work = join(root, "build/obligations");
const source = join(work, "src");
const build = join(work, "build");
const document = "docs/security-obligations.md";
const switch_name = "POSTERN_MUTANT";

// What is built: the core with its tests, and of the host what keeps an obligation by itself. No more, so that it is quick.
const wanted = [
  /CMakeLists\.txt$/, /\.(hpp|inc)$/, /^cmake\//, /^docs\//, /^core\//, /^host-native\/(store|config|system)\//,
  /^host-wasm\/js\/layout\.mjs$/,
  /^tests\/(unit|laws|support|vectors|stores)\//, /^tests\/hosts\/(config|system)_test\.cpp$/,
];
const programs = {
  "core/": "postern-unit-tests",
  "host-native/store/": "postern-store-tests",
  "host-native/config/": "postern-host-tests",
  "host-native/system/": "postern-host-tests",
};

let failures = 0;
function ok(text) {
  console.log(`ok - ${text}`);
}
function not_ok(text, why = "") {
  failures += 1;
  console.log(`not ok - ${text}${why ? `\n    ${why.trim().split("\n").join("\n    ")}` : ""}`);
}

main();

function main() {
  const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
  const by_all = process.argv.includes("--by-all");
  const numbered = mutants.map((mutant, index) => ({ ...mutant, number: index + 1 }));
  copy_sources(numbered);
  if (failures === 0 && build_programs(numbered)) {
    check_document();
    const chosen = numbered.filter((mutant) =>
      words.every((word) => `${mutant.obligation} ${mutant.removes}`.toLowerCase().includes(word.toLowerCase())),
    );
    for (const mutant of chosen) by_all ? list_noticing(mutant) : judge(mutant);
  }
  process.exit(failures === 0 ? 0 : 1);
}

// ---------------------------------------------------------------------------------------------------- the mutated copy

function copy_sources(numbered) {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { cwd: root, encoding: "utf8" });
  const files = new Set(listed.split("\0").filter((file) => wanted.some((one) => one.test(file)) && existsSync(join(root, file))));
  for (const file of files) {
    const mine = numbered.filter((mutant) => mutant.file === file && !mutant.compiles_with);
    const bytes = readFileSync(join(root, file));
    write_if_changed(join(source, file), mine.length === 0 ? bytes : Buffer.from(mutated(bytes.toString(), mine)));
  }
  for (const mutant of numbered) {
    if (!files.has(mutant.file)) not_ok(name_of(mutant), `${mutant.file} is not there`);
  }
  write_if_changed(join(source, "core/mutant_switch.cpp"), Buffer.from(
    `#include <cstdlib>\nint postern_mutant = std::getenv("${switch_name}") ? std::atoi(std::getenv("${switch_name}")) : 0;\n`));
  files.add("core/mutant_switch.cpp");
  remove_others(source, files);
}

/// Where the text stood: `if (number) { replacement } else { text }`, or the same as an expression.
function mutated(text, mine) {
  const places = new Map();
  for (const mutant of mine) {
    for (const place of mutant.places ?? [mutant]) {
      const begin = text.indexOf(place.find);
      if (begin < 0 || text.indexOf(place.find, begin + 1) >= 0) {
        not_ok(name_of(mutant), `expected once in ${mutant.file}: ${place.find}`);
        continue;
      }
      const key = `${begin} ${place.find.length}`;
      places.set(key, [...(places.get(key) ?? []), { ...place, number: mutant.number, begin }]);
    }
  }
  let above = text.length;
  for (const alike of [...places.values()].sort((left, right) => right[0].begin - left[0].begin)) {
    const { begin, find } = alike[0];
    if (begin + find.length > above) not_ok(name_of(mutants[alike[0].number - 1]), "overlaps another one");
    above = begin;
    text = text.slice(0, begin) + alike.reduce(choice, find) + text.slice(begin + find.length);
  }
  return `extern int postern_mutant;\n#line 1\n${text}`;
}

function choice(otherwise, { number, replace, written, is_statement }) {
  const on = `(postern_mutant == ${number})`;
  if (written !== undefined) return written.replaceAll(/\bON\b/g, on);
  if (is_statement) return `if ${on} {\n${replace}\n} else {\n${otherwise}\n}`;
  return `(${on} ? (${replace}) : (${otherwise}))`;
}

function write_if_changed(path, bytes) {
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

function remove_others(folder, files, below = "") {
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (entry.isDirectory()) remove_others(folder, files, path);
    else if (!files.has(path)) rmSync(join(folder, path));
  }
}

// ------------------------------------------------------------------------------------------------------------ building

function targets() {
  return [...new Set(mutants.map((mutant) => program_of(mutant)))];
}

function program_of(mutant) {
  return programs[Object.keys(programs).find((folder) => mutant.file.startsWith(folder))];
}

function build_programs() {
  const prepared = ["mbedtls", "cpp-httplib"].flatMap((folder) => {
    const path = join(root, "build/deps/src", folder);
    return existsSync(path) ? [`-DFETCHCONTENT_SOURCE_DIR_${folder === "mbedtls" ? "MBEDTLS" : "HTTPLIB"}=${path}`] : [];
  });
  // What is compared is behaviour: no optimizing. A mutant may leave a function without use: no -Werror.
  const configured = run("cmake", ["-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
    "-DCMAKE_C_FLAGS_DEBUG=-O1", "-DCMAKE_CXX_FLAGS_DEBUG=-O0", "-DPOSTERN_WERROR=OFF", "-DPOSTERN_INSTALL=OFF",
    "-DPOSTERN_PRECOMPILE=ON", ...prepared]);
  if (configured.status !== 0) return not_ok("the mutants are configured", configured.text.slice(-4000)), false;
  const built = run("ninja", ["-C", build, "-j", String(availableParallelism()), ...targets()]);
  if (built.status !== 0) {
    const errors = built.text.split("\n").filter((line) => /error|FAILED/.test(line)).slice(0, 20);
    return not_ok("the mutants compile", errors.join("\n")), false;
  }
  return true;
}

// ------------------------------------------------------------------------------------------------------------- judging

function name_of(mutant) {
  return `${mutant.obligation}: ${mutant.removes}`;
}

function judge(mutant) {
  if (mutant.compiles_with) return judge_by_compiler(mutant);
  const unchanged = run_tests(mutant, 0, mutant.tests);
  if (unchanged.status !== 0 || unchanged.passed === 0) {
    return not_ok(name_of(mutant), unchanged.passed === 0 ? `no test is called ${mutant.tests}` : unchanged.text.slice(-3000));
  }
  const changed = run_tests(mutant, mutant.number, mutant.tests);
  if (changed.failed.length > 0) return ok(`${name_of(mutant)}: noticed by ${changed.failed.join(", ")}`);
  return not_ok(name_of(mutant), changed.status === 0 ? `${mutant.tests} passes without it` : changed.text.slice(-2000));
}

function list_noticing(mutant) {
  if (mutant.compiles_with) return judge_by_compiler(mutant);
  const changed = run_tests(mutant, mutant.number, "-*Laws*:*Suite*:Regex*");  // which are slow, and look elsewhere
  const told = changed.failed.length > 0 || changed.status !== 0 ? ok : not_ok;
  told(`${name_of(mutant)}\n    ${changed.failed.join("\n    ") || `no failed test, status ${changed.status}`}`);
}

function run_tests(mutant, number, filter) {
  const program = join(build, "bin", program_of(mutant));
  const result = run(program, [`--gtest_filter=${filter}`, "--gtest_color=no"], { [switch_name]: String(number) }, source);
  const lines = result.text.split("\n");
  const failed = lines.map((line) => /^\[  FAILED  \] ([\w/.]+)(?:, where .*)? \(\d+ ms\)$/.exec(line)?.[1]).filter(Boolean);
  const passed = lines.filter((line) => line.startsWith("[       OK ]")).length;
  // A program that ended in the middle of a test has failed there.
  const begun = lines.map((line) => /^\[ RUN      \] ([\w/.]+)$/.exec(line)?.[1]).filter(Boolean);
  if (begun.length > 0 && !/ ran\. \(\d+ ms total\)/.test(result.text)) failed.push(begun.at(-1));
  return { ...result, failed: [...new Set(failed)], passed };
}

/// What a type must not be able to do is said by a test that then does not compile.
function judge_by_compiler(mutant) {
  const text = readFileSync(join(root, mutant.file), "utf8");
  if (text.split(mutant.find).length !== 2) return not_ok(name_of(mutant), `expected once in ${mutant.file}: ${mutant.find}`);
  const folder = join(work, "compiled");
  rmSync(folder, { recursive: true, force: true });
  write_if_changed(join(folder, mutant.file), Buffer.from(text.replace(mutant.find, () => mutant.replace)));
  const compile = (...first) =>
    run(process.env.CXX ?? "c++", ["-std=c++20", "-fsyntax-only", ...first, "-I", root, join(root, mutant.compiles_with)]);
  const unchanged = compile();
  if (unchanged.status !== 0) return not_ok(name_of(mutant), unchanged.text.slice(0, 2000));
  const changed = compile("-I", folder);
  if (/static assertion failed/.test(changed.text)) return ok(`${name_of(mutant)}: noticed by ${mutant.compiles_with}`);
  return not_ok(name_of(mutant), changed.status === 0 ? "it compiles" : changed.text.slice(0, 2000));
}

// -------------------------------------------------------------------------------------------------------- the document

/// Every obligation is in the document, and every test that it names exists.
function check_document() {
  const text = readFileSync(join(root, document), "utf8");
  const known = new Set(targets().flatMap((target) => list_tests(join(build, "bin", target))));
  const named = [...text.matchAll(/`([A-Z]\w+\.[A-Z]\w+)`/g)].map((match) => match[1]);
  const files = [...text.matchAll(/`((?:core|docs|host-native|host-wasm|tests)\/[\w./-]+)`/g)].map((match) => match[1]);
  const missing = [...named.filter((name) => !known.has(name)), ...files.filter((file) => !existsSync(join(root, file)))];
  if (named.length === 0 || missing.length > 0) not_ok(`${document} names tests and files that exist`, missing.join("\n"));
  else ok(`${document} names tests and files that exist`);
  const silent = [...new Set(mutants.map((mutant) => mutant.obligation))].filter((name) => !text.includes(`**${name}**`));
  if (silent.length > 0) not_ok(`${document} has every obligation`, silent.join("\n"));
  else ok(`${document} has every obligation`);
}

/// `Suite.Name`, also of those that run with several parameters.
function list_tests(program) {
  let suite = "";
  const names = [];
  for (const line of run(program, ["--gtest_list_tests"]).text.split("\n")) {
    const word = line.replace(/#.*/, "").trim();
    if (line.startsWith("  ")) names.push(suite + word.split("/")[0]);
    else suite = word.split("/").at(-1);
  }
  return names;
}

function run(command, parameters, variables = {}, folder = root) {
  const result = spawnSync(command, parameters, {
    cwd: folder, encoding: "utf8", env: { ...process.env, ...variables }, maxBuffer: 1 << 28, timeout: 15 * 60_000,
  });
  return { status: result.status ?? 1, text: `${result.stdout ?? ""}${result.stderr ?? ""}${result.error ?? ""}` };
}
