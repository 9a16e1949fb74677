// The page as a visitor has it, and the core asked again in this process: what the page shows has to be what it says here.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from '../../host-wasm/js/client.mjs';
import { Deployment } from '../../host-wasm/js/module.mjs';
import { launch, root, until } from '../interop/lib.mjs';

export const site = path.join(root, 'build/demo');
const module = new WebAssembly.Module(readFileSync(path.join(root, 'build/wasm/postern.wasm')));

export async function startSite(command = [process.execPath, path.join(root, 'web-demo/serve.mjs'), site, '--listen', '127.0.0.1:0']) {
  const server = launch(command[0], command.slice(1));
  await until(() => /http:\/\/\S+/.test(server.log) || /port (\d+)/.test(server.log), 10, 'the address of the site');
  const port = /(?:127\.0\.0\.1:|port )(\d+)/.exec(server.log)[1];
  return Object.assign(server, { url: `http://127.0.0.1:${port}` });
}

export async function openPage(window, scene) {
  const page = await window.page();
  await page.goto(`${scene.url}/`);
  await page.waitForSelector('body[data-ready]');
  await page.selectOption('#speed', '0');
  return page;
}

export async function choose(page, switches) {
  for (const [name, value] of Object.entries(switches)) await page.locator(`input[name="${name}"][value="${value}"]`).check({ force: true });
}

/** Plays to the end at once. Gives what the page shows of it, and its trace. */
export async function playThrough(page) {
  await page.click('#reset');
  await page.click('#play');
  await page.waitForSelector('#stage[data-state="done"], #stage[data-state="stopped"]');
  return page.evaluate(() => ({
    state: document.getElementById('stage').dataset.state,
    end: document.querySelector('.end').textContent,
    arrows: [...document.querySelectorAll('button.arrow')].map((arrow) => ({ exchange: Number(arrow.dataset.exchange), part: arrow.dataset.part, text: arrow.querySelector('b').textContent, code: arrow.querySelector('code').textContent })),
    trace: demo.trace,
  }));
}

const isBytes = (value) => value !== null && typeof value === 'object' && typeof value.base64 === 'string' && Object.keys(value).length === 1;
const print = (value) => JSON.stringify(value, (_, one) => (one instanceof Uint8Array ? { base64: Buffer.from(one).toString('base64') } : one));
export const readTrace = (text) => JSON.parse(text, (_, value) => (isBytes(value) ? new Uint8Array(Buffer.from(value.base64, 'base64')) : value));

/** Every evaluation of a trace, once more: {outcomes, differ: ids}. */
export function askAgain({ deployments, evaluations }) {
  const open = new Map(Object.entries(deployments).map(([origin, settings]) => [origin, new Deployment(module, settings)]));
  const client = new Client(module);
  const outcomes = evaluations.map(({ by, input: { request, config, state, event, facts } }) =>
    by === 'client' ? client.advance(config, state, event, facts) : open.get(by).evaluate(request, facts));
  return { outcomes, differ: evaluations.filter(({ output }, at) => print(output) !== print(outcomes[at])).map(({ id }) => id) };
}

/** What the core answers to the request of an exchange: {reply, audit}. Events of a stream come before the body. */
export function answerOf(exchange, outcomes) {
  const { answer, events } = outcomes[exchange.evaluations.at(-1)];
  const audit = exchange.evaluations.flatMap((id) => outcomes[id].answer?.audit ?? []);
  return { status: events.length > 0 ? 200 : answer.reply.status, body: events.join('') + answer.reply.body, audit };
}
