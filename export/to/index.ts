// Other ways out of a run: folders that other programs read, each proven to answer alike before it is there.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { canonicalJson } from '../../models/canonical.ts';
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import { makeFolder } from '../../setup/files.mjs';
import { imagesOf } from '../../train/datasets/index.ts';
import { stateOf } from '../../train/graph/state.ts';
import { tensorflowClassifier } from '../parity/classifier.ts';
import { changesInWords, compare, holds, type Parity, TOLERANCE } from '../parity/index.ts';
import { type Exportable, traceForward } from '../publish/export.ts';
import type { ExportFormat } from './format.ts';
import { savedModel } from './saved-model.ts';
import { tfjsGraph } from './tfjs-graph.ts';
import { tfjsLayers } from './tfjs-layers.ts';
import { transformers } from './transformers.ts';

/** The ways out by name. */
export const formats: Readonly<Record<string, ExportFormat>> = {
  'tfjs-layers': tfjsLayers,
  'tfjs-graph': tfjsGraph,
  'saved-model': savedModel,
  transformers,
};

/** @throws UserError for a name that is none of a way out. */
export function findFormat(name: string): ExportFormat {
  const format = formats[name];
  if (format !== undefined) return format;
  const guess = nearest(name, Object.keys(formats));
  throw new UserError(
    `--to takes ${Object.keys(formats).join(', ')}; received ${JSON.stringify(name)}.${guess ? ` Did you mean ${guess}?` : ''}`,
  );
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
export async function exportTo(format: ExportFormat, model: Exportable, path: string): Promise<Parity> {
  refuseOther(path);
  const source = { card: model.card, graph: traceForward(model), state: stateOf(model.variables) };
  const { shape } = model.card.input;
  const n = Math.min(PICTURES, model.test.n);
  const images = imagesOf(model.test, 0, n);
  let parity: Parity | undefined;
  await makeFolder(resolve(path), async (folder) => {
    await format.write(folder, source);
    const [network, written] = [
      tensorflowClassifier(source.graph, source.state, shape),
      await format.open(folder, source),
    ];
    parity = compare(await network.classify(images), await written.classify(images), n);
    await Promise.all([network.close(), written.close()]);
    if (!holds(parity, TOLERANCE))
      throw new UserError(
        `${path} was not written: read back, it differs from the network by ${parity.maxProbabilityDifference.toExponential(2)} in a probability (allowed: ${TOLERANCE.toExponential(0)}), with ${changesInWords(parity)} of ${n} test pictures. This is a bug in export/to/.`,
      );
    writeFileSync(join(folder, CARD), `${canonicalJson(model.card)}\n`);
  });
  if (parity === undefined) throw new Error('nothing was compared');
  return parity;
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
