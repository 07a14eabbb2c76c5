// Writes a classifier as it was asked for: as a model file in the repository, or as a folder in another format.
import { join } from 'node:path';
import { exportModel } from '../publish/export.ts';
import type { Exportable } from '../publish/exportable.ts';
import type { Convert } from '../publish/index.ts';
import { formats } from '../to/index.ts';
import type { FormatName } from '../to/names.ts';
import { writeTo } from '../to/write.ts';
import type { ExportChoices } from './choices.ts';
import { say, sayStage } from './lines.ts';
import type { ExportResult } from './result.ts';

/** @throws UserError for what cannot be exported, or answers otherwise; then nothing is written. */
export async function writeClassifier(
  model: Exportable,
  { to, out, repository, tolerance, converter, opset, foldBatchNorm, novelty }: ExportChoices,
): Promise<ExportResult> {
  const { name } = model.card;
  if (to !== undefined) return exportFolder(to, model, out ?? join('exports', `${name}-${to}`), tolerance);
  const convert = await convertBy(converter);
  const { version, path, parity, accuracy } = await exportModel(model, {
    ...{ repository, opset, foldBatchNorm, novelty, onStage: sayStage },
    ...(tolerance !== undefined && { tolerance }),
    ...(convert && { convert }),
  });
  return { kind: 'model', name, ...(version !== undefined && { version }), path, parity, accuracy };
}

async function exportFolder(
  to: FormatName,
  model: Exportable,
  path: string,
  tolerance: number | undefined,
): Promise<ExportResult> {
  const parity = await writeTo(formats[to], model, path, say, tolerance);
  return { kind: 'folder', name: model.card.name, format: to, path, parity };
}

/** tf2onnx is loaded when it is asked for; undefined for our own exporter. */
export async function convertBy(converter: ExportChoices['converter']): Promise<Convert | undefined> {
  return converter === 'own' ? undefined : (await import('../tf2onnx/index.ts')).convertByTf2onnx;
}
