// The thread that watches the other tasks; it ends the process, whose main thread may wait for one of them for ever.
import { writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import koffi from 'koffi';
import { addonFile } from '../../setup/libraries/tensorflow-js.mjs';
import type { Place } from './addresses.ts';
import { lostInWords } from './lost.ts';
import { silentOnes } from './probe.ts';

export interface WatchTask extends Place {
  /** Milliseconds for which a task may be silent. */
  readonly silence: number;
}

const { addresses, task, silence }: WatchTask = workerData;
const leave = koffi.load(addonFile()).func('void trainyard_leave(int)');
const others = addresses.filter((_, i) => i !== task);
const heard = new Map(others.map((address) => [address, performance.now()]));
parentPort?.postMessage('ready');
for (;;) {
  await wait(1000);
  const silent = await silentOnes(others);
  for (const address of others) if (!silent.includes(address)) heard.set(address, performance.now());
  const lost = silent.filter((address) => performance.now() - (heard.get(address) ?? 0) > silence);
  if (lost.length === 0) continue;
  try {
    writeSync(2, `${lostInWords({ addresses, task }, lost)}\n`);
  } catch {
    // Whoever read it is gone too, such as the process that started this one.
  }
  // The main thread is in TensorFlow, where it hears of nothing.
  leave(1);
}
