// `npm run test:related`: the tests near what was changed since the last commit, or near the files that are named.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../setup/paths.mjs';
import { type Area, areas } from '../mutate/areas.ts';
import { files } from '../mutate/choose.ts';
import { importersOf } from './imports.ts';
import { selectTests } from './select.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false } },
});

const git = (...words: string[]) =>
  execFileSync('git', words, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
    .split('\n')
    .filter(Boolean);

const paths = git('ls-files', '--cached', '--others', '--exclude-standard').filter((path) =>
  /\.m?[jt]s$/.test(path),
);
const named = positionals.map((path) => relative(root, resolve(path)));
const missing = named.filter((path) => !existsSync(join(root, path)));
const changed =
  named.length > 0
    ? named
    : [
        ...git('diff', '--name-only', '--relative', 'HEAD'),
        ...git('ls-files', '--others', '--exclude-standard'),
      ];

const importers = importersOf(
  paths.filter((path) => existsSync(join(root, path))),
  (path) => readFileSync(join(root, path), 'utf8'),
);
const { near, all } = selectTests(changed, importers, testsOfArea);
const chosen = values.all ? all : near;

if (missing.length > 0) {
  console.error(
    `no such file: ${missing.join(', ')}. npm run test:related -- <path> ..., or no path for what was changed`,
  );
  process.exitCode = 1;
} else if (chosen.length === 0) {
  console.log(`no test reaches ${changed.length > 0 ? changed.join(', ') : 'what was changed: nothing was'}`);
} else {
  console.log(
    `${chosen.length} of ${all.length} test files that reach ${changed.length > 3 ? `${changed.length} files` : changed.join(', ')}${values.all ? '' : '; -- --all runs all'}`,
  );
  process.exitCode =
    spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...chosen], {
      cwd: root,
      stdio: 'inherit',
    }).status ?? 1;
}

/** The tests of the areas whose sources hold a file. */
function testsOfArea(path: string): string[] {
  return Object.values<Area>(areas)
    .filter(({ sources }) =>
      sources.some((name) => (name.endsWith('/') ? path.startsWith(name) : path === name)),
    )
    .flatMap(({ tests }) => files(tests, root));
}
