// The lines of a text, however long it is: those that a line feed ends. Node's readline ends them at other signs as well, which
// names of files may have.
import { StringDecoder } from 'node:string_decoder';

/** A line without its line feed, and whether it had one: the last one may not. */
export interface Line {
  readonly text: string;
  readonly ended: boolean;
}

/** @param stream - bytes of UTF-8. */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of stream) {
    const lines = (rest + decoder.write(Buffer.from(piece))).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield { text, ended: true };
  }
  rest += decoder.end();
  if (rest !== '') yield { text: rest, ended: false };
}
