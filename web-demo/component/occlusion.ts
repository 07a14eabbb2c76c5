// Which pixels mattered: covers the input patch by patch and sees by how much the answer falls.
// Reference: Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2.

/** Side of a patch and distance of neighboring patches, as parts of the input's shorter side. */
const patchPart = 5;
const stepPart = 10;

/** Pictures in a run of the model: between two runs the worker answers other requests. */
const batch = 16;

/** Probabilities are clipped to this distance from 0 and 1, the precision of float32. */
const least = 1e-7;

/**
 * Computes the map.
 *
 * @param input - `[H,W,C]` uint8.
 * @param cover - one value for each channel, for what is covered: paper, or the mean color.
 * @param run - probabilities of a label for each of the inputs.
 * @returns float32 `[H,W]`: the mean fall of the label's log-odds over all patches that cover a pixel.
 */
export async function occlusionMap(
  input: Uint8Array,
  [height, width, channels]: readonly [number, number, number],
  cover: readonly number[],
  run: (inputs: readonly Uint8Array[]) => Promise<number[]>,
): Promise<Float32Array> {
  const shorter = Math.min(height, width);
  const patch = Math.max(1, Math.round(shorter / patchPart));
  const step = Math.max(1, Math.round(shorter / stepPart));
  const [whole = 0] = await run([input]);
  const sums = new Float32Array(height * width);
  const counts = new Float32Array(height * width);
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
      const fall = covered[i] === undefined ? 0 : logOdds(whole) - logOdds(answers[next++] ?? whole);
      for (let v = y; v < y + patch; v++) {
        for (let u = x; u < x + patch; u++) {
          sums[v * width + u] = (sums[v * width + u] ?? 0) + fall;
          counts[v * width + u] = (counts[v * width + u] ?? 0) + 1;
        }
      }
    }
  }
  return sums.map((sum, i) => sum / Math.max(1, counts[i] ?? 1));
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

function logOdds(probability: number): number {
  const p = Math.min(1 - least, Math.max(least, probability));
  return Math.log(p / (1 - p));
}

/** The mean of each channel of `[H,W,C]`, rounded. */
export function meanColor(input: Uint8Array, channels: number): number[] {
  const sums = new Array<number>(channels).fill(0);
  for (let i = 0; i < input.length; i++) sums[i % channels] = (sums[i % channels] ?? 0) + (input[i] ?? 0);
  return sums.map((sum) => Math.round((sum * channels) / input.length));
}
