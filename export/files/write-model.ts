// Writes a model file outside the repository: whole or not at all, and with its weights beside it where it is too large.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EXTERNAL, isExternal, weightBytes } from '../../models/onnx/facts.ts';
import { encodeModel, type ModelProto, type TensorProto } from '../../models/onnx/schema.ts';
import { makePath } from '../../setup/files/index.mjs';

/** A protobuf message has at most 2^31 - 1 bytes; nodes and names get the last 64 MiB of them. */
export const LARGEST_FILE = 2 ** 31 - 2 ** 26;

/** Tensors below this many bytes stay in the file: shapes and axes, which readers want at hand. */
const SMALL = 1024;

/** Offsets are multiples of a page, so that the weights can be mapped (onnx, docs/ExternalData.md). */
const PAGE = 4096;

/**
 * Writes `path`, and beside it `<name>-<digest>.data` where the weights have more than `largest` bytes. Both are
 * complete and flushed before they get their names; `check` sees the complete model under another name first.
 *
 * @param check - Throws to have nothing written; it gets the path of the model.
 * @returns The paths of the written files, the model first.
 */
export async function writeModel(
  path: string,
  model: ModelProto,
  check: (path: string) => Promise<void> = async () => {},
  largest = LARGEST_FILE,
): Promise<string[]> {
  const folder = dirname(path);
  makePath(folder);
  const temporary = join(folder, `.writing~${randomUUID()}`);
  await mkdir(temporary);
  try {
    const names: string[] = [];
    const inside = weightBytes(model) <= largest;
    const complete = inside
      ? model
      : withData(model, `${basename(path).replace(/\.onnx$/, '')}-${digest(model)}.data`);
    if (!inside) {
      const name = locationOf(complete);
      await writeData(join(temporary, name), model);
      names.push(name);
    }
    const file = join(temporary, basename(path));
    await writeFlushed(file, [encodeModel(complete)]);
    await check(file);
    names.push(basename(path));
    // The weights first: a model is never there without them.
    for (const name of names) await rename(join(temporary, name), join(folder, name));
    return names.reverse().map((name) => join(folder, name));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function isLarge({ raw_data }: TensorProto): boolean {
  return raw_data !== undefined && raw_data.length >= SMALL;
}

function digest({ graph }: ModelProto): string {
  const hash = createHash('sha256');
  for (const tensor of graph.initializer.filter(isLarge)) hash.update(tensor.raw_data ?? new Uint8Array());
  return hash.digest('hex').slice(0, 12);
}

/** The model with its large tensors in the file `location`, one after another. */
function withData(model: ModelProto, location: string): ModelProto {
  let offset = 0;
  const initializer = model.graph.initializer.map((tensor): TensorProto => {
    if (!isLarge(tensor)) return tensor;
    const { raw_data, ...rest } = tensor;
    const length = raw_data?.length ?? 0;
    const entries = { location, offset: String(offset), length: String(length) };
    offset += onPage(length);
    const external_data = Object.entries(entries).map(([key, value]) => ({ key, value }));
    return { ...rest, external_data, data_location: EXTERNAL };
  });
  return { ...model, graph: { ...model.graph, initializer } };
}

function onPage(length: number): number {
  return Math.ceil(length / PAGE) * PAGE;
}

function locationOf({ graph }: ModelProto): string {
  const external = graph.initializer.find(isExternal);
  return external?.external_data?.find(({ key }) => key === 'location')?.value ?? '';
}

async function writeData(path: string, { graph }: ModelProto): Promise<void> {
  const parts = graph.initializer
    .filter(isLarge)
    .flatMap(({ raw_data = new Uint8Array() }) => [
      raw_data,
      new Uint8Array(onPage(raw_data.length) - raw_data.length),
    ]);
  await writeFlushed(path, parts);
}

async function writeFlushed(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}
