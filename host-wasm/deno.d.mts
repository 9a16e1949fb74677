import type { FileOptions, Postern } from "./js/postern.mjs";

export * from "./js/postern.mjs";

export function createDenoPostern(options: FileOptions): Promise<Postern>;
