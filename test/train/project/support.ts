// Projects of the tests: recipe files in folders of their own, with bars that a network of a few weights tells apart.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

/** Makes a folder with these files, which is removed after the tests. @returns its path. */
export function projectWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-project-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** A module beside the recipe that draws a white bar, lying (0) or standing (1). */
export const draw = `
export const SIDE: number = 12;
export function bar(index: number): { image: Uint8Array; label: number } {
  const label = index % 2;
  const image = new Uint8Array(SIDE * SIDE).fill((index * 7) % 40);
  const at = 1 + ((index * 5) % (SIDE - 2));
  for (let k = 1; k < SIDE - 1; k++) image[label === 0 ? at * SIDE + k : k * SIDE + at] = 220;
  return { image, label };
}
`;

/** Data of bars, as the source of a recipe file. */
export const bars = `
import { bar, SIDE } from './draw.ts';
const bars = defineDataset({ name: 'bars', load: async () => ({ labels: ['lying', 'standing'], shape: [SIDE, SIDE, 1],
  train: 64, valid: 20, picture: (split, index) => bar(split === 'train' ? 1000 + index : index) }) });
`;

/** A network that tells them apart, as the source of a recipe file. */
export const tiny = `
const tiny = defineArchitecture({ name: 'tiny', options: { width: 8 }, build: ({ width }, classes) => (net, x) =>
  nn.dense(net, 'logits', nn.flatten(nn.maxPool(tf.selu(nn.conv2d(net, 'c1', x, { filters: width, kernel: 5 })))), { units: classes }) });
`;

/** A whole recipe file: data, a network, and what is exported. */
export function recipeFile(rest: string): string {
  return `import { defineArchitecture, defineConfig, defineDataset, defineOptimizer, defineRecipe, defineSchedule, defineTransform, nn, tf } from 'trainyard/train';\n${bars}${tiny}${rest}`;
}
