// `trainyard export hf:owner/name`: a classifier of the Hugging Face Hub in our own form, in the repository, where it is served.
import { readFileSync } from 'node:fs';
import { fetchModel } from '../../hub/fetch-model.ts';
import { findBeside } from '../../models/adopt/beside.ts';
import { adoptModel } from '../../models/adopt/index.ts';
import { readCard } from '../../models/card.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { goldenInput, goldenNames } from '../../models/golden.ts';
import { addModel } from '../../models/repository.ts';
import { InferenceSession, Tensor } from '../../setup/libraries/onnxruntime.ts';
import type { ExportChoices, HubChoice } from './choices.ts';
import { say } from './lines.ts';
import type { ExportResult } from './result.ts';

/** @throws UserError when it does not come, is no classifier of pictures, or does not run; then nothing is written. */
export async function exportFromHub(
  { address, name: asked }: HubChoice,
  { repository }: ExportChoices,
): Promise<ExportResult> {
  const fetched = await fetchModel(address, { tell: (line) => say('fetched', undefined, line) });
  const name = asked ?? fetched.name;
  const { path, source } = fetched;
  const said = findBeside(path);
  if (said === undefined)
    throw new UserError(
      `${address}: nothing says how it is used: no config.json and preprocessor_config.json are beside it.`,
    );
  const contents = Object.fromEntries(Object.entries(said).map(([kind, file]) => [kind, readFileSync(file)]));
  try {
    const bytes = adoptModel(name, readFileSync(path), contents, path, source);
    await tryOut(bytes);
    const { version, path: written } = await addModel(repository, name, bytes);
    say('written', undefined, `${name} version ${version}: ${written}`);
    return { kind: 'adopted', name, version, path: written, source };
  } catch (error) {
    throw error instanceof UserError
      ? new UserError(`${address}: ${error.message}`, { cause: error })
      : error;
  }
}

/** @throws UserError when onnxruntime cannot answer a picture by it. */
async function tryOut(bytes: Uint8Array): Promise<void> {
  const { input, output, labels } = readCard(bytes);
  const picture = goldenInput(goldenNames[0], input.shape);
  try {
    const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
    const feeds = { [input.name]: new Tensor('uint8', picture, [1, ...input.shape]) };
    const values = (await session.run(feeds))[output.name]?.data;
    await session.release();
    if (!(values instanceof Float32Array) || values.length !== labels.length || values.some((p) => !(p >= 0)))
      throw new Error(`it answers ${values?.length} numbers, expected ${labels.length} probabilities`);
  } catch (error) {
    throw new UserError(`it cannot be used: ${messageOf(error)}`, { cause: error });
  }
}
