// What to do where a size would have to be known: `--size` fixes those of pictures, and no others.

/** What inputs of any size are called, and how their sizes are fixed. */
export interface SizeAdvice {
  readonly inputs: 'pictures of any size' | 'inputs of any size';
  readonly wayOut: string;
}

/** Sizes of pictures, which `--size` fixes. */
export const SIDES: ReadonlySet<string> = new Set(['height', 'width']);

/** @param names - Of the sizes that vary, without the batch. */
export function sizeAdvice(names: readonly string[]): SizeAdvice {
  const others = names.filter((name) => !SIDES.has(name));
  const saved = 'save the model with a number instead of null in the shape of its input';
  if (others.length === 0)
    return { inputs: 'pictures of any size', wayOut: 'Fix height and width: `--size 224`.' };
  const these = others.join(', ');
  return others.length === names.length
    ? { inputs: 'inputs of any size', wayOut: `Fix ${these}: ${saved}.` }
    : {
        inputs: 'inputs of any size',
        wayOut: `Fix height and width with \`--size 224\`; if it is ${these}, ${saved}.`,
      };
}
