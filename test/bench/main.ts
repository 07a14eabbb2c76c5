// `npm run bench <subject>`: every file of this folder but this one is a subject.
import { readdirSync } from 'node:fs';
import { runMain } from 'citty';
import { root } from '../../setup/paths.mjs';

const folder = `${root}/test/bench`;
const subjects = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && entry.name !== 'main.ts')
  .map(({ name }) => name.slice(0, -'.ts'.length))
  .sort();

const [subject = '', ...rawArgs] = process.argv.slice(2);
if (!subjects.includes(subject)) {
  console.error(`npm run bench <subject> [-- options], where <subject> is one of: ${subjects.join(', ')}`);
  process.exitCode = 1;
} else {
  const { command } = await import(`./${subject}.ts`);
  await runMain(command, { rawArgs });
}
