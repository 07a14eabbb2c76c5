// What CONTRIBUTING.md shows is true: in a copy of this checkout its files are written and its lines added; then types
// are checked, and the tests that it shows are run. The types of scripts that other pages show are checked with them.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../setup/paths.mjs';
import { copyCheckout } from '../copied-checkout.ts';
import { addLines } from './add-lines.ts';

const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');

/** "`path`, new:", or with more before the colon, and the whole file. */
const files = [...page.matchAll(/^`([^`]+)`, new[^\n]*:\n\n```ts\n(.*?)```/gms)].map(
  ([, path = '', text = '']) => ({ path, text }),
);
/** "`path`:", or with more before the colon, and the lines to add. */
const additions = [...page.matchAll(/^`([^`]+)`[^\n]*:\n\n```diff\n(.*?)```/gms)].map(
  ([, path = '', diff = '']) => ({ path, diff }),
);
const tests = files.filter(({ path }) => path.endsWith('.test.ts')).map(({ path }) => path);

/** Scripts of the other pages: blocks that begin with an import. Those of projects with the package: test/package. */
const scripts = [
  'README.md',
  'export/README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
]
  .filter((name) => name.endsWith('.md'))
  .map((name) => readFileSync(join(root, name), 'utf8'))
  .flatMap((text) => [
    ...[...text.matchAll(/^```ts\n(import .*?)```/gms)].map(([, script = '']) => script),
    ...[...text.matchAll(/^ {4}import .*\n(?: {4}.*\n|\n(?= {4}))*/gm)].map(([block]) =>
      block.replace(/^ {4}/gm, ''),
    ),
  ])
  .filter((script) => !/from 'trainyard(\/\w+)?'/.test(script));

const folder = mkdtempSync(join(tmpdir(), 'trainyard-contributing-'));
const checkout = join(folder, 'checkout');
beforeAll(() => {
  copyCheckout(checkout);
  for (const { path, text } of files) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), text);
  }
  for (const [index, script] of scripts.entries())
    writeFileSync(join(checkout, `script-${index + 1}.ts`), script);
  for (const { path, diff } of additions) {
    const before = readFileSync(join(checkout, path), 'utf8');
    writeFileSync(join(checkout, path), addLines(before, diff));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A package's program, run in the copy. */
function program(path: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join('node_modules', path), ...args], {
    cwd: checkout,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, printed: stdout + stderr };
}

describe('CONTRIBUTING.md', () => {
  it('shows a new file, a test and a line for each family', () => {
    const headings = [...page.matchAll(/^### (.*)$/gm)];
    expect(headings.length).toBeGreaterThan(4);
    for (const [index, { index: start, 0: heading }] of headings.entries()) {
      const section = page.slice(start, headings[index + 1]?.index);
      expect(section.match(/`, new.*:$/gm)?.length ?? 0, heading).toBeGreaterThan(1);
      expect(section.match(/^```diff$/gm)?.length ?? 0, heading).toBeGreaterThan(0);
    }
  });

  it('shows files that are not there yet', () => {
    expect(files.filter(({ path }) => existsSync(join(root, path)))).toEqual([]);
  });

  it('has types that hold, as the scripts of other pages do', () => {
    expect(scripts.length).toBeGreaterThan(2);
    // What is shown, the lists that it is added to, and all that these import; `npm run types` checks the others.
    const include = [...files, ...additions].map(({ path }) => path).filter((path) => path.endsWith('.ts'));
    const shown = { extends: './tsconfig.json', include: [...include, 'script-*.ts'] };
    writeFileSync(join(checkout, 'tsconfig.shown.json'), JSON.stringify(shown));
    expect(program('typescript/bin/tsc', '-p', 'tsconfig.shown.json')).toEqual({ status: 0, printed: '' });
  }, 180_000);

  it('shows files that lint has nothing against', () => {
    const paths = files.map(({ path }) => path);
    const { status, printed } = program('@biomejs/biome/bin/biome', 'check', '--vcs-enabled=false', ...paths);
    expect(status, printed).toBe(0);
  });

  it('shows tests that pass', () => {
    const { status, printed } = program('vitest/vitest.mjs', 'run', ...tests);
    expect(status, printed).toBe(0);
    expect(printed).toContain(`${tests.length} passed`);
  }, 180_000); // of seven files, each with its own TensorFlow

  it('shows a case of an op that passes', () => {
    const names = /name: '(.* of pictures)'/.exec(page)?.[1] ?? '';
    const { status, printed } = program('vitest/vitest.mjs', 'run', 'test/export/ops', '-t', names);
    expect(status, printed).toBe(0);
    expect(printed).toMatch(/1 passed/);
  });

  const NPMS_OWN = new Set(['npm ci', 'npm create', 'npm pack']);

  it('shows commands that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const shown = [...page.matchAll(/npm (?:run )?(\w[\w-]*)/g)]
      .filter(([command]) => !NPMS_OWN.has(command))
      .map(([, name = '']) => name);
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
