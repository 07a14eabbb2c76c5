// A batch of jobs as one message. Each message costs its sender 10 to 20 µs however small it is, and every object and
// array in it costs more: so the numbers of all jobs are in one table, and their bytes in one buffer, which is
// transferred and not copied.

import { isOrientation } from '../../models/image/file/exif.ts';
import type { Picture } from '../../models/image/picture.ts';
import type { PictureInput, WorkerJob } from './job.ts';

export interface Transfer {
  /** Keys of the models' sessions; the table has indices into this list. */
  readonly keys: readonly string[];
  readonly pictures: readonly Picture[];
  /** The table, ROW float64 numbers for each job, and then the bytes of files and inputs, one after another. */
  readonly buffer: ArrayBuffer;
  readonly jobs: number;
}

/** Numbers of a job: id, index of its key, alone, kind, start, length, width, height, orientation. */
const ROW = 9;
const ROW_BYTES = ROW * Float64Array.BYTES_PER_ELEMENT;

/** The meaning of the number of a kind. The `start` of a picture is its index in `pictures`. */
const kinds = ['JPEG', 'PNG', 'BMP', 'input', 'picture'] as const;

/** @returns a transfer whose `buffer` may be transferred to another thread; the jobs stay as they are. */
export function pack(jobs: readonly WorkerJob[]): Transfer {
  const keys: string[] = [];
  const pictures: Picture[] = [];
  let at = jobs.length * ROW_BYTES;
  const buffer = new ArrayBuffer(jobs.reduce((sum, { input }) => sum + bytesOf(input).length, at));
  const table = new Float64Array(buffer, 0, jobs.length * ROW);
  const bytes = new Uint8Array(buffer);
  for (const [i, { id, key, alone, input }] of jobs.entries()) {
    let keyIndex = keys.indexOf(key);
    if (keyIndex === -1) keyIndex = keys.push(key) - 1;
    const row = i * ROW;
    table[row] = id;
    table[row + 1] = keyIndex;
    table[row + 2] = Number(alone);
    if (input.kind === 'picture') {
      table[row + 3] = kinds.indexOf('picture');
      table[row + 4] = pictures.push(input.picture) - 1;
      continue;
    }
    const own = bytesOf(input);
    bytes.set(own, at);
    table[row + 3] = kinds.indexOf(input.kind === 'input' ? 'input' : input.header.format);
    table[row + 4] = at;
    table[row + 5] = own.length;
    at += own.length;
    if (input.kind === 'input') continue;
    table[row + 6] = input.header.width;
    table[row + 7] = input.header.height;
    table[row + 8] = input.header.orientation;
  }
  return { keys, pictures, buffer, jobs: jobs.length };
}

/** The jobs of a transfer; their bytes are views of its buffer. */
export function unpack({ keys, pictures, buffer, jobs }: Transfer): WorkerJob[] {
  const table = new Float64Array(buffer, 0, jobs * ROW);
  const out: WorkerJob[] = [];
  for (let row = 0; row < table.length; row += ROW) {
    const key = keys[table[row + 1] ?? 0] ?? '';
    out.push({ id: table[row] ?? 0, key, alone: table[row + 2] === 1, input: inputOf(row) });
  }
  return out;

  function inputOf(row: number): PictureInput {
    const kind = kinds[table[row + 3] ?? 0];
    const start = table[row + 4] ?? 0;
    const picture = pictures[start];
    if (kind === 'picture' && picture !== undefined) return { kind, picture };
    const bytes = new Uint8Array(buffer, start, table[row + 5]);
    if (kind !== 'JPEG' && kind !== 'PNG' && kind !== 'BMP') return { kind: 'input', data: bytes };
    const width = table[row + 6] ?? 0;
    const height = table[row + 7] ?? 0;
    const number = table[row + 8];
    const orientation = isOrientation(number) ? number : 1;
    return { kind: 'encoded', bytes, header: { format: kind, width, height, orientation } };
  }
}

const nothing = new Uint8Array();

/** The bytes that go into the buffer. */
function bytesOf(input: PictureInput): Uint8Array {
  if (input.kind === 'encoded') return input.bytes;
  return input.kind === 'input' ? input.data : nothing;
}
