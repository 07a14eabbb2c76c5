// In a process of its own: a pipe, to which nobody writes, comes in the place of a file of keys.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { openKeyFile } from '../../../serve/http/key-file.ts';

interface Task {
  readonly path: string;
  readonly key: string;
}

/** Sends the owner of the key after three looks, and what they said. */
export async function work({ path, key }: Task, send: (told: object) => Promise<void>): Promise<void> {
  const lines: string[] = [];
  const file = openKeyFile(path, (line) => void lines.push(line));
  rmSync(path);
  execFileSync('mkfifo', [path]);
  for (let i = 0; i < 3; i++) file.look();
  await send({ owner: file.ring(key), lines });
}
