// What a model must answer before it is served: what its card expects, or, where it has no expected answers, probabilities.
import { describe, expect, it } from 'vitest';
import type { Card, CardOf } from '../../../models/card.ts';
import { withDigest } from '../../../models/card-proof.ts';
import { type GoldenName, goldenInput, goldenNames } from '../../../models/golden.ts';
import { type Checked, checkAnswers } from '../../../serve/sessions/check-answers.ts';
import { tinyModel } from '../tiny-model.ts';

const SHAPE = [2, 3, 1] as const;
const LABELS = ['a', 'b', 'c'];
const { card: tiny } = await tinyModel({
  labels: LABELS,
  input: { shape: [2, 3, 1], prepare: { rule: 'resize', filter: 'bilinear', crop: 'stretch' } },
});

/** A card with these expected answers; from elsewhere, with `values` and without expected answers. */
const ours = (golden: CardOf<'single'>['golden']): Card => ({ ...tiny, golden });
const elsewhere = (values: 'distribution' | 'independent', labels = LABELS): Card => ({
  ...tiny,
  labels: [...labels],
  golden: [],
  output: { name: 'probabilities', values },
});

const answersOf = (each: Record<GoldenName, number[]> | number[]) => (name: GoldenName) =>
  Array.isArray(each) ? each : each[name];

/** A model that answers so to each built-in picture alone; `together` is what it gives of several. */
function model(
  answers: (name: GoldenName) => number[],
  together: (alone: number[][]) => number[] = (alone) => alone.flat(),
) {
  const runs: { n: number; names: string[]; quiet: boolean }[] = [];
  const run = async (inputs: Uint8Array, n: number, quiet = false): Promise<Float32Array> => {
    const size = inputs.length / n;
    const names = Array.from({ length: n }, (_, i) => nameOf(inputs.subarray(i * size, (i + 1) * size)));
    runs.push({ n, names, quiet });
    const alone = names.map((name) => answers(name));
    return Float32Array.from(n === 1 ? alone.flat() : together(alone));
  };
  return { run, runs };
}

function nameOf(input: Uint8Array): GoldenName {
  const name = goldenNames.find((each) => Buffer.from(goldenInput(each, SHAPE)).equals(input));
  if (!name) throw new Error(`no built-in picture: ${input}`);
  return name;
}

const check = (
  card: Card,
  answer: number[] | Record<GoldenName, number[]>,
  largest?: number,
): Promise<Checked> => checkAnswers(card, model(answersOf(answer)).run, largest);

describe('a model with expected answers', () => {
  const card = ours([{ input: 'ramp', probabilities: [0.5, 0.25, 0.25] }]);

  it('is trusted where it differs by a ten-thousandth at most', async () => {
    await expect(check(card, [0.50005, 0.25, 0.24995])).resolves.toEqual({
      largest: undefined,
      doubt: undefined,
    });
    await expect(check(card, [0.5, 0.25, 0.25], 4)).resolves.toEqual({ largest: 4, doubt: undefined });
  });

  it('is trusted at the limit itself', async () => {
    const tiny = ours([{ input: 'zeros', probabilities: [0.0001, 0, 1] }]);
    await expect(check(tiny, [0, 0, 1])).resolves.toBeDefined();
  });

  it.each([[[0.50015, 0.25, 0.24985]], [[0.25, 0.5, 0.25]]])(
    'is refused where it answers %j',
    async (answer) => {
      await expect(check(card, answer)).rejects.toThrow(
        /^for the built-in picture "ramp" it differs from its card by /,
      );
    },
  );

  it('is refused by each of them, not the first alone', async () => {
    const both = ours([
      { input: 'zeros', probabilities: [0.5, 0.25, 0.25] },
      { input: 'noise', probabilities: [0.25, 0.5, 0.25] },
    ]);
    await expect(check(both, [0.5, 0.25, 0.25])).rejects.toThrow(
      /"noise" it differs .* by 2\.5e-1, more than 0\.0001/,
    );
  });

  it('is asked for these alone; without any, for one, since the first run is slow', async () => {
    const { run, runs } = model(answersOf([0.5, 0.25, 0.25]));
    await checkAnswers(card, run, undefined);
    await checkAnswers(ours([]), run, undefined);
    expect(runs).toEqual([
      { n: 1, names: ['ramp'], quiet: false },
      { n: 1, names: ['zeros'], quiet: false },
    ]);
  });

  it('is refused where its card was changed', async () => {
    const { cardDigest } = withDigest(card);
    if (cardDigest === undefined) throw new Error('a card without a digest');
    const swapped = { ...card, cardDigest, labels: ['b', 'a', 'c'] };
    await expect(check(swapped, [0.5, 0.25, 0.25])).rejects.toThrow(/^its card is not as it was written/);
    await expect(check({ ...card, cardDigest }, [0.5, 0.25, 0.25])).resolves.toBeDefined();
  });
});

describe('probabilities', () => {
  it.each([
    [[1.0009, -0.0009, 0], true],
    [[1.0011, 0, 0], false],
    [[1, -0.0011, 0], false],
    [[Number.NaN, 0.5, 0.5], false],
    [[4, -2, 1], false],
  ])('are from 0 to 1, but for a thousandth: %j: %s', async (answer, good) => {
    const checked = check(elsewhere('independent'), answer);
    await (good
      ? expect(checked).resolves.toBeDefined()
      : expect(checked).rejects.toThrow(/its probabilities are from .*, expected 0 to 1/));
    const card = check(ours([]), answer);
    await (good
      ? expect(card).resolves.toBeDefined()
      : expect(card).rejects.toThrow(/^for the built-in picture "zeros" its .* expected 0 to 1$/));
  });

  it('that are numbers beyond may be logits, which is said of a model from elsewhere alone', async () => {
    await expect(check(elsewhere('independent'), [4, -2, 1])).rejects.toThrow(
      /from -2 to 4, expected 0 to 1\. Are they logits\?/,
    );
    await expect(check(elsewhere('independent'), [Number.NaN, 0, 1])).rejects.toThrow(
      /from NaN to NaN, expected 0 to 1$/,
    );
  });

  it.each([
    [[0.5, 0.3, 0.249], true],
    [[0.5, 0.3, 0.151], true],
    [[0.5, 0.3, 0.251], false],
    [[0.5, 0.3, 0.149], false],
  ])('of a distribution sum to 1, but for a twentieth: %j: %s', async (answer, good) => {
    const checked = check(elsewhere('distribution'), answer);
    await (good
      ? expect(checked).resolves.toBeDefined()
      : expect(checked).rejects.toThrow(/its probabilities sum to .*, expected 1/));
    await expect(check(elsewhere('independent'), answer)).resolves.toBeDefined();
  });

  it('are looked at for every built-in picture', async () => {
    for (const name of goldenNames) {
      const each = {
        zeros: [0, 0, 1],
        ramp: [0, 0, 1],
        checker: [0, 0, 1],
        noise: [0, 0, 1],
        [name]: [0, 0, 3],
      };
      await expect(check(elsewhere('distribution'), each)).rejects.toThrow(
        `"${name}" its probabilities are from 0 to 3`,
      );
    }
  });
});

describe('a model from elsewhere', () => {
  const each = { zeros: [1, 0, 0], ramp: [0.5, 0.5, 0], checker: [0, 1, 0], noise: [0, 0.25, 0.75] };
  const card = elsewhere('distribution');
  const together = async (answer: (alone: number[][]) => number[]) => {
    const { run, runs } = model(answersOf(each), answer);
    return { checked: await checkAnswers(card, run, undefined), runs };
  };

  it('takes any number of pictures if it gives two together what it gives each, but for a hundredth', async () => {
    const { checked, runs } = await together((alone) => alone.flat().map((value) => value + 0.009));
    expect(checked.largest).toBeUndefined();
    expect(runs.at(-1)).toEqual({ n: 2, names: ['ramp', 'noise'], quiet: true });
    expect(runs).toHaveLength(5);
  });

  it.each<[string, (alone: number[][]) => number[]]>([
    ['others', (alone) => alone.flat().map((value) => value + 0.011)],
    ['those of the other picture', (alone) => alone.toReversed().flat()],
    ['one answer', ([first = []]) => first],
  ])('takes one at a time if it gives two together %s', async (_, answer) => {
    expect((await together(answer)).checked.largest).toBe(1);
  });

  it('takes one at a time if it fails for two; but where memory is out, that is said', async () => {
    const failing = (message: string) =>
      together(() => {
        throw new Error(message);
      });
    expect((await failing('invalid dimensions')).checked.largest).toBe(1);
    for (const message of ['CUDA out of memory', 'std::bad_alloc', 'bad alloc'])
      await expect(failing(message)).rejects.toThrow(message);
  });

  it('takes the number that the file says, and is asked with so many, of which the first counts', async () => {
    const { run, runs } = model(answersOf(each));
    expect((await checkAnswers(card, run, 3)).largest).toBe(3);
    expect(runs.map(({ n }) => n)).toEqual([3, 3, 3, 3]);
    expect(runs.map(({ names }) => names)).toEqual(goldenNames.map((name) => [name, 'zeros', 'zeros']));
  });
});

describe('a softmax that seems to be applied twice', () => {
  /** The softmax of probabilities: what a second one makes of a sure answer. */
  const twice = (sure: number[]) => {
    const exponentials = sure.map(Math.exp);
    const sum = exponentials.reduce((a, b) => a + b, 0);
    return exponentials.map((value) => value / sum);
  };
  const doubts = async (card: Card, answers: Parameters<typeof check>[1]) =>
    (await check(card, answers)).doubt;

  it('is doubted, from three labels on', async () => {
    const each = {
      zeros: twice([1, 0, 0]),
      ramp: twice([0.2, 0.3, 0.5]),
      checker: twice([0, 1, 0]),
      noise: twice([0, 0, 1]),
    };
    expect(await doubts(elsewhere('distribution'), each)).toMatch(/as if a softmax were applied twice/);
    expect(await doubts(elsewhere('distribution', ['a', 'b']), twice([1, 0]))).toBeUndefined();
    expect(await doubts(elsewhere('independent'), each)).toBeUndefined();
  });

  it('is not where one answer is surer than that can be', async () => {
    const each = {
      zeros: twice([1, 0, 0]),
      ramp: twice([1, 0, 0]),
      checker: [0.6, 0.2, 0.2],
      noise: [0.8, 0.1, 0.1],
    };
    expect(await doubts(elsewhere('distribution'), each)).toBeUndefined();
    expect(await doubts(elsewhere('distribution'), [1, 0, 0])).toBeUndefined();
  });
});
