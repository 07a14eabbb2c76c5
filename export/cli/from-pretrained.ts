// `trainyard export efficientnet-lite0`: a pretrained network in the repository, upon which the page teaches.
import { command } from '../../setup/invocation.mjs';
import { exportFeatures } from '../publish/features.ts';
import type { ExportChoices, PretrainedChoice } from './choices.ts';
import { say } from './lines.ts';
import type { ExportResult } from './result.ts';

/** @throws UserError when its weights do not come, or it answers otherwise; then nothing is written. */
export async function exportPretrained(
  { name }: PretrainedChoice,
  { repository, opset }: ExportChoices,
): Promise<ExportResult> {
  const { file, comparison } = await exportFeatures(name, repository, opset);
  const { version, path } = file;
  say(
    'compared',
    undefined,
    `its features, ${comparison.runs} times: largest difference ${comparison.largestDifference.toExponential(1)}`,
  );
  say('written', undefined, `${name} version ${version}: ${path}`);
  console.log(`It has no answers of its own: teach it on the page, ${command('serve')}, /teach.html.`);
  return { kind: 'features', name, version, path, comparison };
}
