// A model opened for pictures of which the embedding is wanted, too: its graph with that output added. It is a session of its
// own, so that all other pictures cost what they did: onnxruntime computes every output of a graph, whichever is asked for.
import { readFile } from 'node:fs/promises';
import type { Card } from '../../models/card.ts';
import { withEmbedding } from '../../models/onnx/embedding.ts';
import { externalLocations } from '../../models/onnx/external-locations.ts';
import { complete } from '../../models/onnx/read-file.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { type ModelSession, type ModelSource, openModelSession, type SessionOptions } from './session.ts';

/**
 * @throws NoEmbedding for a network without a layer whose features could be taken; UserError as `openModelSession` does.
 */
export async function openEmbeddingSession(
  file: ModelSource,
  card: Card,
  options: SessionOptions,
): Promise<ModelSession> {
  const read = decodeModel(typeof file === 'string' ? await readFile(file) : file);
  // Files beside the model are found from its path alone, which these bytes do not have.
  const whole =
    typeof file === 'string' && externalLocations(read).length > 0 ? complete(read, file).model : read;
  const { model, output } = withEmbedding(whole, card.input.name);
  return openModelSession(encodeModel(model), card, options, output);
}
