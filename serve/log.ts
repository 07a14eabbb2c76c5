// What the server says while it runs: sentences on a terminal, or one JSON object a line for a log collector.
import pino from 'pino';

export type LogLevel = 'info' | 'warn' | 'error';

/** What belongs to a line beside its sentence, such as the id of a request. */
export interface LogFields {
  readonly level?: LogLevel;
  readonly [key: string]: unknown;
}

/** Says a line. The fields go into JSON alone: the sentence must do without them. */
export type Log = (line: string, fields?: LogFields) => void;

/**
 * Bytes of JSON lines that wait before they are written, for how many milliseconds at most, and the bytes at which
 * lines are thrown away: whoever reads them may stand still, the server may not.
 */
const BUFFER = { sync: false, minLength: 4096, periodicFlush: 500, maxLength: 4 * 1024 * 1024 };

/** Milliseconds that the end of the process waits for whoever reads. */
const LAST_WORDS = 1000;

/** Sentences alone: what is wrong on standard error, all else on standard output. */
export function textLog(): Log {
  return (line, { level = 'info' } = {}) => (level === 'info' ? console.log(line) : console.error(line));
}

export interface JsonLog {
  readonly log: Log;
  /** Writes what still waits, as far as it is read within a second; to be called before the process ends. */
  flush(): void;
}

/**
 * One JSON object a line: `level`, `time` (ISO 8601), `msg` and the fields. Lines are written in blocks, since a
 * system call for each request would cost more than the request's JSON.
 *
 * @param destination - a file descriptor; 1 is standard output.
 */
export function jsonLog(destination = 1): JsonLog {
  let until = Number.POSITIVE_INFINITY;
  if (destination === process.stdout.fd) neverWait(process.stdout);
  const stream = pino.destination({
    dest: destination,
    ...BUFFER,
    retryEAGAIN: () => performance.now() < until,
  });
  const flushSync = stream.flushSync.bind(stream);
  /** pino calls it when the process ends, and would wait for good. */
  stream.flushSync = () => {
    until = Math.min(until, performance.now() + LAST_WORDS);
    try {
      flushSync();
    } catch {
      // nobody reads: the rest is lost
    }
  };
  const logger = pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return {
    log: (line, { level = 'info', ...fields } = {}) => logger[level](fields, line),
    flush: () => stream.flushSync(),
  };
}

/**
 * A write to a pipe that is full, and that nobody reads, would otherwise hold its thread for good, and with it the end of
 * the process.
 */
function neverWait(stream: NodeJS.WriteStream): void {
  // Node has no public way; files have no such handle, and need none.
  const { _handle: handle } = stream as { _handle?: { setBlocking?: (blocking: boolean) => void } };
  handle?.setBlocking?.(false);
}
