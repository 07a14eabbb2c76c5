// Every Markdown file points at what there is: links and their anchors, and paths of this repository in the text, in
// commands and in snippets.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../setup/paths.mjs';

/** What is committed, or would be: nothing that git ignores. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 1 << 26,
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const pages = files.filter((path) => path.endsWith('.md'));
const names = new Set(files.map((path) => basename(path)));
const folders = [
  ...new Set(files.filter((path) => path.includes('/')).map((path) => path.split('/')[0] ?? '')),
];

const read = (page: string) => readFileSync(join(root, page), 'utf8');

/** Models that `npm run export` writes are not there before. */
const made = /^models\/repository\//;

/** Files that a page tells its reader to write, or that a run has: CONTRIBUTING.md says "`path`, new" of them. */
const written = new Set([
  'restore.ts',
  'trainyard.config.ts',
  // In the folder of a run.
  'code.mjs',
  ...[...read('CONTRIBUTING.md').matchAll(/^`([^`]+)`, new/gm)].flatMap(([, path = '']) => [
    path,
    basename(path),
  ]),
]);

/** As GitHub makes them: lower case, without punctuation, hyphens for spaces. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replace(/ /g, '-'),
  );

/** `[text](target)` and `![text](target)`; those that lead elsewhere are left out. */
const linksOf = (text: string) =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));

/** Paths that begin with a folder of the repository, wherever they are: `test/docs`, `'./train/random.ts'`. */
const pathsOf = (text: string) =>
  [
    ...text.matchAll(
      new RegExp(`(?<![\\w/.@<-])(?:\\./)?((?:${folders.map(escaped).join('|')})/[\\w@./-]*)`, 'g'),
    ),
  ]
    .map(([, path = '']) => path.replace(/[./]+$/, ''))
    .filter((path) => !made.test(path) && !written.has(path));

/** `fit.ts` in the text: a source file that is named without its folder. */
const namesOf = (text: string) =>
  [...text.matchAll(/`([\w.-]+\.(?:ts|mjs|py|cc|cpp|wat|jsonl|md))`/g)]
    .map(([, name = '']) => name)
    .filter((name) => !written.has(name));

function escaped(text: string): string {
  return text.replace(/[.-]/g, '\\$&');
}

describe.each(pages)('%s', (page) => {
  const text = read(page);

  it('has links whose files and anchors are there', () => {
    const broken = linksOf(text).filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : normalize(join(dirname(page), path));
      if (!existsSync(join(root, target))) return true;
      if (anchor === undefined) return false;
      return statSync(join(root, target)).isDirectory() || !anchorsOf(read(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names paths that are there', () => {
    expect(pathsOf(text).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('names source files that are there', () => {
    expect(namesOf(text).filter((name) => !names.has(name))).toEqual([]);
  });
});

it('finds what it looks for', () => {
  expect(pages.length).toBeGreaterThan(10);
  expect(linksOf('[a](b.md#c) ![d](e.png) [f](https://g)')).toEqual(['b.md#c', 'e.png']);
  expect(anchorsOf('## How a drawing becomes 28x28: `x`, "y"')).toEqual(['how-a-drawing-becomes-28x28-x-y']);
  expect(
    pathsOf("run `npx vitest run test/docs`, './train/random.ts', photos/train/cat, serve/app.ts."),
  ).toEqual(['test/docs', 'train/random.ts', 'serve/app.ts']);
  expect(namesOf('`restore.ts` and `fit.ts`, `report.html`')).toEqual(['fit.ts']);
});
