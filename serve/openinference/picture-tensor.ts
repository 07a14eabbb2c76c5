// From the input tensor of an inference request to pictures, one for each row of the batch.

import type { ServedModel } from '../engine/models.ts';
import type { RawPicture } from '../engine/picture-states.ts';
import { Refusal } from '../refusal.ts';
import { type InputTensor, readBytesOf, readStringsOf } from './request.ts';

/**
 * The pictures of a request. The model's input comes as `UINT8 [N,H,W,C]`, which is used as it is, or as
 * `BYTES [N]` or `[N,1]`, each an encoded picture, which is decoded and prepared by the model's rule.
 *
 * @param most - rows at most.
 * @returns for each row its picture, or why it is none.
 * @throws Refusal 400 when the tensor is not what the model takes.
 */
export function picturesOfTensor(
  inputs: readonly InputTensor[],
  { name, card }: ServedModel,
  most: number,
): (RawPicture | Refusal)[] {
  const [input, ...others] = inputs;
  const expected = card.input;
  if (input === undefined || others.length > 0) {
    throw new Refusal(400, `received ${inputs.length} inputs, expected 1 for model "${name}"`);
  }
  if (input.name !== expected.name) {
    throw new Refusal(
      400,
      `unexpected inference input "${input.name}" for model "${name}", expected "${expected.name}"`,
    );
  }
  const { datatype, shape } = input;
  const [rows = 0] = shape;
  const takes = `[N,${expected.shape}] of UINT8, or [N] of BYTES with encoded pictures`;
  if (datatype === 'BYTES') {
    if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) throw wrongTensor();
    checkRows();
    return readStringsOf(input).map((bytes) =>
      bytes instanceof Refusal ? bytes : { kind: 'encoded', bytes },
    );
  }
  if (datatype !== 'UINT8' || String(shape.slice(1)) !== String(expected.shape)) throw wrongTensor();
  checkRows();
  return readBytesOf(input).map((data) => (data instanceof Refusal ? data : { kind: 'input', data }));

  function checkRows(): void {
    if (rows >= 1 && rows <= most) return;
    throw new Refusal(400, `input "${input?.name}": received ${rows} rows, expected 1 to ${most}`);
  }
  function wrongTensor(): Refusal {
    return new Refusal(
      400,
      `unexpected shape or datatype for input "${input?.name}" of model "${name}": received ${datatype} [${shape}], expected ${takes}`,
    );
  }
}
