// Postern in Deno:
//
//   const postern = await createDenoPostern({ settings, data: "postern.db" });
//   Deno.serve({ hostname: "127.0.0.1", port: 8000 }, (request) => postern.fetch(request));

import { fetched } from "./js/egress.mjs";
import { openSqliteStore } from "./js/node_sqlite.mjs";
import { createPostern, MemoryStore } from "./js/postern.mjs";

export * from "./js/postern.mjs";

/** `data`: the file of the store; without it, or where this Deno has no SQLite, records live as long as the process. */
export async function createDenoPostern({ data, ...options }) {
  const store = options.store ?? (data && (await openSqliteStore(data))) ?? new MemoryStore();
  const module = options.module ?? (await Deno.readFile(new URL("./postern.wasm", import.meta.url)));
  return createPostern({ egress: fetched, ...options, module, store });
}
