// kill -9 in the middle of registrations, logins, redemptions, refreshes and note writes, many times over. After each restart:
// every token that a client has received works, or was rotated by that client itself; no code works twice; every note that
// was acknowledged is there; the database is whole.
//
//   DURABILITY_ROUNDS=5 node tests/durability/run.mjs
//   TEST_HOST=workerd DURABILITY_ROUNDS=5 node tests/durability/run.mjs
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { randomBytes, randomInt } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { equal, freePort, host, killHard, launchProgram, main, ok, sleep, until } from '../interop/lib.mjs';
import { ALL_SCOPES, answer, callTool, obtainCode, redeem, refresh, register, valueOf } from '../interop/oauth.mjs';
import { Visitor } from '../interop/web.mjs';

const rounds = Number(process.env.DURABILITY_ROUNDS ?? 50);
const actors = 4;
const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-durability-'));
const person = { user: 'ada', password: randomBytes(12).toString('hex') };

/** What one client was given and remembers. `doubt`: its last request was cut off, so that it can't know what came of it. */
class Line {
  constructor(client, asked) { Object.assign(this, { client, asked, notes: [], redeemed: false, doubt: false }); }
  take(tokens) { this.access = tokens.access_token; this.refresh = tokens.refresh_token; this.redeemed = true; }
}

const lines = [];
const counts = { kills: 0, redeemed: 0, refreshed: 0, notes: 0, registered: 0 };
const problems = [];
const problem = (text) => { if (problems.length < 20) problems.push(text); };

async function start(port) {
  const url = `http://localhost:${port}`;
  const server = launchProgram('postern', [
    'serve', '--listen', `127.0.0.1:${port}`, '--public-url', url, '--data', path.join(folder, 'data'), '--refresh-grace', '600',
    '--log-level', 'warning',
  ], { cwd: folder, env: { POSTERN_FIRST_USER: person.user, POSTERN_FIRST_PASSWORD: person.password } });
  await until(() => {
    if (!server.alive) throw new Error(`the server ended at once: ${server.log.slice(-600)}`);
    return /^ready \S/m.test(server.out);
  }, 60, 'the ready line');
  return Object.assign(server, { url, mcp: `${url}/mcp` });
}

/** One client after the other, each living a while, until the server is gone. */
async function act(server, stop) {
  let visitor = new Visitor(person);
  while (!stop.now) {
    if (randomInt(3) === 0) visitor = new Visitor(person);
    const client = await register(server, { client_name: `Client ${randomBytes(6).toString('hex')}` });
    counts.registered += 1;
    const line = new Line(client, await obtainCode(server, visitor, client, { scope: ALL_SCOPES }));
    lines.push(line);
    await redeemOnce(server, line);
    for (let step = randomInt(1, 6); step > 0 && !stop.now; step -= 1) {
      if (randomInt(2) === 0) await rotate(server, line); else await note(server, line);
    }
  }
}

async function redeemOnce(server, line) {
  line.doubt = true;
  const reply = await redeem(server, line.client, line.asked);
  line.doubt = false;
  if (reply.status !== 200) throw new Error(`redeem: ${reply.brief}`);
  line.take(reply.json);
  counts.redeemed += 1;
}

async function rotate(server, line) {
  line.doubt = true;
  const reply = await refresh(server, line.client, line.refresh);
  line.doubt = false;
  if (reply.status !== 200) throw new Error(`refresh: ${reply.brief}`);
  line.take(reply.json);
  counts.refreshed += 1;
}

async function note(server, line) {
  const reply = await callTool(server, line.access, 'write_note', { title: 'durable', text: randomBytes(30).toString('hex') });
  const id = valueOf(answer(reply)?.result)?.id;
  if (!id) throw new Error(`write_note: ${reply.brief}`);
  line.notes.push(id);
  counts.notes += 1;
}

/** After a restart: what this client holds, is it still good? */
async function check(server, line) {
  if (!line.redeemed) {
    // The redemption was cut off: it has happened, or it can happen now, but not both.
    const first = await redeem(server, line.client, line.asked);
    if (first.status === 200) line.take(first.json);
    else if (first.status !== 400) problem(`a code in doubt: ${first.brief}`);
    else { line.gone = true; return; }
  }
  const list = await callTool(server, line.access, 'list_notes');
  if (list.status !== 200) return problem(`an access token that was received does not work: ${list.brief}`);
  for (const id of line.notes.slice(-3)) {
    const read = await callTool(server, line.access, 'read_note', { id });
    if (read.status !== 200 || answer(read)?.result?.isError) problem(`an acknowledged note is missing: ${read.brief}`);
  }
  line.notes = [];   // A user has room for 1000: they are given back.
  const renewed = await refresh(server, line.client, line.refresh);
  if (renewed.status !== 200) return problem(`a refresh token that was received does not work: ${renewed.brief}`);
  line.take(renewed.json);
  line.doubt = false;
}

/** The end of a line: its code is shown a second time, which must fail, and ends what it had given. */
async function replay(server, line) {
  const again = await redeem(server, line.client, line.asked);
  if (again.status !== 400 || again.json?.error !== 'invalid_grant') problem(`a code worked twice: ${again.brief}`);
  const after = await callTool(server, line.access, 'list_notes');
  if (after.status !== 401) problem(`a replayed code did not end its grant: ${after.brief}`);
}

async function deleteNotes(server, line) {
  for (;;) {
    const listed = valueOf(answer(await callTool(server, line.access, 'list_notes'))?.result)?.notes ?? [];
    if (listed.length < 500) return;
    for (const { id } of listed.slice(0, 200)) await callTool(server, line.access, 'delete_note', { id });
  }
}

function integrity() {
  const data = path.join(folder, 'data');
  const files = host === 'native' || host === 'npx' ? ['postern.db'] : readdirSync(data, { recursive: true }).filter((name) => name.endsWith('.sqlite'));
  const found = files.map((file) => {
    const done = spawnSync('sqlite3', [path.join(data, file), 'PRAGMA integrity_check'], { encoding: 'utf8' });
    return done.error ? 'no sqlite3' : done.stdout.trim();
  });
  return found.find((one) => one !== 'ok') ?? (found.length > 0 ? 'ok' : 'no database');
}

await main('durability', 600, async () => {
  const port = await freePort();
  const unsound = [];
  let server = await start(port);
  for (let round = 1; round <= rounds; round += 1) {
    const stop = { now: false };
    const before = lines.length;
    const work = Array.from({ length: actors }, () => act(server, stop).catch((error) => { if (!stop.now) problem(error.stack); }));
    const redeemed = counts.redeemed;
    await sleep(150 + randomInt(350));
    await until(() => counts.redeemed > redeemed + 1 || problems.length > 0, 30, 'something to lose');
    stop.now = true;
    await killHard(server);
    counts.kills += 1;
    await Promise.all(work);
    const found = integrity();
    if (found !== 'ok') unsound.push(found);

    server = await start(port);
    const sample = [...lines.slice(before), ...lines.slice(0, before).sort(() => randomInt(3) - 1).slice(0, 4)];
    for (const line of sample) if (!line.gone && !line.ended) await check(server, line);
    const old = lines.find((line) => line.redeemed && !line.gone && !line.ended);
    if (old) {
      await deleteNotes(server, old);
      await replay(server, old);
      old.ended = true;
    }
    if (problems.length >= 20) break;
  }
  for (const line of lines) if (!line.gone && !line.ended) await check(server, line);
  for (const line of lines) if (!line.gone && !line.ended) await replay(server, line);

  equal('the server was killed in every round', counts.kills, rounds);
  ok(`there was something to lose: ${JSON.stringify(counts)}`, counts.redeemed > rounds && counts.refreshed > 0 && counts.notes > 0, counts);
  ok('every token that was received works, no code works twice, no acknowledged note is missing', problems.length === 0, problems.join('\n'));
  equal('PRAGMA integrity_check after each kill', unsound, []);
  const end = await server.stop();
  ok('SIGTERM ends it with exit code 0', end.code === 0 && !end.killed, end);
  rmSync(folder, { recursive: true, force: true });
});
