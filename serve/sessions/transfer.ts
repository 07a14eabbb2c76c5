// Jobs as one message. A message costs its sender 10 to 20 µs however small it is, and every object and every array in
// it more: so what jobs consist of are numbers in one table, and their bytes one array that is moved and not copied.
import type { Picture } from '../../models/image/picture.ts';
import { isOrientation } from '../decode/header.ts';
import type { Job, Material } from './messages.ts';

export interface Parcel {
  readonly keys: readonly string[];
  readonly pictures: readonly Picture[];
  /** The table, ROW float64 numbers for each job, and the bytes of files and inputs one after another. */
  readonly buffer: ArrayBuffer;
  readonly jobs: number;
}

/** Numbers of a job: id, place of its key, alone, kind, start, length, width, height, orientation. */
const ROW = 9;
const ROW_BYTES = ROW * Float64Array.BYTES_PER_ELEMENT;

/** What the number of a kind means; `start` of a picture is its place among `pictures`. */
const kinds = ['JPEG', 'PNG', 'input', 'picture'] as const;

/** @returns a parcel whose `buffer` may be moved to another thread. */
export function pack(jobs: readonly Job[]): Parcel {
  const keys: string[] = [];
  const pictures: Picture[] = [];
  let at = jobs.length * ROW_BYTES;
  const buffer = new ArrayBuffer(jobs.reduce((sum, { material }) => sum + bytesOf(material).length, at));
  const table = new Float64Array(buffer, 0, jobs.length * ROW);
  const bytes = new Uint8Array(buffer);
  for (let i = 0; i < jobs.length; i++) {
    const job = jobs[i];
    if (job === undefined) continue;
    const { id, key, alone, material } = job;
    let place = keys.indexOf(key);
    if (place === -1) place = keys.push(key) - 1;
    const row = i * ROW;
    table[row] = id;
    table[row + 1] = place;
    table[row + 2] = Number(alone);
    if (material.kind === 'picture') {
      table[row + 3] = kinds.indexOf('picture');
      table[row + 4] = pictures.push(material.picture) - 1;
      continue;
    }
    const own = bytesOf(material);
    bytes.set(own, at);
    table[row + 3] = kinds.indexOf(material.kind === 'input' ? 'input' : material.header.format);
    table[row + 4] = at;
    table[row + 5] = own.length;
    at += own.length;
    if (material.kind === 'input') continue;
    table[row + 6] = material.header.width;
    table[row + 7] = material.header.height;
    table[row + 8] = material.header.orientation;
  }
  return { keys, pictures, buffer, jobs: jobs.length };
}

/** The jobs again; their bytes lie in the parcel's buffer. */
export function unpack({ keys, pictures, buffer, jobs }: Parcel): Job[] {
  const table = new Float64Array(buffer, 0, jobs * ROW);
  const out: Job[] = [];
  for (let row = 0; row < table.length; row += ROW) {
    const key = keys[table[row + 1] ?? 0] ?? '';
    out.push({ id: table[row] ?? 0, key, alone: table[row + 2] === 1, material: materialOf(row) });
  }
  return out;

  function materialOf(row: number): Material {
    const kind = kinds[table[row + 3] ?? 0];
    const start = table[row + 4] ?? 0;
    const picture = pictures[start];
    if (kind === 'picture' && picture !== undefined) return { kind, picture };
    const bytes = new Uint8Array(buffer, start, table[row + 5]);
    if (kind !== 'JPEG' && kind !== 'PNG') return { kind: 'input', data: bytes };
    const width = table[row + 6] ?? 0;
    const height = table[row + 7] ?? 0;
    const number = table[row + 8];
    const orientation = isOrientation(number) ? number : 1;
    return { kind: 'encoded', bytes, header: { format: kind, width, height, orientation } };
  }
}

const nothing = new Uint8Array();

/** What goes into the buffer. */
function bytesOf(material: Material): Uint8Array {
  if (material.kind === 'encoded') return material.bytes;
  return material.kind === 'input' ? material.data : nothing;
}
