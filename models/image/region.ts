// Tells the digit from the rest of the ink: noise, specks, edges.
import type { Plane } from './area.ts';
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const MIN_CONTRAST = 20;

export function digitRegion(ink: Plane): { plane: Plane; box: Box } | undefined {
  const { width, height, data } = ink;
  const median = quantile(data, 0.5);
  const spread =
    1.4826 *
    quantile(
      data.map((v) => Math.abs(v - median)),
      0.5,
    );
  const histogram = new Float64Array(256);
  for (const v of data)
    histogram[Math.min(255, Math.round(v))] = (histogram[Math.min(255, Math.round(v))] ?? 0) + 1;
  const { threshold, low, high } = otsu(histogram);
  if (high - low < Math.max(MIN_CONTRAST, 4 * spread)) return undefined;
  const floor = spread < 0.5 ? 0 : median + 4 * spread;
  const weak = floor === 0 ? 0 : Math.max(floor, low + 0.25 * (high - low));
  // components of > weak
  const label = new Int32Array(width * height);
  const parts: { mass: number; peak: number; box: Box; id: number; edge: boolean }[] = [];
  const stack: number[] = [];
  for (let s = 0; s < data.length; s++) {
    if (label[s] || (data[s] ?? 0) <= weak) continue;
    const part = {
      mass: 0,
      peak: 0,
      id: parts.length + 1,
      edge: false,
      box: { left: width, right: 0, top: height, bottom: 0 },
    };
    parts.push(part);
    stack.push(s);
    label[s] = part.id;
    while (stack.length) {
      const i = stack.pop() ?? 0;
      const x = i % width,
        y = (i - x) / width;
      const v = data[i] ?? 0;
      part.mass += v;
      part.peak = Math.max(part.peak, v);
      part.box.left = Math.min(part.box.left, x);
      part.box.right = Math.max(part.box.right, x + 1);
      part.box.top = Math.min(part.box.top, y);
      part.box.bottom = Math.max(part.box.bottom, y + 1);
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) part.edge = true;
      for (let b = Math.max(0, y - 1); b <= Math.min(height - 1, y + 1); b++)
        for (let a = Math.max(0, x - 1); a <= Math.min(width - 1, x + 1); a++) {
          const j = b * width + a;
          if (!label[j] && (data[j] ?? 0) > weak) {
            label[j] = part.id;
            stack.push(j);
          }
        }
    }
  }
  const strong = parts.filter((p) => p.peak > threshold);
  const largest = strong.reduce<(typeof parts)[0] | undefined>(
    (a, b) => (a && a.mass >= b.mass ? a : b),
    undefined,
  );
  if (!largest) return undefined;
  const kept =
    weak === 0 ? parts : strong.filter((p) => p === largest || (p.mass > 0.04 * largest.mass && !p.edge));
  const ids = new Set(kept.map((p) => p.id));
  const box = {
    left: Math.min(...kept.map((p) => p.box.left)),
    right: Math.max(...kept.map((p) => p.box.right)),
    top: Math.min(...kept.map((p) => p.box.top)),
    bottom: Math.max(...kept.map((p) => p.box.bottom)),
  };
  const values = data.filter((v) => v > threshold);
  const peak = quantile(values, 0.9);
  const gain = peak >= 224 ? 1 : 255 / peak;
  const plane = {
    width,
    height,
    data: data.map((v, i) => (ids.has(label[i] ?? 0) ? Math.min(255, v * gain) : 0)),
  };
  return { plane, box };
}

function quantile(values: Float32Array, q: number): number {
  return Float32Array.from(values).sort()[Math.floor(q * (values.length - 1))] ?? 0;
}

function otsu(histogram: Float64Array): { threshold: number; low: number; high: number } {
  let total = 0,
    sum = 0;
  histogram.forEach((n, v) => {
    total += n;
    sum += n * v;
  });
  let best = -1,
    out = { threshold: 0, low: 0, high: 0 },
    n0 = 0,
    s0 = 0;
  for (let t = 0; t < 255; t++) {
    n0 += histogram[t] ?? 0;
    s0 += (histogram[t] ?? 0) * t;
    const n1 = total - n0;
    if (n0 === 0 || n1 === 0) continue;
    const d = (sum - s0) / n1 - s0 / n0,
      between = n0 * n1 * d * d;
    if (between > best) {
      best = between;
      out = { threshold: t, low: s0 / n0, high: (sum - s0) / n1 };
    }
  }
  return out;
}
