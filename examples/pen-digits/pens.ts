// Reads pen movements in UNIPEN's format: which digit, by whom, and the way of the pen.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The way of a pen from down to up; y points down. */
export type Stroke = readonly Place[];

export interface WrittenDigit {
  readonly label: number;
  readonly writer: number;
  readonly strokes: readonly Stroke[];
}

/**
 * Reads a file of the pen digits, gzipped or not. `.SEGMENT DIGIT 6-7 ? "4"` says that the pen's ways 6 and 7 of the file are
 * a 4, and the `.COMMENT` below it who wrote it.
 */
export function readPens(path: string): WrittenDigit[] {
  const bytes = readFileSync(path);
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('latin1');
  const strokes: Place[][] = [];
  const digits: { label: number; writer: number; from: number; to: number }[] = [];
  let isDown = false;
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    const segment = /^\.SEGMENT DIGIT +(\d+)(?:-(\d+))? \? "(\d)"/.exec(line);
    const comment = /^\.COMMENT +\d+ +(\d+)/.exec(line);
    const place = /^(-?\d+) +(-?\d+)$/.exec(line);
    const last = digits.at(-1);
    if (segment) {
      const [, from = '', to = from, label = ''] = segment;
      digits.push({ label: Number(label), writer: 0, from: Number(from), to: Number(to) });
    } else if (comment && last) last.writer = Number(comment[1]);
    else if (line === '.PEN_DOWN') strokes.push([]);
    else if (place && isDown) strokes.at(-1)?.push({ x: Number(place[1]), y: -Number(place[2]) });
    if (line.startsWith('.PEN_')) isDown = line === '.PEN_DOWN';
  }
  if (digits.length === 0)
    throw new Error(`${path} has no line .SEGMENT DIGIT: expected pendigits-orig.tra, unpacked`);
  return digits.map(({ label, writer, from, to }) => ({
    label,
    writer,
    strokes: strokes.slice(from, to + 1).filter((stroke) => stroke.length > 0),
  }));
}
