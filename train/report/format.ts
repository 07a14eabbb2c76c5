// How reports and the terminal write numbers.

/** Does not break at the end of a line. */
const NARROW = '\u202f';

/** A share as `0.63 %`, with as many digits as say something. */
export function percent(share: number, digits = 2): string {
  if (!Number.isFinite(share)) return '–';
  return `${minus((share * 100).toFixed(digits))}${NARROW}%`;
}

/** The same in plain characters, for a terminal or a log file: `0.63 %`. */
export function plainPercent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** A share for an axis: `5 %`, `0.5 %`. */
export function shortPercent(share: number): string {
  return `${Number((share * 100).toPrecision(3))}${NARROW}%`;
}

/** A difference of shares in points: `+0.12`. */
export function points(share: number, digits = 2): string {
  const text = (share * 100).toFixed(digits);
  return share >= 0 ? `+${text}` : minus(text);
}

/** Three significant digits, in powers of ten where plain digits would be many. */
export function short(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return minus(value.toExponential(1).replace('e+', 'e'));
  return minus(String(Number(value.toPrecision(3))));
}

/** Whole numbers with thin spaces: `80 186`. */
export function whole(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, NARROW);
}

export function bytes(value: number): string {
  return value >= 2 ** 30 ? `${(value / 2 ** 30).toFixed(2)} GiB` : `${Math.round(value / 2 ** 20)} MiB`;
}

/** `1 epoch`, `3 epochs`. */
export function many(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Seconds as `1:05` or `1:02:03`. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-:--';
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const minus = (text: string) => text.replace(/^-/, '−');
