// The same test pictures through the browser, on one thread and on several, and through the server.

import { encodePng } from '../../../models/image/encode-png.ts';
import type { Picture } from '../../../models/image/picture.ts';
import { type Stage, visit } from '../../web-demo/browser.ts';

export interface Parity {
  readonly backend: string;
  readonly n: number;
  readonly difference: number;
  readonly changed: number;
  /** Milliseconds of the model for one picture, in the browser. */
  readonly times: readonly number[];
}

/** Probabilities of the server, in the order of the labels. */
export async function askServer(
  url: string,
  model: string,
  labels: readonly string[],
  pictures: readonly Picture[],
): Promise<number[][]> {
  const answers: number[][] = [];
  for (const picture of pictures) {
    const response = await fetch(`${url}/classify?model=${model}&top=${labels.length}`, {
      method: 'POST',
      headers: { 'content-type': 'image/png' },
      body: await encodePng(picture),
    });
    const { predictions } = (await response.json()) as {
      predictions: { label: string; probability: number }[];
    };
    const byLabel = new Map(predictions.map(({ label, probability }) => [label, probability]));
    answers.push(labels.map((label) => byLabel.get(label) ?? Number.NaN));
  }
  return answers;
}

/** What runs the model in the browser. */
export type BackendChoice =
  | { readonly backend: 'wasm'; readonly threads: number }
  | { readonly backend: 'webgpu' };

/** Whether the browser has a WebGPU adapter, and which. */
export async function adapterOf(stage: Stage): Promise<string | undefined> {
  const { page } = await visit(stage);
  const name = await page.evaluate<string | null>(`navigator.gpu
    ? navigator.gpu.requestAdapter().then((adapter) => adapter && adapter.info.vendor + ' ' + adapter.info.architecture)
    : null`);
  await page.context().close();
  return name ?? undefined;
}

/** Runs the pictures one by one in the browser and compares with `expected`. */
export async function compareInBrowser(
  stage: Stage,
  model: string,
  how: BackendChoice,
  pictures: readonly Picture[],
  expected: readonly (readonly number[])[],
): Promise<Parity> {
  const { page } = await visit(stage);
  const given = pictures.map(({ data, ...rest }) => ({
    ...rest,
    base64: Buffer.from(data).toString('base64'),
  }));
  const answers = await page.evaluate(runAll, { model, how, given });
  await page.context().close();
  let [difference, changed] = [0, 0];
  for (const [i, { probabilities }] of answers.entries()) {
    const other = expected[i] ?? [];
    for (const [c, value] of probabilities.entries())
      difference = Math.max(difference, Math.abs(value - (other[c] ?? Number.NaN)));
    if (best(probabilities) !== best(other)) changed++;
  }
  return {
    backend:
      how.backend === 'webgpu'
        ? 'WebGPU'
        : `WebAssembly, ${how.threads} thread${how.threads === 1 ? '' : 's'}`,
    n: answers.length,
    difference,
    changed,
    times: answers.map(({ milliseconds }) => milliseconds),
  };
}

function best(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

interface Asked {
  readonly model: string;
  readonly how: BackendChoice;
  readonly given: readonly {
    readonly base64: string;
    readonly width: number;
    readonly height: number;
    readonly channels: 1 | 3 | 4;
  }[];
}

/** Runs in the page, on the browser entry. */
async function runAll({ model, how, given }: Asked) {
  const entry = './browser/trainyard.js';
  const { loadModel } = await import(entry);
  const opened = await loadModel(`models/${model}/versions/1/model.onnx`, how);
  const answers: { probabilities: number[]; milliseconds: number }[] = [];
  for (const { base64, ...rest } of given) {
    const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const { probabilities, milliseconds } = await opened.classify({ data, ...rest });
    answers.push({ probabilities: [...probabilities], milliseconds });
  }
  opened.close();
  return answers;
}
