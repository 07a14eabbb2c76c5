// What `trainyard init` says: the files that it made and those that it left alone, and what to do next.
import { shellWord } from '../../setup/invocation.mjs';
import type { Written } from './write.ts';

/**
 * @param folder - as the user gets there; empty for the current one.
 * @param missing - what npm has still to be told to install; undefined where package.json names it.
 */
export function describe(folder: string, { made, kept }: Written, missing: string | undefined): string {
  const next = [
    ...(folder === '' ? [] : [`cd ${shellWord(folder)}`]),
    missing === undefined ? 'npm install' : `npm install ${missing}`,
    'npx trainyard setup',
    'npx trainyard train my-digits',
    'npx trainyard export',
    'npm test',
    'npm start',
  ];
  return [
    ...made.map((path) => `Made  ${path}`),
    ...kept.map((path) => `Kept  ${path} (it exists already)`),
    '',
    'Next:',
    ...next.map((line) => `  ${line}`),
    '',
    'All commands: npx trainyard --help',
  ].join('\n');
}
