// The body of an answer, piece by piece, for as long as enough comes.

/** Bytes that have to come in so many milliseconds. */
export interface Pace {
  readonly bytes: number;
  readonly within: number;
}

/** The slowest lines of telephones are ten times as fast. */
const SLOWEST: Pace = { bytes: 16 * 1024, within: 60_000 };

/**
 * The pieces of a body. The time that is taken for what is done with them does not count.
 * @throws when too little comes: a line that was cut says nothing by itself, and one that drips never ends.
 */
export async function* pieces(
  { body }: Response,
  { bytes, within }: Pace = SLOWEST,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  let [came, left] = [0, within];
  try {
    for (;;) {
      const asked = performance.now();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(tooLittle(came, within))), left);
      });
      const { done, value } = await Promise.race([reader.read(), late]).finally(() => clearTimeout(timer));
      if (done) return;
      came += value.length;
      left -= performance.now() - asked;
      if (came >= bytes) [came, left] = [0, within];
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function tooLittle(came: number, within: number): string {
  return `${came === 0 ? 'nothing' : `${came} bytes`} came in ${within / 1000} s`;
}
