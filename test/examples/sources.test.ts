// Of the examples, what every run of the tests can see: their sources parse, import what their package.json names, and are
// short. `npm run test:examples` runs them.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { drawStrokes } from '../../examples/pen-digits/draw.ts';
import { readPens } from '../../examples/pen-digits/pens.ts';
import { filesUnder } from '../../setup/files/index.mjs';
import { root } from '../../setup/paths.mjs';

const folder = join(root, 'examples');
const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe.each(names.map(({ name }) => name))('examples/%s', (name) => {
  const where = join(folder, name);
  const { dependencies, private: own } = JSON.parse(readFileSync(join(where, 'package.json'), 'utf8'));
  const sources = filesUnder(where).filter((path) => /\.[mc]?[jt]sx?$/.test(path));
  const entries = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports).map(
    (entry) => `trainyard${entry.slice(1)}`,
  );

  test('its sources compile, and import packages that it names, by entries that there are', async () => {
    const { metafile } = await build({
      entryPoints: sources,
      outdir: 'out',
      bundle: true,
      packages: 'external',
      jsx: 'automatic',
      format: 'esm',
      write: false,
      metafile: true,
    });
    const imported = Object.values(metafile.inputs)
      .flatMap(({ imports }) => imports)
      .filter(({ external, path }) => external === true && !path.startsWith('node:'))
      .map(({ path }) => path);
    const packageOf = (path: string) => /^(@[^/]+\/[^/]+|[^/]+)/.exec(path)?.[0] ?? path;
    expect(imported.map(packageOf).filter((each) => !(each in dependencies))).toEqual([]);
    expect(imported.filter((each) => packageOf(each) === 'trainyard' && !entries.includes(each))).toEqual([]);
    expect(own).toBe(true);
  });

  test('is small: its README says how to run it in ten lines', () => {
    const readme = readFileSync(join(where, 'README.md'), 'utf8').trimEnd().split('\n');
    expect(readme.filter((line) => line !== '').length).toBeLessThanOrEqual(10);
    expect(readme.join('\n')).toContain('npm start');
    expect(existsSync(join(where, 'node_modules'))).toBe(false);
  });
});

describe('pen digits', () => {
  const folder = join(tmpdir(), 'trainyard-pens');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'pens.tra');

  test('a digit has the ways of the pen that its segment names, its label, and who wrote it', () => {
    const lines = [
      '.LEXICON "0" "1"',
      '.SEGMENT DIGIT    0 ? "1"',
      '.COMMENT 1 12  224',
      ...['.PEN_DOWN', ' 267  333', ' 260 100', '.PEN_UP', '.DT 100'],
      '.SEGMENT DIGIT   1-2 ? "4"',
      '.COMMENT 4 7  100',
      ...['.PEN_DOWN', '1 2', '.PEN_UP', '.DT 100', '.PEN_DOWN', '3 4', '5 6', '.PEN_UP'],
    ];
    for (const text of [lines.join('\n'), gzipSync(lines.join('\r\n'))]) {
      writeFileSync(path, text);
      expect(readPens(path)).toEqual([
        {
          label: 1,
          writer: 12,
          strokes: [
            [
              { x: 267, y: -333 },
              { x: 260, y: -100 },
            ],
          ],
        },
        {
          label: 4,
          writer: 7,
          strokes: [
            [{ x: 1, y: -2 }],
            [
              { x: 3, y: -4 },
              { x: 5, y: -6 },
            ],
          ],
        },
      ]);
    }
    writeFileSync(path, 'x');
    expect(() => readPens(path)).toThrow('has no line .SEGMENT DIGIT');
  });

  test('strokes are drawn as a browser draws them: as wide, as long, round at the ends', async () => {
    // An L with sharp corners: a curve between two places alone is straight in both.
    const strokes = [
      [
        { x: 0, y: 0 },
        { x: 0, y: 100 },
      ],
      [
        { x: 0, y: 100 },
        { x: 50, y: 100 },
      ],
    ];
    const { data } = drawStrokes(strokes, 6);
    const line = 'M19.5 11L19.5 45M19.5 45L36.5 45';
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="56" height="56"><rect width="100%" height="100%"/>
      <path d="${line}" fill="none" stroke="#fff" stroke-width="6" stroke-linecap="round"/></svg>`;
    const expected = await sharp(Buffer.from(svg)).toColorspace('b-w').raw().toBuffer();
    const differences = [...data].map((value, i) => Math.abs(value - (expected[i] ?? 0)));
    expect(Math.max(...differences)).toBeLessThan(40);
    expect(differences.reduce((sum, value) => sum + value, 0) / 255).toBeLessThan(6);
  });
});
