// Compares the first bytes of a file with what formats begin with.

/** Bytes as the letters of their numbers. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** @param signature - letters of bytes; a dot stands for any byte */
export function startsWith(start: string, signature: string): boolean {
  if (start.length < signature.length) return false;
  return Array.from(signature).every((letter, i) => letter === '.' || letter === start[i]);
}

/** Four letters, as the chunks of PNG and WebP are named. */
export function nameAt(bytes: Uint8Array, at: number): string {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return String.fromCharCode(a, b, c, d);
}
