// The body of an answer, piece by piece, for as long as something comes.

/** Milliseconds without a byte after which a download has stopped. */
const STALLED = 60_000;

/** The pieces of a body. @throws when none comes for a while: a line that was cut says nothing by itself. */
export async function* pieces({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`nothing came for ${STALLED / 1000} s`)), STALLED);
      });
      const { done, value } = await Promise.race([reader.read(), late]).finally(() => clearTimeout(timer));
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
