// `npm run bench <subject>`: every file of this folder but this one is a subject. They serve a repository of their own.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import '../../setup/libraries/without-telemetry.mjs';
import { useOwnFolders } from '../own-folders.ts';

// Nothing that is imported above may load setup/paths.mjs: the environment that it reads is set below.
const folder = fileURLToPath(new URL('.', import.meta.url));
const subjects = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && entry.name !== 'main.ts')
  .map(({ name }) => name.slice(0, -'.ts'.length))
  .sort();

const [subject = '', ...words] = process.argv.slice(2);
if (!subjects.includes(subject)) {
  console.error(`npm run bench <subject> [-- options], where <subject> is one of: ${subjects.join(', ')}`);
  process.exitCode = 1;
} else {
  // `bench parity` compares the person's own finished runs.
  process.once('exit', useOwnFolders({ runs: false }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const { command } = await import(`./${subject}.ts`);
  const { explain, run } = await import('../../bin/run.ts');
  const description = command.meta.description;
  const entry = {
    name: `bench ${subject}`,
    group: 'This machine',
    description,
    examples: [{ words: [] }],
  } as const;
  await explain(() => run({ ...entry, load: async () => command }, words));
}
