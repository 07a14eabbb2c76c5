// What is drawn for novelty is drawn once: kept in the cache folder, whole, and drawn anew where it is damaged.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { coloredFor } from '../../../export/novelty/colored.ts';
import { drawingsFor } from '../../../export/novelty/drawings.ts';
import { DRAWN, keptDrawings } from '../../../export/novelty/kept.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const drawings = {
  known: [Uint8Array.of(1, 2, 3)],
  others: [Uint8Array.of(10, 13, 0), Uint8Array.of(255, 10, 4)], // line feeds among them
};
const drawer = () => vi.fn(() => drawings);

function onlyFile(): string {
  const [name = '', ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  return join(folder, name);
}

it('draws once, and gives the same the second time; other labels are other drawings', () => {
  const draw = drawer();
  expect(keptDrawings({ labels: ['0'] }, draw, folder)).toEqual(drawings);
  expect(keptDrawings({ labels: ['0'] }, draw, folder)).toEqual(drawings);
  expect(draw).toHaveBeenCalledTimes(1);
  keptDrawings({ labels: ['1'] }, draw, folder);
  expect(draw).toHaveBeenCalledTimes(2);
});

it.each([
  ['cut short', (path: string) => truncateSync(path, readFileSync(path).length - 1)],
  ['empty', (path: string) => writeFileSync(path, '')],
  [
    'with another byte',
    (path: string) => {
      const bytes = readFileSync(path);
      bytes[bytes.length - 1] = 5;
      writeFileSync(path, bytes);
    },
  ],
])('draws again what is %s, and keeps that', (_, damage) => {
  const draw = drawer();
  keptDrawings('a', draw, folder);
  const whole = readFileSync(onlyFile());
  damage(onlyFile());
  expect(keptDrawings('a', draw, folder)).toEqual(drawings);
  expect(draw).toHaveBeenCalledTimes(2);
  expect(readFileSync(onlyFile())).toEqual(whole);
});

it('draws each time where no folder can be made, and keeps nothing where nothing can be drawn', () => {
  const draw = drawer();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (let i = 0; i < 2; i++) expect(keptDrawings('a', draw, join(file, 'novelty'))).toEqual(drawings);
  expect(draw).toHaveBeenCalledTimes(2);
  rmSync(file);
  expect(keptDrawings('a', () => undefined, folder)).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

it('holds the drawings to the version by which they are kept: whoever changes them counts DRAWN up', () => {
  const { known = [], others = [] } = drawingsFor([...'0123456789']) ?? {};
  const digest = createHash('sha256').update(
    Buffer.concat([...known, ...others, ...coloredFor([32, 32, 3])]),
  );
  expect({ DRAWN, digest: digest.digest('hex').slice(0, 16) }).toEqual({
    DRAWN: 1,
    digest: '3e09bbd712da0a7f',
  });
}, 120_000); // both are drawn: four seconds alone
