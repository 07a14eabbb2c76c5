// Which pixels mattered: covers the input patch by patch and sees by how much the answer falls.
// Reference: Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2.
import { logOdds } from './log-odds.ts';

/** Side of a patch and distance of neighboring patches, as parts of the input's shorter side. */
const patchPart = 5;
const stepPart = 10;

/** Pictures in a run of the model: between two runs the worker answers other requests. */
const batch = 16;

export interface Occlusion {
  /** float32 `[H,W]`: the mean fall of the label's log-odds over all patches that cover a pixel. */
  readonly map: Float32Array;
  /** The patch without which the answer changes most; undefined where covering changes nothing. */
  readonly without: Covered | undefined;
}

/** A patch that is covered, and the answer without it. */
export interface Covered {
  readonly patch: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** The most probable label, by its index. */
  readonly best: number;
  readonly probability: number;
}

/**
 * Covers the input patch by patch.
 *
 * @param input - `[H,W,C]` uint8.
 * @param cover - one value for each channel, for what is covered: paper, or the mean color.
 * @param whole - the probabilities of the labels for the input, the answer to which is the most probable.
 * @param run - the same for each of some inputs.
 */
export async function occlusion(
  input: Uint8Array,
  [height, width, channels]: readonly [number, number, number],
  cover: readonly number[],
  whole: ArrayLike<number>,
  run: (inputs: readonly Uint8Array[]) => Promise<readonly ArrayLike<number>[]>,
): Promise<Occlusion> {
  const shorter = Math.min(height, width);
  const patch = Math.max(1, Math.round(shorter / patchPart));
  const step = Math.max(1, Math.round(shorter / stepPart));
  const label = bestOf(whole);
  const sums = new Float32Array(height * width);
  const counts = new Float32Array(height * width);
  let without: (Covered & { readonly odds: number }) | undefined;
  const places = placesOf(height, patch, step).flatMap((y) =>
    placesOf(width, patch, step).map((x) => ({ x, y })),
  );
  for (let start = 0; start < places.length; start += batch) {
    const some = places.slice(start, start + batch);
    const covered = some.map(({ x, y }) => covering(input, width, channels, cover, x, y, patch));
    const changed = covered.filter((picture) => picture !== undefined);
    const answers = changed.length > 0 ? await run(changed) : [];
    let next = 0;
    for (const [i, { x, y }] of some.entries()) {
      // A patch that is already covered changes nothing.
      const answer = covered[i] === undefined ? undefined : answers[next++];
      const odds = logOdds(answer ?? whole, label);
      const fall = logOdds(whole, label) - odds;
      for (let v = y; v < y + patch; v++) {
        for (let u = x; u < x + patch; u++) {
          sums[v * width + u] = (sums[v * width + u] ?? 0) + fall;
          counts[v * width + u] = (counts[v * width + u] ?? 0) + 1;
        }
      }
      if (answer === undefined) continue;
      const best = bestOf(answer);
      const one = {
        patch: { x, y, width: patch, height: patch },
        best,
        probability: answer[best] ?? 0,
        odds,
      };
      if (without === undefined || changesMore(one, without, label)) without = one;
    }
  }
  return { map: sums.map((sum, i) => sum / Math.max(1, counts[i] ?? 1)), without };
}

/** Another answer is more than the same one: of others the surest, else the one that is the least sure. */
function changesMore(
  one: Covered & { odds: number },
  than: Covered & { odds: number },
  label: number,
): boolean {
  const [flips, flipped] = [one.best !== label, than.best !== label];
  if (flips !== flipped) return flips;
  return flips ? one.probability > than.probability : one.odds < than.odds;
}

/** The index of the largest. */
export function bestOf(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < probabilities.length; i++)
    if ((probabilities[i] ?? 0) > (probabilities[best] ?? 0)) best = i;
  return best;
}

/** Where patches begin along an axis: every step, and the last one flush with the edge. */
function placesOf(side: number, patch: number, step: number): number[] {
  const last = side - patch;
  const places = Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => i * step);
  return places.at(-1) === last ? places : [...places, last];
}

/** The input with one patch covered; undefined when that changes nothing. */
function covering(
  input: Uint8Array,
  width: number,
  channels: number,
  cover: readonly number[],
  x: number,
  y: number,
  patch: number,
): Uint8Array | undefined {
  const out = input.slice();
  let changed = false;
  for (let v = y; v < y + patch; v++) {
    for (let u = x; u < x + patch; u++) {
      for (let c = 0; c < channels; c++) {
        const i = (v * width + u) * channels + c;
        changed ||= out[i] !== cover[c];
        out[i] = cover[c] ?? 0;
      }
    }
  }
  return changed ? out : undefined;
}

/** The mean of each channel of `[H,W,C]`, rounded. */
export function meanColor(input: Uint8Array, channels: number): number[] {
  const sums = new Array<number>(channels).fill(0);
  for (let i = 0; i < input.length; i++) sums[i % channels] = (sums[i % channels] ?? 0) + (input[i] ?? 0);
  return sums.map((sum) => Math.round((sum * channels) / input.length));
}
