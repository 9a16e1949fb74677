import type { Options, Settings } from "../js/postern.mjs";

/**
 * What a worker exports: the class of its Durable Object, its default export, and the operator's entrypoint.
 *
 * Tools run in the worker in front, of which there are many, near the clients, and now and then in the object: what a tool keeps
 * in a variable of its module is not shared, and is gone with its isolate. What has to be kept belongs behind a binding (`env` of
 * `cloudflare:workers`).
 */
export function definePostern(
  module: WebAssembly.Module,
  more?: Partial<Omit<Options, "module" | "store" | "firstUser" | "settings">> & {
    /** Those of the bindings (POSTERN_PUBLIC_URL, POSTERN_KEYS, POSTERN_SETTINGS) have the last word. */
    settings?: Partial<Settings>;
  },
): { PosternObject: new (ctx: any, env: any) => any; worker: { fetch(request: Request, env: any, ctx: any): Promise<Response> }; operator: { fetch(request: Request, env: any): Promise<Response> } };
