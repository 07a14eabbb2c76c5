// Axes: from values to places between 0 and 1, linear or logarithmic, with round ticks.

export interface Scale {
  /** 0 at the low end, 1 at the high end. */
  at(value: number): number;
  readonly ticks: readonly number[];
}

/** A scale over finite `values`; logarithmic where that is asked for and all are positive. */
export function scaleOver(
  values: readonly number[],
  { log = false, fromZero = false, whole = false, ticks = 5 } = {},
): Scale {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (finite.length === 0) return linear(0, 1, ticks);
  if (log && low > 0) return logarithmic(low, high);
  return linear(fromZero ? Math.min(0, low) : low, high, ticks, whole);
}

function linear(from: number, to: number, count: number, whole = false): Scale {
  const [low, high] = from === to ? [Math.min(0, from), to > 0 ? to : 1] : [from, to];
  const step = Math.max(whole ? 1 : 0, roundUp((high - low) / count));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Products of whole numbers and a step such as 0.1 end in ...0000004.
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  return { at: (value) => (value - low) / (high - low), ticks };
}

/** The next of 1, 2, 5, 10, 20... */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function logarithmic(from: number, to: number): Scale {
  const [low, high] = [Math.log10(from) - 0.03, Math.log10(Math.max(to, from * 1.2)) + 0.03];
  const factors = high - low > 2.5 ? [1] : high - low > 1.2 ? [1, 3] : [1, 2, 3, 5, 7];
  const ticks: number[] = [];
  for (let power = Math.floor(low); power <= high; power++)
    for (const factor of factors) {
      const tick = Number((factor * 10 ** power).toPrecision(6));
      if (Math.log10(tick) >= low && Math.log10(tick) <= high) ticks.push(tick);
    }
  return {
    at: (value) => (Math.log10(value) - low) / (high - low),
    // Between 0.32 and 0.47 there is none of those.
    ticks: ticks.length > 1 ? ticks : linear(10 ** low, 10 ** high, 5).ticks,
  };
}
