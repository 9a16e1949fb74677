// The package's types, held by the compiler to a program that uses them (types/uses.mts): as a user's would find them.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { check, done } from "./host.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), "postern-types-"));
try {
  mkdirSync(path.join(folder, "node_modules"));
  cpSync(path.join(root, "tests/wasm/types"), folder, { recursive: true });
  cpSync(path.join(root, "host-wasm"), path.join(folder, "node_modules/postern"), { recursive: true, filter: (from) => !/\.(cpp|hpp|wasm)$/.test(from) });
  for (const name of ["@types", "undici-types", "@modelcontextprotocol", "zod"]) symlinkSync(path.join(root, "tests/node_modules", name), path.join(folder, "node_modules", name));
  const compiled = (file, skipped) => spawnSync(process.execPath, [path.join(root, "tests/node_modules/typescript/bin/tsc"),
    "--noEmit", "--strict", "--skipLibCheck", String(skipped), "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom,dom.iterable",
    "--types", "node", "--preserveSymlinks", file], { cwd: folder, encoding: "utf8", timeout: 120_000 });
  const uses = compiled("uses.mts", false);
  check("a program that uses everything compiles, and each misuse is refused", uses.status === 0, uses.stdout + uses.stderr);
  const others = compiled("others.mts", true);
  check("so does one that hands on what zod and the MCP SDK give", others.status === 0, others.stdout + others.stderr);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
done();
