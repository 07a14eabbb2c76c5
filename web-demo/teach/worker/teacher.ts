// What the worker knows: the network whose features are used, the examples' features, and the head that was trained last.
import { type Card, readCard } from '../../../models/card.ts';
import { CARD_CHANGED, proofOf } from '../../../models/card-proof.ts';
import { UserError } from '../../../models/errors.ts';
import type { Picture } from '../../../models/image/picture.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { featureModel } from '../file/feature-graph.ts';
import type { RunFile } from '../file/finish.ts';
import { type Base, type Learned, makeFile, type Naming } from '../file/make.ts';
import { answersOf } from '../head/regression.ts';
import { teach } from '../head/teach.ts';
import { seenAs } from './input.ts';
import type { Labeled, Trained } from './protocol.ts';
import { type Runtime, runOnce, type Session } from './runtime.ts';

export interface Teacher {
  /** Opens the model whose features are used; all examples are forgotten. @throws UserError for one that cannot be used. */
  open(file: Uint8Array, sha256: string): Promise<Card>;
  /** Looks at an example. */
  add(id: number, picture: Picture): Promise<void>;
  /** Trains on examples that were added; others are forgotten. */
  train(examples: readonly Labeled[], classes: number): Trained;
  /** Probabilities `[classes]` by the head that was trained last, and what the model sees. */
  answer(picture: Picture): Promise<{ probabilities: Float32Array; input: Uint8Array }>;
  /** Makes the model file of the head that was trained last. */
  make(naming: Naming): Promise<{ file: Uint8Array; card: Card }>;
}

/** Which examples are held out does not change from one training to the next. */
const SEED = 1;

interface Seen {
  readonly input: Uint8Array;
  readonly features: Float32Array;
}

export function createTeacher(runtime: Runtime): Teacher {
  let base: { readonly base: Base; readonly session: Session } | undefined;
  let seen = new Map<number, Seen>();
  let learned: Learned | undefined;

  async function look(picture: Picture): Promise<Seen> {
    if (base === undefined) throw new UserError('No model is open whose features could be used.');
    const { card } = base.base;
    const input = seenAs(picture, card);
    const [features] = await base.session.run([input]);
    if (features === undefined) throw new Error('the model gave no features');
    return { input, features };
  }

  return {
    async open(file, sha256) {
      const card = readCard(file);
      if (proofOf(card) === 'changed') throw new UserError(CARD_CHANGED);
      const features = featureModel(decodeModel(file), card.input.name);
      const session = await runtime.open(encodeModel(features.model), card, features.output);
      await base?.session.close();
      base = { base: { features, card, sha256 }, session };
      seen = new Map();
      learned = undefined;
      return card;
    },
    async add(id, picture) {
      seen.set(id, await look(picture));
    },
    train(examples, classes) {
      const start = performance.now();
      const known = examples.map(({ id }) => {
        const example = seen.get(id);
        if (example === undefined) throw new Error(`example ${id} was not added`);
        return example;
      });
      seen = new Map(
        examples.map(({ id }, i) => [
          id,
          known[i] ?? { input: new Uint8Array(), features: new Float32Array() },
        ]),
      );
      const width = known[0]?.features.length ?? 0;
      const features = new Float32Array(known.length * width);
      for (const [i, each] of known.entries()) features.set(each.features, i * width);
      const lesson = {
        ...{ features, classes, seed: SEED, labels: examples.map(({ label }) => label) },
        origins: examples.map(({ label, recording }) => ({ label, recording })),
      };
      const taught = teach(lesson);
      learned = { lesson, taught, inputs: known.map(({ input }) => input) };
      return {
        ...{ examples: examples.length, judgment: taught.judgment },
        doubts: taught.doubts.map((doubt) => ({ ...doubt, index: examples[doubt.index]?.id ?? 0 })),
        milliseconds: performance.now() - start,
      };
    },
    async answer(picture) {
      const { input, features } = await look(picture);
      if (learned === undefined) throw new UserError('Nothing was taught yet.');
      return { probabilities: answersOf(learned.taught.head, features), input };
    },
    async make(naming) {
      if (base === undefined || learned === undefined) throw new UserError('Nothing was taught yet.');
      const run: RunFile = (file, card, inputs) => runOnce(runtime, file, card, card.output.name, inputs);
      return makeFile(naming, base.base, learned, run, runtime.name);
    },
  };
}
