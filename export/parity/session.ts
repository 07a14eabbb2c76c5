// Sessions of onnxruntime: of a file, of its bytes, or of a model in memory, however large.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { weightBytes } from '../../models/onnx/facts.ts';
import { encodeModel, type ModelProto } from '../../models/onnx/schema.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { LARGEST_FILE, writeModel } from '../files/write-model.ts';

/** A model file's path, which may have weights in a file beside it; its bytes; or the model itself. */
export type ModelSource = string | Uint8Array | ModelProto;

/**
 * Threads that wait for their part of a layer sleep. As onnxruntime has it otherwise they spin: a sixth of the processor time of
 * a batch, which they take from TensorFlow's threads and from other programs.
 * Reference: `session.intra_op.allow_spinning` of onnxruntime_session_options_config_keys.h
 */
const SLEEPING = { session: { intra_op: { allow_spinning: '0' } } };

/**
 * Loads a model on the CPU. One in memory whose weights have more than `largest` bytes is loaded from a temporary
 * folder: onnxruntime takes no longer message.
 */
export async function createInferenceSession(
  source: ModelSource,
  given: ort.InferenceSession.SessionOptions = {},
  largest = LARGEST_FILE,
): Promise<ort.InferenceSession> {
  const options = { extra: SLEEPING, ...given };
  if (typeof source === 'string') return ort.InferenceSession.create(source, options);
  if (source instanceof Uint8Array) return ort.InferenceSession.create(source, options);
  if (weightBytes(source) <= largest) return ort.InferenceSession.create(encodeModel(source), options);
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-large-'));
  try {
    const path = join(folder, 'model.onnx');
    await writeModel(path, source, undefined, largest);
    return await ort.InferenceSession.create(path, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
