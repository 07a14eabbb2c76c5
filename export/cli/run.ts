// Does what `trainyard export` was asked for, and prints each stage.
import { UserError } from '../../models/errors.ts';
import { heldOutOf } from '../../models/held-out.ts';
import { plainPercent } from '../../train/report/format.ts';
import { loadRun } from '../publish/from-run.ts';
import type { ExportChoices, RunChoice } from './choices.ts';
import { exportFromElsewhere } from './from-elsewhere.ts';
import { exportFromHub } from './from-hub.ts';
import { exportPretrained } from './from-pretrained.ts';
import { say } from './lines.ts';
import type { ExportResult } from './result.ts';
import { writeClassifier } from './write-classifier.ts';

/** @throws UserError for what cannot be exported, or answers otherwise; then nothing is written. */
export async function runExport(choices: ExportChoices): Promise<ExportResult> {
  const { subject } = choices;
  if (subject.from === 'hub') return exportFromHub(subject, choices);
  if (subject.from === 'pretrained') return exportPretrained(subject, choices);
  return subject.from === 'run' ? exportRun(subject, choices) : exportFromElsewhere(subject, choices);
}

async function exportRun(
  { run, checkpoint, tta, calibrate }: RunChoice,
  choices: ExportChoices,
): Promise<ExportResult> {
  const started = performance.now();
  console.log(`Exporting the ${checkpoint} checkpoint of run ${run.name}.`);
  const model = await loadRun(run, checkpoint, tta, calibrate, { say: console.log });
  const { architecture, calibration } = model.card;
  const seconds = (performance.now() - started) / 1000;
  say('loaded', seconds, `${architecture.name}, ${architecture.parameters} parameters`);
  if (calibration)
    console.log(
      `  calibrated by temperature ${calibration.temperature}: confidence and accuracy ${plainPercent(calibration.error)} apart, with it ${plainPercent(calibration.temperedError)} (${calibration.n} ${heldOutOf(model.card.recipe)} pictures)`,
    );
  if (choices.to !== undefined && model.backbone !== undefined)
    throw new UserError(
      `--to writes networks that Trainyard trained from end to end; ${run.name} is ${architecture.name}, whose graph is another's. Leave --to out to export it to ONNX.`,
    );
  return writeClassifier(model, choices);
}
