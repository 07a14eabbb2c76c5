// `trainyard export`: makes a verified model file of a run, or of a model from elsewhere.
import { join, resolve } from 'node:path';
import { defineCommand } from 'citty';
import { printJson } from '../../models/print-json.ts';
import { command } from '../../setup/invocation.mjs';
import { workFolder } from '../../setup/paths.mjs';
import { exportArgs } from './args.ts';
import { choicesOf } from './choices.ts';
import type { ExportResult } from './result.ts';

export const exportCommand = defineCommand({
  args: exportArgs,
  async run({ args, rawArgs }): Promise<ExportResult> {
    const choices = await choicesOf(args, rawArgs);
    const { runExport } = await import('./run.ts');
    const result = await runExport(choices);
    if (args.json) printJson(result);
    else if (choices.subject.from === 'run' && result.kind === 'model')
      console.log(`Next: ${command('serve', repositoryWords(choices.repository))}`);
    return result;
  },
});

/** `--repository <folder>`, unless models are there without it and without `TRAINYARD_REPOSITORY`, which another shell may not have. */
function repositoryWords(repository: string): string[] {
  const path = resolve(repository);
  return path === join(workFolder, 'models', 'repository') ? [] : ['--repository', path];
}
