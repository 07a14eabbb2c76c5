// Event files for TensorBoard: protobuf messages in TensorFlow's record format.
import { closeSync, openSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { heldOutOf } from '../../models/held-out.ts';
import { writeAll } from '../files/write-whole.ts';
import type { Watcher } from '../loop/watcher.ts';
import type { Run } from '../runs/run.ts';
import { columnNames, isErrorAlone, measuresOf } from '../tasks/words.ts';
import type { Facts } from './facts.ts';
import type { Sheet } from './pictures.ts';

// Field numbers: tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
const schema = protobuf.parse(
  `syntax = "proto3"; package tensorflow;
  message Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }
  message Value { string tag = 1; oneof value { float simple_value = 2; Image image = 4; } }
  message Summary { repeated Value value = 1; }
  message SessionLog { int32 status = 1; }
  message Event { double wall_time = 1; int64 step = 2; oneof what { string file_version = 3; Summary summary = 5; SessionLog session_log = 7; } }`,
  { keepCase: true },
).root;
const Event = schema.lookupType('tensorflow.Event');

/** `SessionLog.START`: TensorBoard forgets what a killed run had written from this step on. */
const START = 1;

/**
 * A watcher that writes `events.out.tfevents.*` into the run's folder: loss and learning rate of every step; errors,
 * losses and speed of every epoch; the test's when it has ended; the sample batch.
 */
export function writeEvents(
  run: Run,
  { sample, record, recipe }: Pick<Facts, 'sample' | 'record' | 'recipe'>,
): Watcher & { close(): void } {
  const seconds = () => Date.now() / 1000;
  const name = `events.out.tfevents.${Math.floor(seconds())}.${hostname()}.${process.pid}`;
  const path = join(run.folder, name);
  const file = openSync(path, 'a');
  const write = (step: number, event: object) => {
    const message = Event.fromObject({ wall_time: seconds(), step, ...event });
    writeAll(file, path, tfRecord(Event.encode(message).finish()));
  };
  const scalars = (step: number, values: Readonly<Record<string, number>>) =>
    write(step, {
      summary: { value: Object.entries(values).map(([tag, simple_value]) => ({ tag, simple_value })) },
    });
  const heldOut = heldOutOf(recipe);
  let rights = { correct: 0, steps: 0 };
  return {
    onStart({ step }) {
      write(0, { file_version: 'brain.Event:2' });
      write(step, { session_log: { status: START } });
      if (step === 0)
        write(0, { summary: { value: [{ tag: 'sample batch', image: imageOf(sample.augmented) }] } });
      rights = { correct: 0, steps: 0 };
      const from = record.history.at(-1)?.step ?? 0;
      for (const { correct, step: done } of record.steps)
        if (done > from) rights = { correct: rights.correct + correct, steps: rights.steps + 1 };
    },
    onStep({ step, loss, learningRate, correct }) {
      rights = { correct: rights.correct + correct, steps: rights.steps + 1 };
      scalars(step, { 'loss/training step': loss, 'learning rate': learningRate });
    },
    onEpoch({ step, trainLoss, validLoss, ...measured }, { imagesPerSecond }) {
      scalars(step, {
        'loss/training': trainLoss,
        [`loss/${heldOut}`]: validLoss,
        ...(isErrorAlone(measured)
          ? {
              'error/training': 1 - rights.correct / (rights.steps * recipe.batchSize),
              [`error/${heldOut}`]: measured.errorRate,
            }
          : Object.fromEntries(
              measuresOf(measured).flatMap((measure) =>
                columnNames(measure).map((name, i) => [
                  `${name}/${heldOut}`,
                  measure.values[i] ?? Number.NaN,
                ]),
              ),
            )),
        'images per second': imagesPerSecond,
      });
      rights = { correct: 0, steps: 0 };
    },
    onTested({ last }, step) {
      scalars(step, { 'loss/test': last.loss, 'error/test': last.errorRate });
    },
    close: () => closeSync(file),
  };
}

function imageOf({ uri, columns, count, width, height }: Sheet): object {
  return {
    height: Math.ceil(count / columns) * height,
    width: columns * width,
    colorspace: 3,
    encoded_image_string: Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64'),
  };
}

/**
 * A record: length, its checksum, data, their checksum, little-endian.
 * https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
function tfRecord(data: Uint8Array): Buffer {
  const record = Buffer.alloc(12 + data.length + 4);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(masked(crc32c(record.subarray(0, 8))), 8);
  record.set(data, 12);
  record.writeUInt32LE(masked(crc32c(data)), 12 + data.length);
  return record;
}

/** Checksums of data that holds checksums: TensorFlow rotates them and adds a constant (lib/hash/crc32c.h). */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Castagnoli's CRC, bit-reversed polynomial 0x82f63b78: RFC 3720, appendix B.4. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});
