// Encodes a drawing as a short text for the page's address, and decodes it without loss.
import { type Drawing, grid, type PenPoint, type Stroke } from './strokes.ts';

/** The first byte: version of the encoding. */
const version = 1;

/** Letters that a drawing may have in a link: programs may cut longer ones. */
export const longest = 16_000;

/**
 * Writes a drawing: for each stroke the number of its points and whether its width changes, then differences from
 * point to point, all as variable-length whole numbers, in base64 for addresses (RFC 4648, section 5). What has more letters
 * than {@link longest} is for no link.
 */
export function encodeDrawing({ strokes }: Drawing): string {
  const bytes = [version];
  for (const stroke of strokes) {
    const varies = stroke.some(({ width }) => width !== stroke[0]?.width);
    push(bytes, 2 * stroke.length + (varies ? 1 : 0));
    let before = { x: 0, y: 0, width: 0 };
    for (const [i, point] of stroke.entries()) {
      push(bytes, zigzag((point.x - before.x) * grid));
      push(bytes, zigzag((point.y - before.y) * grid));
      if (varies || i === 0) push(bytes, zigzag((point.width - before.width) * grid));
      before = point;
    }
  }
  return btoa(bytes.map((byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Decodes a drawing; undefined when the text is not a drawing. */
export function decodeDrawing(text: string): Drawing | undefined {
  if (text.length > longest || !/^[\w-]+$/.test(text)) return undefined;
  const bytes = bytesOf(text);
  if (bytes?.[0] !== version) return undefined;
  const numbers = read(bytes.slice(1));
  const strokes: Stroke[] = [];
  for (let at = 0; at < numbers.length; ) {
    const head = numbers[at++] ?? 0;
    const [n, varies] = [head >> 1, head % 2 === 1];
    const last = at + 3 + (n - 1) * (varies ? 3 : 2);
    if (n === 0 || last > numbers.length) return undefined;
    const next = () => unzigzag(numbers[at++] ?? 0) / grid;
    let point: PenPoint = { x: 0, y: 0, width: 0 };
    strokes.push(
      Array.from({ length: n }, (_, i) => {
        const [x, y] = [point.x + next(), point.y + next()];
        point = { x, y, width: varies || i === 0 ? point.width + next() : point.width };
        return point;
      }),
    );
  }
  return strokes.flat().every(possible) ? { strokes, penDown: false } : undefined;
}

/** A pen may leave the pad, though not by much more than a screen. */
function possible({ x, y, width }: PenPoint): boolean {
  return Math.abs(x) < 16 && Math.abs(y) < 16 && width > 0 && width < 1;
}

function bytesOf(text: string): number[] | undefined {
  try {
    return Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Seven bits a byte, the lowest first; the eighth says that more follow (LEB128). */
function push(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest >>>= 7) bytes.push((rest & 127) | 128);
  bytes.push(rest);
}

function read(bytes: readonly number[]): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const byte of bytes) {
    value |= (byte & 127) << shift;
    shift += 7;
    if (byte >= 128) continue;
    numbers.push(value >>> 0);
    [value, shift] = [0, 0];
  }
  return numbers;
}

/** Small numbers of either sign as small numbers without one: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4. */
function zigzag(value: number): number {
  const whole = Math.round(value);
  return whole < 0 ? -2 * whole - 1 : 2 * whole;
}

function unzigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}
