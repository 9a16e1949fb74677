// What `cmake --install` has brought: node installed.mjs PREFIX
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { equal, main, ok, root } from '../interop/lib.mjs';

const prefix = path.resolve(process.argv[2]);
const files = readdirSync(prefix, { recursive: true }).filter((name) => statSync(path.join(prefix, name)).isFile());

await main('installed', 30, async () => {
  const headers = path.join(prefix, 'include/postern');
  const rule = execFileSync('c++', ['-std=c++20', '-I', headers, '-MM', path.join(headers, 'postern.hpp')], { encoding: 'utf8' });
  const reached = rule.replace(/\\\n/g, ' ').split(/\s+/).filter((word) => word.startsWith(headers + '/'));
  equal(
    'the headers are those that the umbrella header needs, and no others',
    files.filter((name) => name.startsWith('include/')).sort(),
    reached.map((name) => path.relative(prefix, path.normalize(name))).sort(),
  );
  const told = files.filter((name) => readFileSync(path.join(prefix, name)).includes(root));
  equal('no file names the folder that it was built in', told, []);
  const targets = files.find((name) => name.endsWith('postern-targets.cmake'));
  ok('the targets say that they are C++20', readFileSync(path.join(prefix, targets), 'utf8').includes('cxx_std_20'));
  for (const document of ['LICENSE', 'README.md', 'CHANGELOG.md', 'docs/architecture.md', 'docs/decisions/001-evaluate.md'])
    ok(`${document} comes along`, existsSync(path.join(prefix, 'share/doc/postern', document)));
});
