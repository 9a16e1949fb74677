// The worker of tests/consumer/github.mjs: its tools run in front, and in the object.
import module from '../postern.wasm';
import { definePostern } from '../../host-wasm/workerd/define.mjs';
import { tools } from '../consumer/github.mjs';

const { PosternObject, worker } = definePostern(module, { tools });

export { PosternObject };
export default worker;
