import type { Options, Postern } from "./js/postern.mjs";

export * from "./js/postern.mjs";

/** `data`: the file of the store; without it records live as long as the process. `module`: by default the package's. */
export function createDenoPostern(
  options: Omit<Options, "module" | "store"> & Partial<Pick<Options, "module" | "store">> & { data?: string },
): Promise<Postern>;
