// MCP sessions belong to one user and one client, CVE-2026-52869, CVE-2026-52870.
import { equal, ok } from './lib.mjs';
import { request } from './web.mjs';
import { answer, bearer, openSession, refresh, register, rpc, signIn } from './oauth.mjs';

export async function sessions({ server, visitor, other }) {
  const mine = await signIn(server, visitor);
  const theirs = await signIn(server, other, { client: mine.client });               // same client, another user
  const second = await register(server, { client_name: 'Second', redirect_uris: ['https://second.example/cb'] });
  const elsewhere = await signIn(server, visitor, { client: second });               // same user, another client
  const session = await openSession(server, mine.access);
  const use = (token) => session.post(token, rpc('tools/list'));
  equal('session: works for its owner', (await use(mine.access)).status, 200);

  for (const [who, token] of [['another user', theirs.access], ['another client of the same user', elsewhere.access]]) {
    const call = await use(token);
    ok(`session, ${who}: POST is refused`, call.status === 404 || call.status === 403, call.brief);
    const stream = await request(server.mcp, { headers: { ...bearer(token), ...session.headers, Accept: 'text/event-stream' }, onHead: (reply, sent) => { if (reply.statusCode === 200) sent.destroy(); } })
      .catch(() => ({ status: 200, brief: 'a stream was opened' }));
    ok(`session, ${who}: GET is refused`, stream.status === 404 || stream.status === 403, stream.brief);
    const end = await session.end(token);
    ok(`session, ${who}: DELETE is refused`, end.status === 404 || end.status === 403, end.brief);
  }
  equal('session, nobody: 401', (await use(undefined)).status, 401);
  equal('session: and lives on for its owner', (await use(mine.access)).status, 200);
  for (const id of ['', 'x', `${session.id}x`, session.id.slice(0, -1), '../../x', 'a'.repeat(5000)]) {
    const reply = await session.post(mine.access, rpc('tools/list'), { 'Mcp-Session-Id': id });
    ok(`session id ${JSON.stringify(id.slice(0, 12))}: 404 or 400, never the only session there is`, reply.status === 404 || reply.status === 400, reply.brief);
  }

  const renewed = await refresh(server, mine.client, mine.refresh);
  const call = await use(renewed.json?.access_token);
  ok('session: a refreshed token of the same grant goes on in it', call.status === 200 && answer(call)?.result?.tools, call.brief);
  const again = await signIn(server, visitor, { client: mine.client });
  equal('session: so does a new grant of the same user and client, as after a step-up', (await use(again.access)).status, 200);
  const end = await session.end(again.access);
  ok('session: its owner ends it', end.status >= 200 && end.status < 300, end.brief);
  equal('session: and it is gone', (await use(mine.access)).status, 404);
}
