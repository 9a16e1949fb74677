// What is asked of each artefact that has been started: what a client asks first, a whole login, and its data after kill -9.
import { equal, ok, sleep, slack, until } from '../interop/lib.mjs';
import { answer, callTool, signIn } from '../interop/oauth.mjs';
import { request, Visitor } from '../interop/web.mjs';

export const password = 'correct horse battery';

/** Waits for the ready line of what `launch` started. */
export async function ready(server, seconds = 15) {
  await until(() => {
    if (!server.alive) throw new Error(`it ended at once: ${server.log.slice(-1500)}`);
    return /^ready \S/m.test(server.out);
  }, seconds, 'the ready line').catch(async (error) => { await server.stop(1); throw error; });
  return server;
}

/** The challenge and the metadata, as a client that knows only the URL comes to them. */
export async function challenged(label, url) {
  const refused = await request(`${url}/mcp`, { method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }, body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' });
  const where = /resource_metadata="([^"]+)"/.exec(refused.headers['www-authenticate'] ?? '')?.[1];
  equal(`${label}: without a token it answers 401 and says where its metadata are`, [refused.status, where?.startsWith(url)], [401, true]);
  const resource = (await request(where)).json;
  equal(`${label}: its metadata name the resource`, resource?.resource, `${url}/mcp`);
}

/**
 * Starts it, logs in, calls a tool; then kill -9, a second start, and the same token again.
 * `start()` gives what `launch` gives, on `port`; a user `ada` with `password` is known.
 */
export async function lives(label, start, port, seconds = 15) {
  const url = `http://localhost:${port}`;
  const person = { url, mcp: `${url}/mcp`, user: 'ada', password };
  const first = await ready(await start(), seconds);
  await challenged(label, url);
  const { access } = await signIn(person, new Visitor(person), { scope: 'user notes:read' });
  const who = async () => answer(await callTool(person, access, 'whoami'))?.result?.content?.[0]?.text ?? '';
  ok(`${label}: who logs in can call a tool`, /ada/.test(await who()));
  process.kill(first.pid, 'SIGKILL');
  await first.ended;
  const second = await ready(await start(), seconds);
  ok(`${label}: the token holds after kill -9 and a second start`, /ada/.test(await who()));
  const end = await second.stop(10 * slack);
  equal(`${label}: SIGTERM ends it well`, [end.code, end.killed ?? false], [0, false]);
  await sleep(10);
}
