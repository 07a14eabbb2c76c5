// The file of a model in the page's list, as the worker takes it.
import type { ModelEntry } from '../../page/models/catalog.ts';
import type { BaseFile } from '../worker/protocol.ts';

export async function fileOfEntry({ source, sha256, size }: ModelEntry): Promise<BaseFile> {
  if (typeof source === 'string') return { url: source, sha256, size };
  return { bytes: new Uint8Array(await source.arrayBuffer()) };
}
