// How many pictures a model file takes for something else, by Python's onnxruntime, which knows nothing of us.
import { readFileSync } from 'node:fs';
import { type Card, readCard } from '../../../models/card.ts';
import { python } from '../../python.ts';

const script = `
import json, sys, numpy, onnxruntime
images = numpy.frombuffer(sys.stdin.buffer.read(), numpy.uint8).reshape(-1, *json.loads(sys.argv[3]))
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=['CPUExecutionProvider'])
parts = [session.run(['novelty'], {'image': images[i:i + 250]})[0] for i in range(0, len(images), 250)]
print(numpy.mean(numpy.concatenate(parts) > float(sys.argv[2])))`;

export interface Shipped {
  readonly novelty: Card['novelty'];
  /** The share of pictures, uint8 `[n,H,W,C]`, that are strange to it. */
  strange(images: Uint8Array): number;
}

/** The detector of novelty of a model file. */
export function openShipped(path: string): Shipped {
  const { novelty, input } = readCard(readFileSync(path));
  const words = [path, String(novelty?.threshold), JSON.stringify(input.shape)];
  return { novelty, strange: (images) => Number(python(script, words, Buffer.from(images))) };
}
