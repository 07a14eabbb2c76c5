// Fetches a file and says how far it is.
import { messageOf } from '../../models/errors.ts';

/**
 * Fetches a whole file.
 *
 * @param size - bytes of the file, where they are known; otherwise Content-Length is taken, if the server sends it.
 * @param progress - called with the bytes that are here and the bytes to expect.
 * @throws Error that names the address, when the file does not come whole, or the server answers anything but success.
 */
export async function download(
  url: string,
  size: number | undefined,
  progress: (loaded: number, total: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const named = (error: unknown): never => {
    throw new Error(`${url} cannot be fetched: ${messageOf(error)}`, { cause: error });
  };
  const response = await fetch(url).catch(named);
  if (!response.ok || !response.body) throw new Error(`${url}: the server answered ${response.status}`);
  // Content-Length counts compressed bytes, the stream gives uncompressed ones.
  const encoded = response.headers.has('content-encoding');
  const total = size ?? (encoded ? 0 : Number(response.headers.get('content-length') ?? 0));
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(named);
    if (done) break;
    pieces.push(value);
    loaded += value.length;
    progress(loaded, Math.max(loaded, total));
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
