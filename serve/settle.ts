// Waits for several works that share something.

/** As `Promise.all`, but it waits for all also when one fails: what they read must stay as it is until then. */
export async function settleAll<T>(works: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
