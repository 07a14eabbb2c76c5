// Decimals that cards keep: machines differ in the last bits of a float32, and equal weights give equal files.

const DECIMALS = 6;

/** A share, a probability or a loss, to six decimals. */
export function round(value: number): number {
  return Number(value.toFixed(DECIMALS));
}

/** The most that `toFixed` takes. */
const MOST = 100;

/** A value to a millionth of a unit, whatever the unit: a deviation of 0.001 keeps nine decimals. */
export function roundTo(value: number, unit: number): number {
  const decimals = DECIMALS - Math.floor(Math.log10(unit));
  return Number(value.toFixed(Math.min(MOST, Math.max(0, decimals))));
}
