// The files in a tar, one after another, of which one is held at a time.
import { createReadStream } from 'node:fs';
import { createTarDecoder } from 'modern-tar';
import { firstLine } from '../../../../../models/image/decode/sharp.ts';

/** A file in a tar. */
export interface Member {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Its content; to be asked for before the next member is. */
  bytes(): Promise<Uint8Array>;
}

/** A tar that cannot be read on: cut off, or none. */
export class BadTar extends Error {}

/** Bytes that are read from the disk at once. */
const CHUNK = 2 ** 20;

/** The files of a tar in their order, without folders and links. @throws BadTar where it cannot be read on */
export async function* membersOf(file: string): AsyncGenerator<Member> {
  const stream = createReadStream(file, { highWaterMark: CHUNK });
  const { readable, writable } = createTarDecoder({ strict: true });
  const entries = readable.getReader();
  // What goes wrong comes out of the decoder as well.
  const fed = feed(stream, writable.getWriter()).catch(() => {});
  try {
    for (let next = await entries.read(); !next.done; next = await entries.read()) {
      const { header, body } = next.value;
      let isRead = false;
      const bytes = async () => {
        isRead = true;
        return new Uint8Array(await new Response(body).arrayBuffer());
      };
      if (header.type === 'file')
        yield { name: header.name.replace(/^(\.\/)+/, ''), size: header.size, bytes };
      if (!isRead) await body.cancel();
    }
  } catch (error) {
    throw new BadTar(firstLine(error), { cause: error });
  } finally {
    stream.destroy();
    await entries.cancel().catch(() => {});
    await fed;
  }
}

/** Gives a decoder the pieces of a file as it takes them. */
async function feed(
  stream: AsyncIterable<Uint8Array>,
  writer: {
    write(piece: Uint8Array): Promise<void>;
    close(): Promise<void>;
    abort(reason: unknown): Promise<void>;
  },
): Promise<void> {
  try {
    for await (const piece of stream) await writer.write(piece);
    await writer.close();
  } catch (error) {
    await writer.abort(error);
  }
}
