// The error about a file that cannot be decoded: it is the sender's mistake, not a bug.

export class Damaged extends Error {
  override name = 'Damaged';
}
