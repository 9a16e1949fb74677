// What is measured: the edge worker as it is, with one trivial tool written in JavaScript.
import module from '../postern.wasm';
import { definePostern } from '../../../host-wasm/workerd/define.mjs';

const { PosternObject, worker, operator } = definePostern(module, {
  tools: [{ name: 'ok', description: 'Says ok.', scopes: ['user'], run: () => 'ok' }],
});

export { operator, PosternObject };
export default worker;
