// Limited-memory BFGS: finds the minimum of a smooth function of many variables.

/** Writes the gradient at `x` into `gradient`, and returns the value. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface MinimizeOptions {
  /** Ends when no component of the gradient is larger. */
  readonly gradientTolerance: number;
  readonly maxIterations: number;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  /** Largest component of the gradient there. */
  readonly gradient: number;
  readonly iterations: number;
}

/** Steps that are remembered. */
const MEMORY = 10;

/** A step must gain at least this share of what the slope promises (Armijo), and may be halved so often. */
const GAIN = 1e-4;
const HALVINGS = 40;

/**
 * Minimizes a function from `start` on; of a convex function, the result is its minimum.
 *
 * Reference: Nocedal and Wright, Numerical Optimization, second edition, algorithms 7.4 and 7.5.
 */
export function minimize(objective: Objective, start: Float64Array, options: MinimizeOptions): Minimum {
  let x = Float64Array.from(start);
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const steps: Step[] = [];
  for (let iterations = 0; ; iterations++) {
    const largest = gradient.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    if (largest <= options.gradientTolerance || iterations === options.maxIterations)
      return { x, value, gradient: largest, iterations };
    const direction = downhill(gradient, steps);
    const found = search(
      objective,
      { x, value, gradient },
      direction,
      steps.length === 0 ? 1 / norm(gradient) : 1,
    );
    // Rounding leaves nothing to gain.
    if (found === undefined) return { x, value, gradient: largest, iterations };
    const step: Step = { moved: minus(found.x, x), turned: minus(found.gradient, gradient) };
    if (dot(step.moved, step.turned) > 0) steps.push(step);
    if (steps.length > MEMORY) steps.shift();
    ({ x, value, gradient } = found);
  }
}

interface Place {
  readonly x: Float64Array<ArrayBuffer>;
  readonly value: number;
  readonly gradient: Float64Array<ArrayBuffer>;
}

/** By how much a step changed the variables and the gradient. */
interface Step {
  readonly moved: Float64Array;
  readonly turned: Float64Array;
}

/** Algorithm 7.4: minus the gradient, bent by the curvature that the remembered steps have seen. */
function downhill(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((each) => -each);
  const weights: number[] = [];
  for (let i = steps.length - 1; i >= 0; i--) {
    const { moved, turned } = at(steps, i);
    const weight = dot(moved, direction) / dot(turned, moved);
    weights[i] = weight;
    add(direction, turned, -weight);
  }
  const last = steps.at(-1);
  if (last) scale(direction, dot(last.moved, last.turned) / dot(last.turned, last.turned));
  for (const [i, { moved, turned }] of steps.entries())
    add(direction, moved, (weights[i] ?? 0) - dot(turned, direction) / dot(turned, moved));
  return direction;
}

/** Halves the step until it gains enough. */
function search(
  objective: Objective,
  from: Place,
  direction: Float64Array,
  first: number,
): Place | undefined {
  const slope = dot(from.gradient, direction);
  for (let halvings = 0, size = first; halvings < HALVINGS; halvings++, size /= 2) {
    const x = Float64Array.from(from.x);
    add(x, direction, size);
    const gradient = new Float64Array(x.length);
    const value = objective(x, gradient);
    if (value <= from.value + GAIN * size * slope && value < from.value) return { x, value, gradient };
  }
  return undefined;
}

function at(steps: readonly Step[], i: number): Step {
  const step = steps[i];
  if (step === undefined) throw new RangeError(`no step ${i}`);
  return step;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((each, i) => each - (b[i] ?? 0));
}

function add(to: Float64Array, what: Float64Array, times: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] ?? 0) + times * (what[i] ?? 0);
}

function scale(a: Float64Array, by: number): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] ?? 0) * by;
}
