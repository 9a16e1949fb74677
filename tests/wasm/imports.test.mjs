// The module asks its host for nothing, offers what is documented, and is small.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { check, compiled, done, wasmPath } from "./host.mjs";

// The bound for the gzipped module is 130 KB, and it is short of it: docs/performance.md. Until then it must not grow.
const bound = 130 * 1024;
const most = { bytes: 450 * 1024, gzipped: 160 * 1024 };
const functions = ["_initialize", "postern_add_user", "postern_check", "postern_client", "postern_close", "postern_closed",
  "postern_evaluate", "postern_input", "postern_judge", "postern_layout", "postern_list_users", "postern_open", "postern_tell"];

const module = compiled();
const imports = WebAssembly.Module.imports(module).map(({ module: from, name }) => `${from}.${name}`);
check("the module imports nothing", imports.length === 0, imports);

const exports = WebAssembly.Module.exports(module);
check("it exports one memory", exports.filter(({ kind, name }) => kind === "memory" && name === "memory").length === 1, exports);
const names = exports.filter(({ kind }) => kind === "function").map(({ name }) => name);
// Emscripten adds three for the stack, and nobody calls them.
const unexpected = names.filter((name) => !functions.includes(name) && !/^stack(Save|Restore|Alloc)$/.test(name));
check("it exports the functions of host-wasm/abi.cpp and client_abi.cpp", functions.every((name) => names.includes(name)), names);
check("and no others", unexpected.length === 0, unexpected);

const bytes = readFileSync(wasmPath);
const gzipped = gzipSync(bytes, { level: 9 }).length;
console.log(`# ${bytes.length} bytes, ${gzipped} gzipped`);
check(`at most ${most.bytes} bytes`, bytes.length <= most.bytes, `${bytes.length}`);
if (gzipped > bound) console.log(`# short: ${gzipped} bytes gzipped, the bound is ${bound}`);
check(`at most ${most.gzipped} bytes gzipped`, gzipped <= most.gzipped, `${gzipped}`);
done();
