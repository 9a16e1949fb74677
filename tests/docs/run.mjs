// Every line of the documents is run by a test, or says that it was not. Here: what stands between fences is accounted for, what is
// named in backticks is there, links lead somewhere, and what the documents claim of options and of a server is so.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { equal, main, ok, root } from '../interop/lib.mjs';
import { checkBlocks } from './blocks.mjs';
import { checkClaims } from './claims.mjs';
import { documents, documentsOfNow, leadsTo, tracked, unreadable } from './document.mjs';
import { faultsOf, faultsOfText, isCommand, pathsOf } from './known.mjs';

function spans({ name, spans: all }) {
  const faults = all.map(({ text, line }) => [`${name}:${line}`, ...(isCommand(text) ? faultsOf(text) : faultsOfText(text))]).filter(([, ...wrong]) => wrong.length > 0);
  equal(`${name}: the ${all.length} pieces in backticks name commands, options, variables, files and names that there are`, faults, []);
}

/** `core/oauth/redeem.cpp` `check_bindings`: the file has the name. */
function namesInFiles({ name, prose }) {
  const wrong = [];
  for (const [, file, list] of prose.matchAll(/`([\w/.-]+\.(?:[ch]pp|mjs))`,? ((?:`\w+`(?:, )?)+)/g)) {
    const text = pathsOf(file).map((one) => readFileSync(path.join(root, one), 'utf8')).join('\n');
    for (const [, one] of list.matchAll(/`(\w+)`/g)) if (!new RegExp(`\\b${one}\\b`).test(text)) wrong.push(`${file} ${one}`);
  }
  equal(`${name}: names stand in the files beside them`, wrong, []);
}

const isThere = (file) => tracked.has(file) || [...tracked].some((name) => name.startsWith(`${file}/`));

function links({ name, links: all }) {
  const lost = all.filter(({ to }) => !/^[a-z]+:/.test(to)).filter(({ to }) => {
    const { file, anchor } = leadsTo(name, to);
    return !isThere(file) || (anchor !== undefined && !documents.find((one) => one.name === file)?.anchors.has(anchor));
  });
  equal(`${name}: its ${all.length} links lead somewhere`, lost.map(({ to, line }) => `${line}: ${to}`), []);
}

await main('documents', 120, async () => {
  documents.forEach(links);
  for (const one of documentsOfNow) equal(`${one.name}: is written so that all of it is read here`, unreadable(one), []);
  documentsOfNow.forEach(spans);
  documentsOfNow.forEach(namesInFiles);
  await checkBlocks((name, isGood, detail) => ok(name, isGood, detail));
  await checkClaims();
});
