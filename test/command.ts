// Runs the command line within a test: a process of its own takes a second more, or two where it loads TensorFlow.
import { vi } from 'vitest';

/**
 * Runs `trainyard <args>` as its program does.
 * @returns the exit status, and what was printed.
 * @throws what a process of its own would end with a stack trace for.
 */
export async function trainyard(...args: string[]) {
  const { main } = await import('../bin/main.ts');
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await main(args);
    return {
      status: process.exitCode ?? 0,
      stdout: [...log.mock.calls, ...write.mock.calls.map(([text]) => text)].join('\n'),
      stderr: error.mock.calls.join('\n'),
    };
  } finally {
    process.exitCode = undefined;
    log.mockRestore();
    write.mockRestore();
    error.mockRestore();
  }
}
