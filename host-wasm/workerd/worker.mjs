// The default server on the edge, with its notes. A worker with tools of its own is made the same way.

import module from "../postern.wasm";
import { definePostern } from "./define.mjs";

const { PosternObject, worker, operator } = definePostern(module);

export { operator, PosternObject };
export default worker;
