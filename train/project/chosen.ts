// What a recipe file names of its own: the name and the options, as they stand in a recipe, and the definition behind them.
import type { ArchitectureDefinition } from '../architectures/index.ts';
import type { TransformDefinition } from '../augment/transforms.ts';
import type { OptimizerDefinition } from '../optimizers/index.ts';
import type { ScheduleDefinition } from '../optimizers/schedules/index.ts';

/** The definitions that something of a user's own can have, by what it is one of. */
export interface Definitions {
  readonly architecture: ArchitectureDefinition;
  readonly optimizer: OptimizerDefinition;
  readonly schedule: ScheduleDefinition;
  readonly transform: TransformDefinition;
}

/** What one of a family is. */
export type Kind = keyof Definitions;

/** Under this key lies the definition: JSON leaves it out, and so does whoever lists the fields. */
const DEFINITION = Symbol.for('trainyard/definition');

/** A name with options, `{ name: 'tiny', width: 16 }`, of a user's own definition. */
export interface Chosen<K extends Kind = Kind> {
  readonly name: string;
  readonly [DEFINITION]: { readonly kind: K; readonly definition: Definitions[K] };
}

/** Puts a definition behind a name with options. */
export function chosen<K extends Kind>(
  kind: K,
  definition: Definitions[K],
  options: Readonly<Record<string, unknown>>,
): Chosen<K> {
  return { ...options, name: definition.name, [DEFINITION]: { kind, definition } };
}

/** The definition behind `value`, where it is a {@link Chosen} of this kind. */
export function definitionBehind<K extends Kind>(kind: K, value: unknown): Definitions[K] | undefined {
  const behind = isChosen(value) ? value[DEFINITION] : undefined;
  return behind !== undefined && isOf(kind, behind) ? behind.definition : undefined;
}

/** Which kind `value` is one of, where it is of a user's own. */
export function kindOf(value: unknown): Kind | undefined {
  return isChosen(value) ? value[DEFINITION].kind : undefined;
}

function isChosen(value: unknown): value is Chosen {
  return typeof value === 'object' && value !== null && DEFINITION in value;
}

function isOf<K extends Kind>(
  kind: K,
  behind: { readonly kind: Kind; readonly definition: unknown },
): behind is { readonly kind: K; readonly definition: Definitions[K] } {
  return behind.kind === kind;
}
