import type { IncomingMessage, ServerResponse } from "node:http";

import type { FileOptions, Postern } from "./js/postern.mjs";

export * from "./js/postern.mjs";

export function createNodePostern(options: FileOptions): Promise<Postern>;

/** For node:http and node:https. */
export function nodeHandler(postern: Postern): (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;
