// The server's log: sentences on a terminal, or one JSON object per line for a log collector.
import pino from 'pino';
import SonicBoom from 'sonic-boom';
import { escapeJson, visibleLines } from '../models/printable.ts';

export type LogLevel = 'info' | 'warn' | 'error';

/** Fields of a line beside its sentence, such as the id of a request. */
export interface LogFields {
  readonly level?: LogLevel;
  readonly [key: string]: unknown;
}

/**
 * Writes a line. The fields are written in JSON only: the sentence must be complete without them. Text from elsewhere
 * goes into a sentence by `printable`, so that it cannot begin a line of its own; what else acts on a terminal is shown as
 * its escape here.
 */
export type Log = (line: string, fields?: LogFields) => void;

/**
 * Lines of JSON are written in blocks of so many bytes, after so many milliseconds at the latest. When so many bytes
 * wait, lines are thrown away: when nobody reads the log, the server must not stop.
 */
const BUFFER = { sync: false, minLength: 4096, periodicFlush: 500, maxLength: 4 * 1024 * 1024 };

/** Milliseconds that the process waits at its end until its last lines are read. */
const FLUSH_PATIENCE = 1000;

/** Sentences only: warnings and errors on standard error, all others on standard output. */
export function textLog(): Log {
  return (line, { level = 'info' } = {}) => {
    const text = visibleLines(line);
    if (level === 'info') console.log(text);
    else console.error(text);
  };
}

export interface JsonLog {
  readonly log: Log;
  /** Writes the lines that still wait, unless nobody reads them for a second; to be called before the process ends. */
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
  // Not pino's own, of version 4: at the end it writes to a closed pipe or a full disk for ever.
  const stream = new SonicBoom({
    dest: destination,
    ...BUFFER,
    retryEAGAIN: () => performance.now() < until,
  });
  stream.on('error', () => {}); // nobody reads, or the disk is full: serving goes on, and so does the log when it can
  const logger = pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: escapeJson },
    },
    stream,
  );
  return {
    log: (line, { level = 'info', ...fields } = {}) => logger[level](fields, line),
    flush() {
      until = Math.min(until, performance.now() + FLUSH_PATIENCE);
      try {
        stream.flushSync();
      } catch {
        // the other lines are lost
      }
    },
  };
}

/**
 * Otherwise a write to a full pipe that nobody reads would block its thread forever, and the process would not end.
 */
function neverWait(stream: NodeJS.WriteStream): void {
  // Node has no public function for this; files have no such handle and need none.
  const { _handle: handle } = stream as { _handle?: { setBlocking?: (blocking: boolean) => void } };
  handle?.setBlocking?.(false);
}
