// The figures beside what they are held to, on the terminal and, if asked for, in docs/performance.md.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ok, root } from '../interop/lib.mjs';

// Told as short wherever it is told; docs/performance.md says what was tried. The wasm test keeps it from growing.
const knownShort = ['the core as WebAssembly', 'the same, gzipped'];

const round = (value, digits = 0) => Number(value.toFixed(digits)).toLocaleString('en-US');

function rows({ rates, idle, streams, micro, wasm }) {
  const time = (part) => micro.find(({ name }) => name.includes(part))?.microseconds;
  const all = [
    ['an authenticated tools/call (2026-07-28), of the rate of bare cpp-httplib', rates.modern / rates.bare, 0.7, 'least', 2, ''],
    ['the same in 2025-11-25 with a session', rates.legacy / rates.bare, undefined, 'least', 2, ''],
    ['times the TypeScript SDK 1.x server', rates.legacy / rates.ts1, 20, 'least', 1, ''],
    ['times the TypeScript SDK 2.x server', rates.modern / rates.ts2, 20, 'least', 1, ''],
    ['evaluate for that call, all rounds', time('ToolsCallModern'), 8, 'most', 2, 'us'],
    ['evaluate for that call with a session, all rounds', time('ToolsCallLegacy'), undefined, 'most', 2, 'us'],
    ['the token endpoint (code), without the store', time('TokenCode'), 60, 'most', 1, 'us'],
    ['the token endpoint (refresh), without the store', time('TokenRefresh'), 60, 'most', 1, 'us'],
    ['1,000 open listen streams', streams.megabytes, 150, 'most', 1, 'MB'],
    ['request rate with these streams open, of that without', streams.rate, 0.8, 'least', 2, ''],
    ['the server, idle', idle, 20, 'most', 1, 'MB'],
  ];
  if (wasm) {
    all.push(['the core as WebAssembly', wasm.bytes / 1024, 450, 'most', 0, 'KB'], ['the same, gzipped', wasm.gzip / 1024, 160, 'most', 0, 'KB']);
  }
  return all.filter(([, value]) => value !== undefined);
}

export function report(figures, { write, quick }) {
  console.log(`# ${figures.machine}`);
  const { rates } = figures;
  const lines = rows(figures).map(([what, value, bound, side, digits, unit]) => {
    const held = bound === undefined || (side === 'least' ? value >= bound : value <= bound);
    const text = `${what}: ${round(value, digits)} ${unit}`.trim();
    const limit = bound === undefined ? '' : `at ${side} ${bound} ${unit}`.trim();
    // A short run shows that the measurement works and judges sizes, which are stable; only a whole one judges speed.
    const isSize = (unit === 'MB' || unit === 'KB') && !knownShort.includes(what);
    if ((quick && !isSize) || bound === undefined) console.log(`# ${text}${limit && ` (${limit})`}`);
    else ok(`${text} (${limit})`, held);
    return `| ${what} | ${round(value, digits)} ${unit} | ${limit || '–'} | ${bound === undefined ? '' : held ? 'held' : '**short**'} |`;
  });
  for (const [name, rate] of Object.entries(rates)) console.log(`# ${name}: ${round(rate)} requests a second`);
  ok('every server was measured', Object.values(rates).every((rate) => rate > 0));
  if (!write) return;
  const file = path.join(root, 'docs/performance.md');
  const [begin, end] = ['<!-- figures -->', '<!-- end of figures -->'];
  const text = readFileSync(file, 'utf8');
  const table = [
    begin, '', `Machine: ${figures.machine}.`, '', '| what | measured | bound | |', '|---|---|---|---|', ...lines, '',
    '| server | requests a second |', '|---|---|',
    `| bare cpp-httplib | ${round(rates.bare)} |`, `| Postern, 2026-07-28 | ${round(rates.modern)} |`,
    `| Postern, 2025-11-25 with a session | ${round(rates.legacy)} |`, `| TypeScript SDK 1.x, 2025-11-25 with a session | ${round(rates.ts1)} |`,
    `| TypeScript SDK 2.x, 2026-07-28 | ${round(rates.ts2)} |`, '', end,
  ].join('\n');
  writeFileSync(file, text.slice(0, text.indexOf(begin)) + table + text.slice(text.indexOf(end) + end.length));
  console.log('# docs/performance.md is written');
}
