// Postern in Deno:
//
//   const postern = await createDenoPostern({ settings, data: "postern-data/postern.db" });
//   Deno.serve({ hostname: "127.0.0.1", port: 8000 }, (request) => postern.fetch(request));

import { withData } from "./js/data_files.mjs";
import { fetched } from "./js/egress.mjs";
import { checkOptions } from "./js/options.mjs";
import { createPostern } from "./js/postern.mjs";

export * from "./js/postern.mjs";

/**
 * `data`: the file of the store, with the key ring in a file `keys` beside it, unless the settings have one. Without it both
 * live as long as the process. Where this Deno has no SQLite `data` is refused.
 */
export async function createDenoPostern(options) {
  checkOptions(options, ["data"]);
  const module = options.module ?? (await Deno.readFile(new URL("./postern.wasm", import.meta.url)));
  return createPostern({ egress: fetched, ...(await withData(options)), module });
}
