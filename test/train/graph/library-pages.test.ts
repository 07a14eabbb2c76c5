// Pages of TensorFlow's library: few are in memory after loading, and none is given up that the file could not bring back.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { unwritten } from '../../../train/graph/library-pages.ts';
import { tf } from '../../../train/graph/tensorflow.ts';

const LIBRARY = /\/libtensorflow_(cc|framework)\.so/;

// Measured: 66 MiB after loading and one op, of 560; 291 MiB when nothing is given back.
const MOST = 150 * 1024;

it('leaves little of the library in memory, and the library works', () => {
  expect(tf.add(1, 2).dataSync()[0]).toBe(3);
  const entries = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  const resident = entries
    .filter((entry) => LIBRARY.test(entry.split('\n')[0] ?? ''))
    .map((entry) => Number(/^Rss: +(\d+) kB$/m.exec(entry)?.[1]));
  expect(resident.length).toBeGreaterThan(4);
  expect(resident.reduce((sum, kibibytes) => sum + kibibytes, 0)).toBeLessThan(MOST);
});

const mapping = (range: string, permissions: string, path: string, anonymous: number) =>
  `${range} ${permissions} 00000000 fe:00 5351329    ${path}\nRss:    128 kB\nAnonymous:    ${anonymous} kB\nVmFlags: rd mr\n`;

it('gives up what is read alone and was never written', () => {
  const [mine, other] = ['/venv/libtensorflow_cc.so.2', '/usr/lib/libc.so.6'];
  const smaps = [
    mapping('7f1000000000-7f1000001000', 'r--p', mine, 0),
    mapping('7f1000001000-7f1000004000', 'r-xp', mine, 0),
    // Relocated and then protected: the file has other bytes.
    mapping('7f1000004000-7f1000005000', 'r--p', mine, 4),
    mapping('7f1000005000-7f1000006000', 'rw-p', mine, 0),
    mapping('7f1000006000-7f1000007000', 'r--s', mine, 0),
    mapping('7f1000007000-7f1000008000', 'r--p', other, 0),
    mapping('7f1000008000-7f1000009000', 'r--p', '', 0),
  ].join('');
  expect(unwritten(smaps, LIBRARY)).toEqual([
    { start: 0x7f1000000000n, end: 0x7f1000001000n },
    { start: 0x7f1000001000n, end: 0x7f1000004000n },
  ]);
});
