// How many there are of something, in words for messages; reports write large numbers in groups of three (their `many`).

/** `1 picture`, `2 pictures`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
