// Reads idx files of bytes, the format in which MNIST and its relatives are distributed.
import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '../../models/errors.ts';
import { hasCode } from '../../models/list-models.ts';
import { command } from '../../setup/invocation.mjs';

/**
 * Reads an idx file of unsigned bytes that must have the given dimensions.
 * Format: two zero bytes, 0x08 for unsigned bytes, the number of dimensions, each dimension as a big-endian
 * 32-bit integer, then the data (http://yann.lecun.com/exdb/mnist).
 *
 * @returns the data alone, on a SharedArrayBuffer
 * @throws UserError naming the file, and the command that repairs it, if it is missing or not what was expected
 */
export async function readIdx(path: string, dimensions: readonly number[]): Promise<Uint8Array> {
  const file = await openFile(path);
  try {
    const header = Buffer.alloc(4 + 4 * dimensions.length);
    const length = dimensions.reduce((product, dimension) => product * dimension, 1);
    expect(path, 'bytes', header.length + length, (await file.stat()).size);

    await readFully(file, header, 0);
    expect(path, 'the magic number', hex(0x0800 + dimensions.length), hex(header.readUInt32BE(0)));
    const received = dimensions.map((_, index) => header.readUInt32BE(4 + 4 * index));
    expect(path, 'dimensions', dimensions.join('x'), received.join('x'));

    const data = new Uint8Array(new SharedArrayBuffer(length));
    await readFully(file, data, header.length);
    return data;
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    throw new UserError(`${path} is missing. Run \`${command('setup')}\` to fetch it.`);
  }
}

async function readFully(file: FileHandle, target: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0)
      throw new Error(`the file ended ${target.length - done} bytes early while it was read`);
    done += bytesRead;
  }
}

function expect(path: string, what: string, expected: string | number, received: string | number): void {
  if (received === expected) return;
  throw new UserError(
    `${path} is damaged: expected ${what} ${expected}, received ${received}. Delete it and run \`${command('setup')}\`.`,
  );
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}
