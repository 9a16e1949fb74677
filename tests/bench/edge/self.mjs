import module from '../postern.wasm';
import { definePostern } from '../../../host-wasm/workerd/define.mjs';
import { partsOf, requestOf, responseOf } from '../../../host-wasm/js/exchange.mjs';
import { Deployment } from '../../../host-wasm/js/module.mjs';
import { drive } from '../../../host-wasm/js/drive.mjs';
const seen = [];
const ev = Deployment.prototype.evaluate;
Deployment.prototype.evaluate = function (r, f) { if (globalThis.rec) seen.push([this, r, structuredClone(f)]); return ev.call(this, r, f); };
const { PosternObject, worker, operator } = definePostern(module, {
  tools: [{ name: 'ok', description: 'Says ok.', scopes: ['user'], run: () => 'ok' }],
});
class Mine extends PosternObject {
  async fetch(request) {
    if (!request.headers.has('x-self')) return super.fetch(request);
    const body = await request.text(); const headers = new Headers(request.headers); headers.delete('x-self');
    const make = () => new Request(request.url, { method: 'POST', headers, body });
    const out = [];
    const time = async (n, f) => { const N = 3000; for (let i=0;i<3000;i++) await f(); const t = performance.now(); for (let i=0;i<N;i++) await f(); out.push(n + ' ' + ((performance.now()-t)*1000/N).toFixed(1)); };
    globalThis.rec = true; seen.length = 0; await (await super.fetch(make())).text(); globalThis.rec = false;
    out.push('evaluations ' + seen.length);
    await time('await', async () => {});
    await time('make', async () => make());
    await time('make+parts', async () => partsOf(make()));
    await time('make+read', async () => requestOf(partsOf(make()), 1e6));
    await time('whole', async () => super.fetch(make()));
    await time('whole+text', async () => (await super.fetch(make())).text());
    for (const [i, [d, r, f]] of seen.entries()) await time('evaluate ' + i, async () => ev.call(d, r, f));
    const [d0, r0] = seen[0]; const loaded = seen.at(-1)[2].answers;
    out.push(JSON.stringify(loaded.map(x=>x[0].need)));
    const rec0 = loaded[0][1].record;
    const world = { now: () => Math.floor(Date.now()/1000), entropy: () => new Uint8Array(32), store: { load: async () => rec0, commit: async () => true }, tools: { ok: () => 'ok' } };
    await time('drive', async () => drive(d0, r0, world));
    const { Postern } = await import('../../../host-wasm/js/postern.mjs');
    const { optionsOf } = await import('../../../host-wasm/workerd/options.mjs');
    const opts = optionsOf(this.env); const tools = [{ name: 'ok', description: 'Says ok.', scopes: ['user'], run: () => 'ok' }];
    const p1 = new Postern(module, { ...opts, tools, store: world.store });
    await time('postern', async () => p1.fetch(make()));
    const p2 = new Postern(module, { ...opts, log: undefined, tools, store: world.store });
    await time('postern without log', async () => p2.fetch(make()));
    const { randomBytes } = await import('../../../host-wasm/js/entropy.mjs');
    await time('random', async () => randomBytes(32));
    const o = ev.call(...seen.at(-1)); await time('responseOf', async () => responseOf(200, o.answer.reply.headers, o.answer.reply.body, 'x', 'POST'));
    return new Response(out.join('\n') + '\n' + JSON.stringify(seen.at(-1)[1].headers) + '\n' + JSON.stringify(o.answer.commit));
  }
}
export { operator, Mine as PosternObject };
export default worker;
