// The settings of the server: what each is for, what it may be, and its default. Flags, environment variables and the
// keys of a file are all made from this table. The message of each form says what was expected.
import { z } from 'zod';
import { repositoryFolder } from '../../setup/paths.mjs';
import { connectionLimits, defaultLimits } from './limits.ts';

const MiB = 1024 * 1024;
const million = 1_000_000;

/** A whole number; as text, as flags and variables have it, or as a number, as a file has it. */
const whole = (least: number, most: number) => {
  const message = `a whole number from ${least} to ${most}`;
  return z.preprocess(
    (value) => (typeof value === 'string' && /^[0-9]+$/.test(value) ? Number(value) : value),
    z.int(message).min(least, message).max(most, message),
  );
};

/** A list; as text with commas. */
const list = (item: z.ZodString, message: string) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').filter((part) => part !== '') : value),
    z.array(item, message),
  );

const yesOrNo = z.preprocess(
  (value) => (value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value),
  z.boolean('true or false'),
);

const text = (what: string) => z.string(what).min(1, what);
const deviceMessage = 'auto, cpu, cuda, or cuda: with the number of a GPU';
const originMessage = 'origins such as https://example.org, or *';

/** In the order in which help and the start of the server list them. */
export const settingsSchema = z.strictObject({
  host: text('an address').default('127.0.0.1').describe('Address to listen on; 0.0.0.0 is all'),
  port: whole(0, 65_535).default(3000).describe('Port to listen on; 0 takes a free one'),
  repository: text('a folder').default(repositoryFolder).describe('Folder of the models'),
  model: text('the name of a model').optional().describe('Serve this model alone'),
  threads: whole(1, 1024).optional().describe('Threads that run models (default: one for each processor)'),
  workers: whole(1, 1024)
    .optional()
    .describe('Workers among which the threads are shared out (default: as many, up to 8)'),
  device: z
    .string()
    .regex(/^(auto|cpu|cuda(:[0-9]{1,3})?)$/, deviceMessage)
    .default('auto')
    .describe('What runs models; auto takes a GPU where there is one'),
  decode: z
    .enum(['exact', 'fast'], 'exact or fast')
    .default('exact')
    .describe('How JPEGs are decoded: exact, or fast, which shrinks large ones meanwhile'),
  watchMs: whole(0, 3_600_000)
    .default(500)
    .describe('Milliseconds between looks for new versions of models; 0 looks only at the start'),
  page: yesOrNo.default(true).describe('Serve the page at /'),
  keys: text('a file')
    .optional()
    .describe('File of API keys, "name key" on each line; without one all may ask'),
  cors: list(z.string().regex(/^(\*|https?:\/\/[^/\s]+)$/, originMessage), originMessage)
    .default([])
    .describe('Origins whose pages may ask, with commas; * is every origin'),
  bodyMib: whole(1, 1024)
    .default(defaultLimits.bodyBytes / MiB)
    .describe('MiB of one request at most'),
  heldMib: whole(1, 1_048_576)
    .default(defaultLimits.heldBytes / MiB)
    .describe('MiB of all requests at once at most'),
  megapixels: whole(1, 4096)
    .default(defaultLimits.pixels / million)
    .describe('Million pixels of one picture at most'),
  batch: whole(1, 4096)
    .default(defaultLimits.batch)
    .describe('Pictures that one run of a model takes at most'),
  queueMs: whole(1, 3_600_000)
    .default(defaultLimits.queue)
    .describe('Milliseconds of work that may wait for each worker, as estimated'),
  deadlineMs: whole(1, 3_600_000)
    .default(defaultLimits.deadline)
    .describe('Milliseconds in which a picture must be answered'),
  headersSeconds: whole(1, 3600)
    .default(connectionLimits.headersTimeout / 1000)
    .describe('Seconds in which the headers of a request must have come'),
  requestSeconds: whole(1, 86_400)
    .default(connectionLimits.requestTimeout / 1000)
    .describe('Seconds in which a whole request must have come'),
  drainSeconds: whole(0, 3600)
    .default(10)
    .describe('Seconds that requests get to finish when the server is told to stop'),
  logFormat: z
    .enum(['auto', 'text', 'json'], 'auto, text or json')
    .default('auto')
    .describe('text, or json with one object a line; auto is text on a terminal'),
  logRequests: z
    .enum(['all', 'failed', 'none'], 'all, failed or none')
    .default('failed')
    .describe('Which requests get a line in the log'),
});

export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;

/** Names of all settings, as a file spells them: `logFormat`. */
export const settingNames = settingsSchema.keyof().options;

/** The flag of a setting: `log-format`. */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The environment variable of a setting: `TRAINYARD_LOG_FORMAT`. */
export function variableOf(name: string): string {
  return `TRAINYARD_${flagOf(name).replace(/-/g, '_').toUpperCase()}`;
}
