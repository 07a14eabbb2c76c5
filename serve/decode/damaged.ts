// A file that its decoder cannot make sense of: the sender's mistake, not ours.

export class Damaged extends Error {
  override name = 'Damaged';
}
