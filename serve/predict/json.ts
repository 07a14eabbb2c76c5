// The predictions as one JSON object on standard output, written piece by piece: any number of files takes no memory.

import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { printableJson } from '../../models/printable.ts';
import { answerOf, type FilePrediction } from './rows.ts';

export interface JsonOutput {
  write(outcomes: readonly FilePrediction[]): Promise<void>;
  /** @param summary - the fields after the predictions. */
  end(summary: Readonly<Record<string, unknown>>): Promise<void>;
}

/** @param model - `name/version`. */
export function openJson(model: string, stream: Writable = process.stdout): JsonOutput {
  let separator = `{"model": ${printableJson(model)}, "predictions": [\n`;
  async function print(text: string): Promise<void> {
    if (!stream.write(text)) await once(stream, 'drain');
  }
  return {
    async write(outcomes) {
      for (const outcome of outcomes) {
        await print(separator + printableJson(answerOf(outcome)));
        separator = ',\n';
      }
    },
    async end(summary) {
      const begin = separator === ',\n' ? '' : separator;
      const fields = Object.entries(summary).map(([key, value]) => `"${key}": ${printableJson(value)}`);
      await print(`${begin}\n], ${fields.join(', ')}}\n`);
    },
  };
}
