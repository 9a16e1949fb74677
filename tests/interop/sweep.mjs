// Every host forgets what has expired, by itself: three hundred strangers register and never come back, three days go by, the
// next start has them gone. The days go by in the file: whatever expires does so three days earlier.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { equal, freePort, host, launchProgram, main, ok, stopClean, until } from './lib.mjs';
import { request } from './web.mjs';

process.removeAllListeners('warning'); // that node:sqlite is experimental
const { DatabaseSync } = await import('node:sqlite');

const strangers = 300;
const days = 3;
const bodyOf = (which) => JSON.stringify({ redirect_uris: [`https://app.example.com/${which}`], token_endpoint_auth_method: 'none' });
const headers = { 'Content-Type': 'application/json' };

async function start(folder) {
  const url = `http://localhost:${await freePort()}`;
  const server = launchProgram('postern', ['serve', '--listen', url.replace('http://localhost', '127.0.0.1'), '--public-url', url, '--data', path.join(folder, 'data')], {
    cwd: folder, env: { POSTERN_FIRST_USER: 'ada', POSTERN_FIRST_PASSWORD: 'correct horse battery' } });
  await until(() => /^ready \S/m.test(server.out), 15, `the ready line (${server.log})`);
  return Object.assign(server, { url });
}

/** The file that has the records: on workerd the object's own. */
function fileIn(folder) {
  if (host !== 'workerd') return path.join(folder, 'data/postern.db');
  const objects = path.join(folder, 'data/objects/postern');
  return path.join(objects, readdirSync(objects).find((name) => /^[0-9a-f]+\.sqlite$/.test(name)));
}

function inFile(file, work) {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA busy_timeout = 5000');
  try { return work(database); } finally { database.close(); }
}

/** On workerd the object is asleep until its alarm, which is kept in nanoseconds, in two places. */
function daysGoBy(file) {
  const seconds = days * 86400;
  inFile(file, (database) => database.exec(`UPDATE records SET expires_at = expires_at - ${seconds} WHERE expires_at IS NOT NULL`));
  if (host !== 'workerd') return;
  inFile(file, (database) => database.exec(`UPDATE _cf_METADATA SET value = value - ${seconds}000000000 WHERE key = 1`));
  inFile(path.join(path.dirname(file), 'metadata.sqlite'), (database) => database.exec(`UPDATE _cf_ALARM SET scheduled_time = scheduled_time - ${seconds}000000000`));
}

const clients = (file) => inFile(file, (database) => database.prepare("SELECT count(*) AS count FROM records WHERE CAST(substr(key, 1, 7) AS TEXT) = 'client/'").get().count);

await main(`sweep on ${host}`, 90, async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-sweep-'));
  const first = await start(folder);
  for (let begun = 0; begun < strangers; begun += 20) {
    const replies = await Promise.all(Array.from({ length: 20 }, (_, at) => request(`${first.url}/register`, { method: 'POST', headers, body: bodyOf(begun + at) })));
    if (replies.some(({ status }) => status !== 201)) throw new Error(replies.find(({ status }) => status !== 201).brief);
  }
  await stopClean(first);
  const file = fileIn(folder);
  equal('the registrations are there', clients(file), strangers);
  daysGoBy(file);
  const second = await start(folder);
  await request(`${second.url}/authorize?client_id=x`); // a Durable Object begins with its first request
  ok('three days later they are gone, a moment after the start', await until(() => clients(file) === 0, 10).catch(() => false), clients(file));
  equal('and the user is not', inFile(file, (database) => database.prepare("SELECT count(*) AS count FROM records WHERE CAST(substr(key, 1, 5) AS TEXT) = 'user/'").get().count), 1);
  await stopClean(second);
  rmSync(folder, { recursive: true, force: true });
});
