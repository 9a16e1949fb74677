// Two hands on one credential. Run on every store.
import { equal, ok } from './lib.mjs';
import { callTool, obtainCode, redeem, refresh, register, signIn } from './oauth.mjs';

const tally = (replies) => {
  const counts = {};
  for (const reply of replies) { const key = `${reply.status} ${reply.json?.error ?? ''}`.trim(); counts[key] = (counts[key] ?? 0) + 1; }
  return counts;
};

/** 100 parallel redemptions of one code give exactly one success. */
export async function redeemRace({ server, visitor }) {
  const client = await register(server);
  const asked = await obtainCode(server, visitor, client);
  const replies = await Promise.all(Array.from({ length: 100 }, () => redeem(server, client, asked)));
  equal(`${server.store}: 100 redemptions of one code, one success`, tally(replies), { ...(tally(replies)['200'] ? { 200: 1 } : {}), '400 invalid_grant': 99 });
  equal(`${server.store}: exactly one`, replies.filter((reply) => reply.status === 200).length, 1);
}

/** 50 parallel refreshes leave one live line, and nobody is logged out. */
export async function refreshRace({ server, visitor }) {
  const { client, refresh: first } = await signIn(server, visitor);
  const replies = await Promise.all(Array.from({ length: 50 }, () => refresh(server, client, first)));
  equal(`${server.store}: 50 refreshes at once, none is refused`, tally(replies), { 200: 50 });
  const access = replies.map((reply) => reply.json?.access_token);
  const called = await Promise.all(access.map((token) => callTool(server, token, 'whoami')));
  equal(`${server.store}: each of their access tokens works`, tally(called), { 200: 50 });
  const lines = replies.map((reply) => reply.json?.refresh_token);
  const [one, another] = [lines[0], lines.at(-1)];
  const next = await refresh(server, client, one);
  equal(`${server.store}: any of them can go on`, next.status, 200);
  const late = await refresh(server, client, another);
  equal(`${server.store}: and another that comes a little later is led to the same line`, late.status, 200);
  const onward = await refresh(server, client, late.json?.refresh_token);
  equal(`${server.store}: which lives`, onward.status, 200);
  ok(`${server.store}: one line, two generations on: the 50 are old now`, (await refresh(server, client, lines[7])).json?.error === 'invalid_grant');
  ok(`${server.store}: and that was a replay, so the grant is gone`, (await refresh(server, client, onward.json?.refresh_token)).json?.error === 'invalid_grant'
    && (await callTool(server, onward.json?.access_token, 'whoami')).status === 401);
}

/** A lost response, and a thief. */
export async function replays({ server, visitor }) {
  const { client, refresh: first } = await signIn(server, visitor);
  const second = await refresh(server, client, first);
  const repeated = await refresh(server, client, first);
  equal(`${server.store}: the previous refresh token, within the grace and its successor unused, is answered again`, [second.status, repeated.status], [200, 200]);
  const third = await refresh(server, client, repeated.json?.refresh_token);
  equal(`${server.store}: what it gave is the line that lives`, third.status, 200);
  const theft = await refresh(server, client, first);
  ok(`${server.store}: the one before the previous is a replay: invalid_grant`, theft.status === 400 && theft.json?.error === 'invalid_grant', theft.brief);
  ok(`${server.store}: a replay ends the grant for the thief and for everyone`, (await refresh(server, client, third.json?.refresh_token)).json?.error === 'invalid_grant');
}
