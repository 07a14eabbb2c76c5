// A teacher: a model file, ours or from elsewhere, whose probabilities of pictures are learned.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isHubAddress } from '../../hub/address.ts';
import { fetchModel } from '../../hub/fetch-model.ts';
import { findBeside } from '../../models/adopt/beside.ts';
import { adoptModel } from '../../models/adopt/index.ts';
import { type Card, cardKey, readCard } from '../../models/card.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { readOnnxFile } from '../../models/onnx/read-file.ts';
import type { Progress } from '../progress.ts';
import { type AskedDistill, type Distill, USUAL_DISTILL } from './schema.ts';

/** A model file that answers. */
export interface Teacher {
  readonly card: Card;
  /**
   * @param images - uint8 `[N,H,W,C]`, as its card says.
   * @returns Probabilities, float32 `[N,labels]`.
   */
  answer(images: Uint8Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** The recipe's field for the teacher that is asked for, which is fetched first where it is on the Hugging Face Hub. */
export async function chooseTeacher(
  { teacher, temperature, weight }: AskedDistill,
  { say, signal }: Progress = {},
): Promise<Distill> {
  const { path, source } = isHubAddress(teacher)
    ? await fetchModel(teacher, { tell: say, signal })
    : { path: teacher };
  return {
    ...{ path, ...(source !== undefined && { source }), sha256: readTeacher(path).sha256 },
    temperature: temperature ?? USUAL_DISTILL.temperature,
    weight: weight ?? USUAL_DISTILL.weight,
  };
}

/**
 * Opens the teacher of a recipe; one of the Hugging Face Hub is fetched again where it is not here any more.
 * @throws UserError when the file is gone or another one than when the recipe was made, or onnxruntime cannot run it
 */
export async function openTeacher(
  { path: before, source, sha256 }: Distill,
  { say, signal }: Progress = {},
): Promise<Teacher> {
  const path =
    source === undefined || existsSync(before)
      ? before
      : (await fetchModel(source, { tell: say, signal })).path;
  if (!existsSync(path))
    throw new UserError(
      `The teacher ${path} is not there any more: bring it back, name it by --distill, or leave it out by --distill off.`,
    );
  const { card, model, sha256: now } = readTeacher(path);
  if (now !== sha256)
    throw new UserError(
      `${path} is not the teacher with which this training began: its SHA-256 is ${now.slice(0, 12)}..., expected ${sha256.slice(0, 12)}... Bring the old file back, or start over with --fresh.`,
    );
  const { Tensor, InferenceSession } = await import('../../setup/libraries/onnxruntime.ts');
  const options = { logSeverityLevel: 3 } as const;
  const session = await (typeof model === 'string'
    ? InferenceSession.create(model, options)
    : InferenceSession.create(model, options)
  ).catch((error: unknown) => {
    throw new UserError(`onnxruntime cannot run the teacher ${path}: ${messageOf(error)}`);
  });
  const { input, output } = card;
  const size = input.shape[0] * input.shape[1] * input.shape[2];
  return {
    card,
    async answer(images) {
      // A copy: onnxruntime takes no shared memory, in which data sets are.
      const image = new Tensor('uint8', new Uint8Array(images), [images.length / size, ...input.shape]);
      const values = (await session.run({ [input.name]: image }))[output.name]?.data;
      if (values instanceof Float32Array) return values;
      throw new UserError(`The teacher ${path} gave no float32 output ${output.name}.`);
    },
    close: () => session.release(),
  };
}

/** A file with its card, in our own form. @throws UserError when it has none and nothing beside it says what it answers */
function readTeacher(path: string): { card: Card; model: string | Uint8Array; sha256: string } {
  const { bytes, model, outside } = readOnnxFile(path);
  const hash = createHash('sha256').update(bytes);
  for (const weights of outside) hash.update(weights);
  try {
    if (model.metadata_props.some(({ key }) => key === cardKey))
      return {
        card: readCard(bytes),
        model: outside.length === 0 ? bytes : path,
        sha256: hash.digest('hex'),
      };
    const beside = findBeside(path);
    if (beside === undefined)
      throw new UserError(
        'it has no card, and no card.json or config.json is beside it, so nothing says what its classes are.',
      );
    const said = Object.entries(beside).map(([kind, file]) => [kind, readFileSync(file)] as const);
    // What is said beside it is part of what it answers.
    for (const [, text] of said) hash.update(text);
    const own = adoptModel(basename(path, '.onnx'), bytes, Object.fromEntries(said), path);
    return { card: readCard(own), model: own, sha256: hash.digest('hex') };
  } catch (error) {
    if (error instanceof UserError)
      throw new UserError(`The teacher ${path}: ${error.message}`, { cause: error });
    throw error;
  }
}
