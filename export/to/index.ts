// Other formats than ONNX: folders that other programs read, each compared with the network before it appears.

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { canonicalJson } from '../../models/canonical.ts';
import { type CardDraft, roundUp } from '../../models/complete-card.ts';
import { UserError } from '../../models/errors.ts';
import { testedOn } from '../../models/held-out.ts';
import { oneOf } from '../../models/nearest.ts';
import { TOLERANCE } from '../../models/tolerance.ts';
import { makeFolder } from '../../setup/files/index.mjs';
import { imagesOf } from '../../train/datasets/index.ts';
import type { Graph } from '../../train/graph/graph.ts';
import { describeOp } from '../graph/op.ts';
import { needsSizes } from '../graph/unknown-sizes.ts';
import { tensorflowClassifier } from '../parity/classifier.ts';
import { changesInWords, compareClassifiers, holds, type Parity } from '../parity/index.ts';
import { dropUnused } from '../passes/fold.ts';
import type { Exportable } from '../publish/exportable.ts';
import type { AnyDraft } from '../publish/tasks.ts';
import { classifierNetwork, traceNetwork } from '../trace/network.ts';
import type { ExportFormat } from './format.ts';
import { FORMAT_NAMES, type FormatName } from './names.ts';
import { savedModel } from './saved-model.ts';
import { tfjsGraph } from './tfjs-graph.ts';
import { tfjsLayers } from './tfjs-layers.ts';
import { transformers } from './transformers.ts';

/** The formats by name. */
export const formats: Readonly<Record<FormatName, ExportFormat>> = {
  'tfjs-layers': tfjsLayers,
  'tfjs-graph': tfjsGraph,
  'saved-model': savedModel,
  transformers,
};

/** @throws UserError for a name that no format has. */
export function findFormat(name: string): ExportFormat {
  return formats[oneOf('--to', FORMAT_NAMES, name)];
}

/** Says what the model is, and marks a folder that may be written anew. */
const CARD = 'trainyard.json';

/** Pictures on which a folder is compared with the network. */
const PICTURES = 500;

/**
 * Writes a network in another format, reads it back, and compares its answers with the network's on test pictures.
 * The folder is there whole or not at all; one of ours that was there before is replaced.
 * @throws UserError when the format cannot say what the network does, when the answers differ, or when something else
 * is at `path`; then nothing is written.
 */
export async function exportTo(
  format: ExportFormat,
  model: Exportable,
  path: string,
  tolerance = TOLERANCE,
): Promise<Parity> {
  refuseOther(path);
  const { judged } = model;
  const card = ofOneClass(model.card);
  const { shape } = card.input;
  const source = { card, ...traceNetwork(classifierNetwork(model, shape, card.name)) };
  refuseSizes(source.graph);
  const n = Math.min(PICTURES, judged.n);
  let parity: Parity | undefined;
  await makeFolder(resolve(path), async (folder) => {
    await format.write(folder, source);
    const [network, written] = [
      tensorflowClassifier(model, source, shape),
      await format.open(folder, source),
    ];
    const images = (from: number, to: number) => imagesOf(judged, from, to);
    ({ parity } = await compareClassifiers(network, written, images, n));
    await Promise.all([network.close(), written.close()]);
    if (!holds(parity, tolerance))
      throw new UserError(
        `${path} was not written: read back, it differs from the network by ${parity.maxProbabilityDifference.toExponential(2)} in a probability (allowed: ${tolerance.toExponential(0)}), with ${changesInWords(parity)} of ${n} ${testedOn(card)}. ${wayOut(parity)}`,
      );
    writeFileSync(join(folder, CARD), `${canonicalJson(card)}\n`);
  });
  if (parity === undefined) throw new Error('nothing was compared');
  return parity;
}

/** @throws UserError for a model of another task: what reads these formats expects probabilities that sum to one */
export function ofOneClass(card: AnyDraft): CardDraft {
  if (card.task === undefined || card.task === 'single') return card;
  throw new UserError(
    `--to writes networks that answer with one class; ${card.name} answers with ${card.task === 'multi' ? 'several labels' : 'numbers'}. Leave --to out to export it to ONNX.`,
  );
}

function wayOut({ maxProbabilityDifference, changedLabels, ties }: Parity): string {
  const needed = roundUp(maxProbabilityDifference);
  const isBug = 'This is a bug in export/to/.';
  return changedLabels > ties || !(needed < 1)
    ? isBug
    : `${isBug} To write it all the same: \`--tolerance ${needed}\`.`;
}

/** Other programs get a plain TensorFlow graph, or layers. */
function refuseSizes(graph: Graph): void {
  const node = needsSizes(dropUnused(graph));
  if (node === undefined) return;
  throw new UserError(
    `${describeOp(node)} asks for the number of pictures in a way that other formats cannot hold: leave --to out to export it to ONNX.`,
  );
}

function refuseOther(path: string): void {
  if (!existsSync(path) || existsSync(join(path, CARD))) return;
  let entries: string[];
  try {
    entries = readdirSync(path);
  } catch {
    throw new UserError(`${path} is a file: give --out a folder.`);
  }
  if (entries.length > 0)
    throw new UserError(
      `${path} holds something else (${entries.slice(0, 3).join(', ')}): give --out a folder that is empty or not there.`,
    );
}
