// Numbers as people read them.

/** A probability as a percentage. It is never rounded to certainty: 0.99999 is ">99.99 %", not "100 %". */
export function formatProbability(probability: number): string {
  if (probability > 0.9999) return '>99.99 %';
  if (probability > 0 && probability < 0.0001) return '<0.01 %';
  const digits = probability > 0.99 ? 2 : probability > 0.9 || probability < 0.1 ? 1 : 0;
  return `${(100 * probability).toFixed(digits)} %`;
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A small positive number with one digit, in powers of ten: "3 × 10⁻⁸". */
export function formatScientific(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const [mantissa, exponent = '0'] = value.toExponential(0).split('e');
  const power = Math.abs(Number(exponent));
  const raised = [...String(power)].map((digit) => superscripts[Number(digit)]).join('');
  return `${mantissa} × 10${Number(exponent) < 0 ? '⁻' : ''}${raised}`;
}

/** A number of any size with four digits that say something: "46.98", "0.00123". */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Bytes in kB or MB (powers of ten, as downloads are counted). */
export function formatBytes(count: number): string {
  return count < 1e6 ? `${Math.round(count / 1e3)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

/** Milliseconds: one decimal below ten. */
export function formatMilliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** A whole number with thin spaces between thousands. */
export function formatCount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}
