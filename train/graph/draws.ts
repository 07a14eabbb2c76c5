// Refuses random numbers drawn in JavaScript, which a graph would freeze.
import { UserError } from '../../models/errors.ts';
import { tf } from './tensorflow.ts';

/** Functions of tfjs that draw in JavaScript, or in an op whose seed is frozen, by the names of their scopes. */
const DRAWING = new Set(
  [
    'dropout',
    'multinomial',
    'rand',
    'randomGamma',
    'randomNormal',
    'randomStandardNormal',
    'randomUniform',
    'randomUniformInt',
    'truncatedNormal',
  ].map((name) => `${name}__op`),
);

/** Numbers drawn in JavaScript, which a graph would freeze. */
export class FrozenDraw extends UserError {
  override readonly name = 'FrozenDraw';

  /** @param reason - What draws; without what to do instead, which not everybody who trains can. */
  constructor(readonly reason: string) {
    super(
      `${reason} Draw by nn.dropout, or by nn.uniform(net, name, shape) (train/layers/dropout.ts), where net.training is true: from the seed that is an input of the step.`,
    );
  }
}

/**
 * Calls `fn`.
 * @throws FrozenDraw when it draws by tfjs's random functions: with a seed each call gives the same numbers, so that two
 * traces would not tell them from constants.
 */
export function withoutDraws<T>(fn: () => T): T {
  const engine = tf.engine();
  const { startScope } = engine;
  engine.startScope = (name) => {
    if (name !== undefined && DRAWING.has(name))
      throw new FrozenDraw(
        `the step calls tf.${name.replace(/__op$/, '')}, whose numbers would be frozen into the graph, also with a seed: every step would get the same.`,
      );
    startScope.call(engine, name);
  };
  try {
    return fn();
  } finally {
    engine.startScope = startScope;
  }
}
