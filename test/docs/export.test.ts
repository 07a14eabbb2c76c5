// What docs/export.md shows is true: its commands, options and formats are there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArgsDef, CommandDef } from 'citty';
import { describe, expect, it } from 'vitest';
import { exportCommand } from '../../export/cli/command.ts';
import { diffCommand } from '../../export/diff/command.ts';
import { openModelFile } from '../../export/files/file.ts';
import { inspectCommand } from '../../export/inspect/command.ts';
import { quantizeCommand } from '../../export/quantize/command.ts';
import { formats } from '../../export/to/index.ts';
import { verifyCommand } from '../../export/verify/command.ts';
import { verifyAlone } from '../../export/verify/index.ts';
import { verificationInWords } from '../../export/verify/text.ts';
import { repositoryFolder, root } from '../../setup/paths.mjs';
import { trainCommand } from '../../train/cli/command.ts';
import { shippedModels } from '../shipped.ts';

const text = readFileSync(join(root, 'docs/export.md'), 'utf8');
const scripts: Record<string, string> = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;
const shown = [...text.matchAll(/^ {4}npm run (\S+) ?(.*)$/gm)].map(
  ([, name = '', rest = '']) => [name, rest] as const,
);

async function optionsOf<T extends ArgsDef>({ args }: CommandDef<T>): Promise<string[]> {
  return Object.keys((await (typeof args === 'function' ? args() : args)) ?? {});
}

const options: Readonly<Record<string, () => Promise<string[]>>> = {
  diff: () => optionsOf(diffCommand),
  export: () => optionsOf(exportCommand),
  inspect: () => optionsOf(inspectCommand),
  quantize: () => optionsOf(quantizeCommand),
  train: () => optionsOf(trainCommand),
  verify: () => optionsOf(verifyCommand),
};

describe('docs/export.md', () => {
  it('shows every command around the exporter', () => {
    expect([...new Set(shown.map(([name]) => name))].sort()).toEqual(Object.keys(options));
    for (const name of Object.keys(options)) expect(Object.keys(scripts)).toContain(name);
  });

  it.each(Object.keys(options))('shows options that %s has', async (name) => {
    const named = shown
      .filter(([command]) => command === name)
      .flatMap(([, rest]) => rest.match(/--\w[\w-]*/g) ?? []);
    expect(await options[name]?.()).toEqual(expect.arrayContaining(named.map((option) => option.slice(2))));
  });

  it('shows options at all', () =>
    expect(shown.filter(([, rest]) => /--\w/.test(rest)).length).toBeGreaterThan(3));

  it('lists every format', () => {
    const listed = [...text.matchAll(/^\| `([a-z][\w-]*)` \|/gm)].map(([, name]) => name);
    expect(listed).toEqual(Object.keys(formats));
  });

  it('shows what verify says of the shipped model', async () => {
    const block = /npm run verify digits\/1\n\n([\s\S]*?)\n\nneeds/.exec(text)?.[1] ?? '';
    const file = await openModelFile(shippedModels.digits, repositoryFolder);
    const lines = (words: string) =>
      words
        .replace(/in \d\.\d\d s/, 'in a moment')
        .replace(/difference \S+/, 'difference')
        .split('\n')
        .slice(1)
        .map((line) => line.trim())
        .filter(Boolean);
    expect(lines(verificationInWords(file.path, await verifyAlone(file)))).toEqual(lines(block));
  });
});
