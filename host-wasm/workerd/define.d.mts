import type { Options } from "../js/postern.mjs";

/** What a worker exports: the class of its Durable Object, its default export, and the operator's entrypoint. */
export function definePostern(
  module: WebAssembly.Module,
  more?: Partial<Omit<Options, "module" | "store" | "firstUser">>,
): { PosternObject: new (ctx: any, env: any) => any; worker: { fetch(request: Request, env: any): Promise<Response> }; operator: { fetch(request: Request, env: any): Promise<Response> } };
