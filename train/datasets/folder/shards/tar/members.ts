// The files in a tar, one after another, of which one is held at a time.
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
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
  try {
    const entries = Readable.toWeb(stream).pipeThrough(createTarDecoder({ strict: true }));
    for await (const entry of entries) {
      // Its type has it that a stream can also give nothing.
      if (entry === undefined) continue;
      const { header, body } = entry;
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
  }
}
