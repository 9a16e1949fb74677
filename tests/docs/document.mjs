// A document in Markdown, taken apart: blocks between fences, words in backticks, links, headings.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../interop/lib.mjs';

const told = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '--deduplicate'], { cwd: root, encoding: 'utf8' }).stdout;
const listed = told.trim().split('\n').filter((name) => existsSync(path.join(root, name)));
const read = (name) => readFileSync(path.join(root, name), 'utf8');

/** What git has, and what is new beside it, by its path. */
export const tracked = new Set(listed);
export const isDocument = (name) => name.endsWith('.md');
/** Decisions and the change log tell what was; only their links are looked at. */
export const isOfNow = (name) => !name.startsWith('docs/decisions/') && name !== 'CHANGELOG.md';

const anchorOf = (heading) => heading.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-');
const lineAt = (text, index) => text.slice(0, index).split('\n').length;
const blank = (found) => found.replace(/[^\n]/g, ' ');

export function documentOf(name) {
  const text = read(name);
  const blocks = [];
  const prose = text.replace(/^```(\w*)\n([\s\S]*?)^```$/gm, (all, language, inside, index) => {
    const beside = [text.slice(0, index).trimEnd().split('\n\n').at(-1), text.slice(index + all.length).trimStart().split('\n\n')[0]];
    blocks.push({ document: name, language, text: inside, line: lineAt(text, index), beside: [...beside, inside].join('\n') });
    return blank(all);
  });
  const spans = [];
  const plain = prose.replace(/`([^`]+)`/g, (all, inside, index) => {
    spans.push({ text: inside.replace(/\s+/g, ' '), line: lineAt(text, index) });
    return blank(all);
  });
  const links = [...plain.matchAll(/\]\(([^)\s]+)\)/g)].map(({ 1: to, index }) => ({ to, line: lineAt(text, index) }));
  const anchors = new Set([...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading)));
  return { name, text, prose, blocks, spans, links, anchors };
}

/** What would be read past: fences of another kind, text set in, a backtick without its other half. */
export function unreadable({ prose }) {
  const odd = prose.split('\n\n').filter((paragraph) => paragraph.replace(/^\|.*$/gm, '').split('`').length % 2 === 0);
  return [...odd, ...(prose.match(/^\s*(```|~~~).*$|(?<=\n\n) {4,}\S.*$|^\|([^`\n]*`[^`\n]*`)*[^`\n]*`[^`\n]*$/gm) ?? [])];
}

export const documents = listed.filter(isDocument).map(documentOf);
export const documentsOfNow = documents.filter(({ name }) => isOfNow(name));

/** Where a link of a document leads, from the root: the file and the anchor in it. */
export function leadsTo(from, to) {
  const [file, anchor] = to.split('#');
  return { file: file === '' ? from : path.normalize(path.join(path.dirname(from), file)), anchor };
}
