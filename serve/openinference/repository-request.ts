// What requests about the repository say, by the model repository extension of the Open Inference Protocol.
// Reference: Triton, docs/protocol/extension_model_repository.md.
import { parseJson, SPARE } from '../forms/parse-json.ts';
import { Refusal } from '../refusal.ts';

/** Bytes of such a request at most: it is a few words. */
export const MOST_BYTES = 64 * 1024;

const BOUNDS = { arrays: SPARE, values: SPARE, texts: SPARE };

/**
 * The parameters of a request to load or unload a model, or what else its body says; an empty body says nothing.
 *
 * @throws Refusal 400 when it is no JSON object.
 */
export function readRepositoryRequest(body: Uint8Array): Record<string, unknown> {
  if (body.length === 0) return {};
  const value = parseJson(body, BOUNDS, 'a request about the repository is a few words');
  if (isRecord(value)) return value;
  throw new Refusal(400, 'the body: expected a JSON object such as {}');
}

/**
 * Triton's clients may send a configuration, or the model's files, with a request to load it.
 *
 * @throws Refusal 400 when they do: models are loaded from their folders, as they are there.
 */
export function refuseOverrides(parameters: unknown): void {
  const names = isRecord(parameters) ? Object.keys(parameters) : [];
  const override = names.find((name) => name === 'config' || name.startsWith('file:'));
  if (override === undefined) return;
  throw new Refusal(
    400,
    `parameters.${override}: a model is loaded from its folder in the repository, with what is there; POST /models/:model/versions takes model files`,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
