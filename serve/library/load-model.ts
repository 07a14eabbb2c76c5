// `loadModel`: opens a model file in worker threads of this process.
import { basename, resolve } from 'node:path';
import { isHubAddress } from '../../hub/address.ts';
import { HubError } from '../../hub/error.ts';
import { checkTask, otherTask } from '../../models/answer.ts';
import { checkCount, orAborted } from '../../models/call-options.ts';
import { checkOptions, type EveryOption } from '../../models/known-options.ts';
import { ModelError, type ModelErrorReason } from '../../models/model-error.ts';
import { systemCode } from '../../models/system-reason.ts';
import { noOnnxRuntime, requireOnnxRuntime } from '../../setup/libraries/find-onnxruntime.mjs';
import { openEngine } from '../engine/index.ts';
import type { ServedModel } from '../engine/models.ts';
import { readHubModel } from '../engine/read-hub-model.ts';
import { readModelBytes, readServedModel } from '../engine/read-model.ts';
import { reasonOf } from '../engine/read-models.ts';
import { type Device, parseDevice } from '../sessions/device.ts';
import { limitsWith } from '../settings/limits.ts';
import { createKeepAlive } from './keep-alive.ts';
import { createModel } from './model.ts';
import { placeOf, readBytes, sizeOf, Unreadable } from './read-source.ts';
import type { AnswerTask, LoadOptions, Model, ModelSource } from './types.ts';

const OPTIONS: EveryOption<LoadOptions> = {
  task: true,
  name: true,
  sha256: true,
  device: true,
  threads: true,
  workers: true,
  limits: true,
  log: true,
  signal: true,
};

/**
 * Opens a model file that `trainyard export` wrote, or a model from elsewhere with a card.json beside it, or the
 * config.json and preprocessor_config.json of the Hugging Face Hub. It runs in worker threads, which do not keep the
 * process from ending.
 *
 * @example
 * const model = await loadModel('model.onnx');
 * const { label, probability } = await model.classify('cat.jpg');
 *
 * @param source - a path, an address, the file itself, or a model of the Hub: `hf:owner/name[@revision][/file]`.
 * @throws ModelError: `reason` says whether the file did not come (`fetch`), is no such model, has another task or does not give
 * the answers that its card expects (`model`), or cannot be run here (`runtime`); UserError for an option that there is not.
 */
export function loadModel(source: ModelSource, options?: LoadOptions): Promise<Model>;
export function loadModel(source: ModelSource, options: LoadOptions<'multi'>): Promise<Model<'multi'>>;
export function loadModel(
  source: ModelSource,
  options: LoadOptions<'regression'>,
): Promise<Model<'regression'>>;
export function loadModel(source: ModelSource, options: LoadOptions<AnswerTask>): Promise<Model<'any'>>;
export async function loadModel(
  source: ModelSource,
  options: LoadOptions<AnswerTask> = {},
): Promise<Model<'any'>> {
  checkOptions('loadModel', options, OPTIONS);
  const { signal, name, limits, threads, workers, log = () => {} } = options;
  signal?.throwIfAborted();
  const device = deviceOf(options.device);
  for (const [option, value] of Object.entries({ threads, workers })) checkCount(option, value);
  if (requireOnnxRuntime() === undefined) throw new ModelError('runtime', noOnnxRuntime());
  const read = await readModel(source, signal);
  checkDigest(read, options.sha256);
  const other = otherTask(read.card, checkTask(options.task));
  if (other !== undefined) throw new ModelError('model', `${read.name || read.card.name}: ${other}`);
  const served = { ...read, name: name ?? read.card.name };
  const engine = openEngine({
    repository: [served],
    limits: limitsWith(limits),
    threads,
    workers,
    device,
    background: true,
    log,
  });
  try {
    await createKeepAlive()(() => orAborted(engine.load(), signal));
  } catch (error) {
    await engine.close();
    signal?.throwIfAborted();
    throw inWords(error, device === 'cpu' ? 'model' : 'runtime');
  }
  return createModel(engine, served);
}

function deviceOf(device: string = 'cpu'): Device {
  try {
    return parseDevice(device);
  } catch {
    throw new TypeError(
      `device: received "${device}", expected auto, cpu, cuda, or cuda: with the number of a GPU`,
    );
  }
}

/** A file is opened by its path, with the files beside it that it names; all else by its bytes. */
async function readModel(source: ModelSource, signal: AbortSignal | undefined): Promise<ServedModel> {
  if (isString(source) && isHubAddress(String(source))) return fromHub(String(source), signal);
  const place = isString(source) ? placeOf(source) : undefined;
  try {
    if (place !== undefined && 'path' in place) {
      await sizeOf(place.path).catch((error: unknown) => {
        if (error instanceof Unreadable) throw error; // of all else the reader speaks
      });
      const name = basename(place.path, '.onnx');
      return await readServedModel({ name, version: 1, path: resolve(place.path) });
    }
    const contents = await readBytes(source, 'a model file', undefined, signal);
    return { ...(await readModelBytes(contents)), name: '', version: 1, path: '', written: 0, contents };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Unreadable) throw new ModelError('fetch', error.message, { cause: error });
    const where = place === undefined ? 'the model' : 'path' in place ? place.path : place.url;
    throw inWords(error, systemCode(error) === undefined ? 'model' : 'fetch', where);
  }
}

function isString(source: ModelSource): source is string | URL {
  return typeof source === 'string' || source instanceof URL;
}

/** A model of the Hugging Face Hub, from the cache where it is there. */
async function fromHub(address: string, signal: AbortSignal | undefined): Promise<ServedModel> {
  try {
    return await readHubModel(address, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof HubError) throw new ModelError('fetch', error.message, { cause: error });
    throw inWords(error, systemCode(error) === undefined ? 'model' : 'fetch', address);
  }
}

function checkDigest({ sha256 }: ServedModel, wanted: string | undefined): void {
  if (wanted === undefined || wanted.toLowerCase() === sha256) return;
  throw new ModelError('model', `received a file with the SHA-256 ${sha256}, expected ${wanted}`);
}

/** What is wrong with a model as a ModelError; a bug stays as it is. */
function inWords(error: unknown, reason: ModelErrorReason, where?: string): unknown {
  const words = reasonOf(error);
  if (words === undefined) return error;
  return new ModelError(reason, where === undefined ? words : `${where}: ${words}`, { cause: error });
}
