// A model of others with its configurations, as on the Hugging Face Hub, and Python's client of it.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { HubSettings } from '../../hub/settings.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { pythonOf } from '../../setup/install/python-environments.mjs';
import { elsewhere } from '../models/elsewhere.ts';
import type { HubServer } from './server.ts';

export const SIDE = 24;

export const onnx = elsewhere({
  dims: ['batch_size', 3, SIDE, SIDE],
  names: ['pixel_values', 'logits', 'flat'],
});

export const configurations = {
  'config.json': JSON.stringify({
    architectures: ['ViTForImageClassification'],
    model_type: 'vit',
    id2label: { 0: 'cat', 1: 'dog', 2: 'owl' },
  }),
  'preprocessor_config.json': JSON.stringify({
    image_processor_type: 'ViTImageProcessor',
    do_normalize: true,
    image_mean: [0.485, 0.456, 0.406],
    image_std: [0.229, 0.224, 0.225],
    size: { height: SIDE, width: SIDE },
    resample: 2,
  }),
};

/** The same model with its weights in a file beside it. */
export function onnxApart(location: string): { model: Uint8Array; weights: Uint8Array } {
  const model = decodeModel(onnx);
  const [first] = model.graph.initializer;
  if (first?.raw_data === undefined) throw new Error('the model has no weights');
  const { raw_data: weights, ...tensor } = first;
  const entries = { location, offset: '0', length: String(weights.length) };
  const external_data = Object.entries(entries).map(([key, value]) => ({ key, value }));
  const initializer = [{ ...tensor, external_data, data_location: 1 }];
  return { model: encodeModel({ ...model, graph: { ...model.graph, initializer } }), weights };
}

export function temporaryFolder(): { path: string; close(): void } {
  const path = mkdtempSync(join(tmpdir(), 'trainyard-hub-'));
  return { path, close: () => rmSync(path, { recursive: true }) };
}

export function settingsFor({ endpoint }: HubServer, cache: string, token?: string): HubSettings {
  return { endpoint, cache, token, offline: false };
}

/** Runs a script beside this process, whose server answers it. */
export async function python(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HF_')));
  const all = { ...clean, HF_HUB_DISABLE_TELEMETRY: '1', HF_HUB_DISABLE_XET: '1', ...env };
  return (await promisify(execFile)(pythonOf('test'), ['-c', script, ...args], { env: all })).stdout;
}
