// Proof that a model file gives the answers of its network: both get inputs of every kind, and where they are further apart
// than a hundred-thousandth, rounding must account for it.
import { messageOf, UserError } from '../../models/errors.ts';
import type * as ort from '../../setup/libraries/onnxruntime.ts';
import { tf, valuesOf } from '../../train/graph/tensorflow.ts';
import type { TracedGraph } from '../trace/index.ts';
import type { Network } from '../trace/network.ts';
import { ANSWER_TOLERANCE, isDecidedByRounding, isOfItsChannel, roundingsApart } from './allowed.ts';
import { maxDifference, relative } from './compare.ts';
import { fitting } from './memory.ts';
import type { NetworkComparison } from './network-comparison.ts';
import { draw, type Kind, type Question, runsOf } from './questions.ts';
import { roundingOf } from './rounding.ts';
import { createInferenceSession, type ModelSource } from './session.ts';

/**
 * How many times further two programs may be apart than rounding moved the answers in a few replays. Over the networks of
 * docs/zoo.md the largest ratio is 3.9 on the inputs of the export, and 6.2 on those of the bench.
 */
const ROUNDINGS = 8;

export interface ComparisonOptions {
  /** If given, all that decides: relative to 1 or to the value, whichever is larger. */
  readonly tolerance?: number | undefined;
  /** Bytes of all tensors of a run; it is made smaller until it takes no more. */
  readonly mostBytes?: number;
}

/** Answers of all outputs in one run, of which one is furthest apart. */
interface Compared {
  readonly output: string;
  readonly kinds: readonly Kind[];
  readonly difference: number;
  readonly roundings: number;
  readonly holds: boolean;
  /** It holds, and says nothing: rounding alone decides the answers. */
  readonly isOpen?: boolean;
}

/**
 * Runs the network and the file on the same inputs; those that the network itself cannot answer are left out.
 * @param graph - The record of the network: how its tensors grow with its inputs.
 * @throws Error when the network answers none of them, or the file fails where the network answers.
 */
export async function compareNetwork(
  network: Network,
  model: ModelSource,
  graph: TracedGraph,
  { tolerance, mostBytes }: ComparisonOptions = {},
): Promise<NetworkComparison> {
  const session = await createInferenceSession(model);
  try {
    const compared: Compared[][] = [];
    const sizes = new Set<string>();
    const failures: unknown[] = [];
    for (const [index, run] of fitting(runsOf(network.inputs), graph, mostBytes).entries()) {
      const question = draw(network.inputs, run, index);
      try {
        const expected = answersOf(network, question, failures);
        if (expected === undefined) continue;
        compared.push(await compareOne(network, session, question, expected, tolerance));
        if (question.size !== '') sizes.add(question.size);
      } finally {
        tf.dispose(question.inputs.map(({ tensor }) => tensor));
      }
    }
    if (compared.length === 0) throw failures[0];
    const worst = compared.flatMap(withoutOpen(compared)).reduce(worse);
    return {
      runs: compared.length,
      sizes: [...sizes],
      largestDifference: worst.difference,
      output: worst.output,
      inputs: worst.kinds.join(', '),
      roundings: Math.max(...compared.flat().map(({ roundings }) => roundings)),
      holds: worst.holds,
    };
  } finally {
    await session.release();
  }
}

/** An output that no run has decided is not proved. */
function withoutOpen(compared: readonly (readonly Compared[])[]) {
  return (run: readonly Compared[]): Compared[] =>
    run.map((each, i) =>
      each.isOpen && compared.every((other) => other[i]?.isOpen) ? { ...each, holds: false } : each,
    );
}

function worse(a: Compared, b: Compared): Compared {
  if (a.holds !== b.holds) return a.holds ? b : a;
  return b.difference > a.difference ? b : a;
}

function answersOf(
  network: Network,
  { inputs }: Question,
  failures: unknown[],
): ArrayLike<number>[] | undefined {
  const answers: ArrayLike<number>[] = [];
  try {
    tf.tidy(() => {
      for (const tensor of network.run(inputs.map((input) => input.tensor))) answers.push(valuesOf(tensor));
    });
    return answers;
  } catch (error) {
    failures.push(error);
    return undefined;
  }
}

async function compareOne(
  network: Network,
  session: ort.InferenceSession,
  { kinds, inputs }: Question,
  expected: readonly ArrayLike<number>[],
  tolerance: number | undefined,
): Promise<Compared[]> {
  const results = await run(session, network, inputs, kinds);
  const pairs = results.map((result, i) => ({ ...result, expected: expected[i] ?? [] }));
  const decided = pairs.map((pair): Compared => {
    const { output } = pair;
    const difference = maxDifference(pair.expected, pair.got, relative);
    const holds =
      difference <= (tolerance ?? ANSWER_TOLERANCE) || (tolerance === undefined && isOfItsChannel(pair));
    return { output, kinds, difference, roundings: 0, holds };
  });
  if (tolerance !== undefined || decided.every(({ holds }) => holds)) return decided;
  const spreads = roundingOf(network, inputs, expected);
  return pairs.map(({ output, expected: before, got }, i): Compared => {
    const spread = spreads?.[i];
    const apart = roundingsApart(before, got, spread);
    const isOpen = Number.isFinite(apart) && isDecidedByRounding(before, spread);
    const roundings = isOpen ? 1 : apart;
    // Where rounding makes a number of infinity, or none, the distance between the two says nothing.
    const known = Array.from(got, (value, k) =>
      spread?.[k] === Number.POSITIVE_INFINITY ? Number(before[k]) : value,
    );
    const difference = maxDifference(before, known, relative);
    return { output, kinds, difference, roundings, isOpen, holds: roundings <= ROUNDINGS };
  });
}

/** What a file gave for one output. */
interface Result {
  readonly output: string;
  readonly got: ArrayLike<number>;
  /** Places of the last axis. */
  readonly channels: number;
}

async function run(
  session: ort.InferenceSession,
  { name, outputs }: Network,
  inputs: Question['inputs'],
  kinds: readonly Kind[],
): Promise<Result[]> {
  try {
    const got = await session.run(Object.fromEntries(inputs.map((input) => [input.name, input.ort])));
    return outputs.map((output) => ({
      output,
      got: Array.from(got[output]?.data ?? [], Number),
      channels: got[output]?.dims.at(-1) ?? 1,
    }));
  } catch (error) {
    const sizes = inputs.map((input) => `${input.name} [${input.ort.dims}]`).join(', ');
    throw new UserError(
      `${name} was not exported: onnxruntime fails where tfjs answers, with ${sizes} of ${kinds.join(', ')}: ${messageOf(error).split('\n')[0]}. Nothing was written; this is a bug in export/.`,
      { cause: error },
    );
  }
}
