// The module asks its host for nothing, offers what is documented, and is small.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

import { check, done, wasmPath } from "./host.mjs";

// The bounds for a server's module are 450 KB, and 160 KB gzipped. It is short of both: docs/performance.md. It must not
// grow.
const bound = { bytes: 450_000, gzipped: 160 * 1024 };
const server = { bytes: 465_500, gzipped: 201_500 };
const page = { bytes: 515_500, gzipped: 222_000 }; // the client's side is in it, too
const functions = ["_initialize", "postern_check", "postern_closed", "postern_evaluate",
  "postern_fetch_as_user", "postern_input", "postern_judge", "postern_open", "postern_operate", "postern_tell"];

function look(what, path, expected, most) {
  const bytes = readFileSync(path);
  const module = new WebAssembly.Module(bytes);
  const imports = WebAssembly.Module.imports(module).map(({ module: from, name }) => `${from}.${name}`);
  check(`${what}: it imports nothing`, imports.length === 0, imports);
  const exports = WebAssembly.Module.exports(module);
  check(`${what}: it exports one memory`, exports.filter(({ kind, name }) => kind === "memory" && name === "memory").length === 1, exports);
  const names = exports.filter(({ kind }) => kind === "function").map(({ name }) => name);
  // Emscripten adds three for the stack, and nobody calls them.
  const unexpected = names.filter((name) => !expected.includes(name) && !/^stack(Save|Restore|Alloc)$/.test(name));
  check(`${what}: it exports the functions of host-wasm/*abi.cpp`, expected.every((name) => names.includes(name)), names);
  check(`${what}: and no others`, unexpected.length === 0, unexpected);
  const gzipped = gzipSync(bytes, { level: 9 }).length;
  console.log(`# ${what}: ${bytes.length} bytes, ${gzipped} gzipped`);
  check(`${what}: at most ${most.bytes} bytes`, bytes.length <= most.bytes, `${bytes.length}`);
  check(`${what}: at most ${most.gzipped} bytes gzipped`, gzipped <= most.gzipped, `${gzipped}`);
  return { bytes: bytes.length, gzipped };
}

const size = look("server", new URL("server/postern.wasm", pathToFileURL(wasmPath)), functions, server);
for (const kind of ["bytes", "gzipped"]) if (size[kind] > bound[kind]) console.log(`# short, ${kind}: ${size[kind]}, the bound is ${bound[kind]}`);
look("page", wasmPath, [...functions, "postern_client"], page);
done();
