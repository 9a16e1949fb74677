// A clock that stands still until the test moves it: what expires does so because the test says so, on a machine of any
// speed. Programs that are started with `clock.env` see it (clock.c), unchanged as they are; `Date` in this process does, too.
// Timers and deadlines go by the monotonic clock, which nobody touches.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-clock-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const [library, file] = [path.join(folder, 'clock.so'), path.join(folder, 'now')];
const built = spawnSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, fileURLToPath(new URL('clock.c', import.meta.url))], { encoding: 'utf8' });
if (built.status !== 0) throw new Error(`clock.c: ${built.error ?? built.stderr}`);

// The file is the one place where the time is kept: a program in Python moves it, too (clock.py).
const seconds = new BigInt64Array(1);
const handle = openSync(file, 'w+', 0o600);
const now = () => { readSync(handle, seconds, 0, 8, 0); return Number(seconds[0]) * 1000; };
const set = (milliseconds) => { seconds[0] = BigInt(Math.floor(milliseconds / 1000)); writeSync(handle, seconds, 0, 8, 0); };

// An hour ahead, so that certificates which are made on the way are valid already.
const Real = Date;
set(Real.now() + 3600_000);
globalThis.Date = class extends Real {
  constructor(...given) { super(...(given.length ? given : [now()])); }
  static now() { return now(); }
};

export const clock = {
  env: { LD_PRELOAD: library, TEST_CLOCK: file },
  /** Goes forward. */
  move(seconds) { set(now() + seconds * 1000); },
};
