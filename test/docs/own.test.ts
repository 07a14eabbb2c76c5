// docs/own.md: each file that it shows compiles under `strict` and is trained as it stands.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandFile, root } from '../../setup/paths.mjs';

const run = promisify(execFile);
const page = readFileSync(join(root, 'docs/own.md'), 'utf8');
const files = new Map(
  [...page.matchAll(/^```ts\n\/\/ (\S+\.ts)\n(.*?)^```$/gms)].map(([, name = '', code = '']) => [name, code]),
);

const folder = mkdtempSync(join(tmpdir(), 'trainyard-own-page-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  for (const [name, code] of files) writeFileSync(join(folder, name), code);
  for (const [name, level] of [
    ['dark', 30],
    ['light', 220],
  ] as const) {
    mkdirSync(join(folder, 'photos', name), { recursive: true });
    for (let i = 0; i < 12; i++)
      await sharp({
        create: { width: 40, height: 40, channels: 3, background: { r: level, g: level, b: level + i } },
      })
        .png()
        .toFile(join(folder, 'photos', name, `${i}.png`));
  }
});

async function trainyard(...words: string[]): Promise<string> {
  const env = { ...process.env, TRAINYARD_RUNS: join(folder, 'runs') };
  const { stdout } = await run(process.execPath, [commandFile, ...words], { cwd: folder, env });
  return stdout;
}

describe('docs/own.md', () => {
  it('shows three files, each of which compiles, where a wrong option does not', async () => {
    expect([...files.keys()]).toEqual(['trainyard.config.ts', 'photos.recipe.ts', 'parts.recipe.ts']);
    const wrong = `const wide = tiny({ width: '9' });\nconst none = tiny({ widht: 9 });\n`;
    const [imports = '', network = ''] = (files.get('trainyard.config.ts') ?? '').split(/(?=\nconst tiny)/);
    writeFileSync(join(folder, 'wrong.ts'), `${imports}${network.split('\nconst SIDE')[0]}\n${wrong}`);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: true, target: 'es2023', module: 'esnext' },
      ...{ moduleResolution: 'bundler', allowImportingTsExtensions: true, types: ['node'], allowJs: true },
      paths: { 'trainyard/train': [join(root, 'public/train.ts')] },
    };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: [...files.keys(), 'wrong.ts'] }),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const result = await run(process.execPath, [tsc, '-p', '.'], { cwd: folder }).catch((error) => error);
    // Our sources are held to more than `strict` by their own tsconfig.json.
    const errors = String(result.stdout)
      .split('\n')
      .filter((line) => /^[a-z.]+\.ts\(/.test(line));
    expect(errors).toEqual([
      expect.stringMatching(/^wrong\.ts\(\d+,\d+\): .*'string' is not assignable to type 'number'/),
      expect.stringMatching(/^wrong\.ts\(\d+,\d+\): .*'widht' does not exist in type/),
    ]);
    rmSync(join(folder, 'node_modules'));
  }, 120_000);

  it.each([
    ['bars', 'Validation: error rate 0.00'],
    [
      './photos.recipe.ts',
      'Training ./photos.recipe.ts on photos: 19 training and 5 validation images, 2 epochs',
    ],
    [
      './parts.recipe.ts',
      'Training ./parts.recipe.ts on shades: 64 training and 20 validation images, 2 epochs',
    ],
  ])(
    '%s is trained',
    async (subject, words) => {
      const printed = await trainyard('train', subject, '--no-live');
      expect(printed).toContain(words.replace(' ./', ` ${folder}/`));
      expect(printed).toContain('Next: ');
    },
    120_000,
  );
});
