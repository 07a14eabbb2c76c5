// What is promised of a transfer: jobs of all kinds arrive as they were sent.
import { expect, test } from 'vitest';
import type { WorkerJob } from '../../../serve/sessions/job.ts';
import { pack, unpack } from '../../../serve/sessions/transfer.ts';

const picture = { data: Uint8Array.of(1, 2, 3), width: 1, height: 1, channels: 3 } as const;

const jobs: WorkerJob[] = [
  {
    id: 7,
    key: 'a/1',
    alone: false,
    input: {
      kind: 'encoded',
      bytes: Uint8Array.of(9, 8, 7, 6, 5),
      header: { format: 'JPEG', width: 640, height: 65_535, orientation: 6 },
    },
  },
  { id: 2 ** 40, key: 'b/2', alone: true, input: { kind: 'picture', picture } },
  { id: 8, key: 'a/1', alone: false, input: { kind: 'input', data: Uint8Array.of(4, 3) } },
  {
    id: 9,
    key: 'b/2',
    alone: false,
    input: {
      kind: 'encoded',
      bytes: Buffer.from('a slice of a larger buffer').subarray(2, 7),
      header: { format: 'PNG', width: 28, height: 28, orientation: 1 },
    },
  },
];

test('jobs of all kinds arrive as they were', () => {
  const packed = pack(jobs);
  expect(packed.keys).toEqual(['a/1', 'b/2']);
  const arrived = unpack(structuredClone(packed, { transfer: [packed.buffer] }));
  const plain = jobs.map((job) =>
    job.input.kind === 'encoded'
      ? { ...job, input: { ...job.input, bytes: new Uint8Array(job.input.bytes) } }
      : job,
  );
  expect(arrived).toEqual(plain);
});

test('packed jobs stay intact at the sender, which may have to send them again', () => {
  const packed = pack(jobs);
  structuredClone(packed, { transfer: [packed.buffer] });
  expect(unpack(pack(jobs))).toHaveLength(jobs.length);
});

test('a transfer may have no jobs', () => {
  expect(unpack(pack([]))).toEqual([]);
});
