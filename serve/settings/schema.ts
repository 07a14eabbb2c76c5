// The settings of the server: the meaning, type and default of each. Flags, environment variables and the keys of the file
// are all made from this table. The error message of each type says what was expected.
import { z } from 'zod';
import { modelsFolder } from '../../setup/paths.mjs';
import { isNetwork } from '../http/forwarded.ts';
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

/** As text, with the words that the tools around it have: YAML, Docker, systemd. */
const yesOrNo = z.preprocess(
  (value) => (typeof value === 'string' ? (words[value.toLowerCase()] ?? value) : value),
  z.boolean('true or false'),
);
const words: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, on: true, '1': true },
  ...{ false: false, no: false, off: false, '0': false },
};

const text = (what: string) => z.string(what).min(1, what);
const pinnedMessage = 'the name of a model, and a version behind a colon where one is meant';
const deviceMessage = 'auto, cpu, cuda, or cuda: with the number of a GPU';
const networkMessage = 'addresses or networks such as 10.0.0.0/8';
const originMessage = 'origins such as https://example.org, or *';

const LISTENING = 'Address, page and API keys';
const MODELS = 'Models';
const LIMITS = 'Limits';
const LOG = 'Log';

/**
 * In the order in which help and the start of the server list them; `group` is their heading in the help, and `valueHint`
 * what stands there for the value.
 */
export const settingsSchema = z.strictObject({
  host: text('an address').default('127.0.0.1').meta({
    group: LISTENING,
    valueHint: 'address',
    description: 'Address to listen on; 0.0.0.0 is all addresses of the machine',
  }),
  port: whole(0, 65_535)
    .default(3000)
    .meta({ group: LISTENING, valueHint: 'number', description: 'Port to listen on; 0 takes a free one' }),
  grpcPort: whole(0, 65_535).optional().meta({
    group: LISTENING,
    valueHint: 'number',
    description:
      'Port of the same address for the Open Inference Protocol over gRPC; without it, there is none',
  }),
  repository: text('a folder')
    .default(modelsFolder)
    .meta({ group: MODELS, valueHint: 'folder', description: 'Folder of the models' }),
  model: text('the name of a model')
    .optional()
    .meta({ group: MODELS, valueHint: 'name', description: 'Serve this model alone' }),
  defaultModel: z
    .string(pinnedMessage)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(:[1-9][0-9]{0,8})?$/, pinnedMessage)
    .optional()
    .meta({
      group: MODELS,
      valueHint: 'name',
      description: 'Model that answers when none is named, name or name:version; no other does in its place',
    }),
  threads: whole(1, 1024).optional().meta({
    group: MODELS,
    valueHint: 'number',
    description: 'Threads that run models; one for each processor if left out',
  }),
  workers: whole(1, 1024).optional().meta({
    group: MODELS,
    valueHint: 'number',
    description: 'Workers that share the threads; one for each thread, up to 8, if left out',
  }),
  device: z
    .string(deviceMessage)
    .regex(/^(auto|cpu|cuda(:[0-9]{1,3})?)$/, deviceMessage)
    .default('auto')
    .meta({
      group: MODELS,
      valueHint: 'auto|cpu|cuda',
      description: 'Device that runs models; auto uses a GPU when there is one, cuda:1 the second GPU',
    }),
  decode: z.enum(['exact', 'fast'], 'exact or fast').default('exact').meta({
    group: MODELS,
    valueHint: 'exact|fast',
    description: 'How JPEGs are decoded; fast shrinks large ones while it decodes',
  }),
  watchMs: whole(0, 3_600_000).default(500).meta({
    group: MODELS,
    valueHint: 'number',
    description: 'Milliseconds between two checks for new versions of models; 0 checks only at the start',
  }),
  page: yesOrNo.default(true).meta({ group: LISTENING, description: 'Serve the page at /' }),
  keys: text('a file').optional().meta({
    group: LISTENING,
    valueHint: 'file',
    description:
      'File of API keys, "name key" on each line and a quota behind it; read again when it changes; without it, no key is needed',
  }),
  modelKeys: text('a file').optional().meta({
    group: LISTENING,
    valueHint: 'file',
    description: 'File of API keys whose owners may send models; without it, none are taken',
  }),
  repositoryControl: yesOrNo.default(false).meta({
    group: MODELS,
    description:
      'Load and unload models by the Open Inference Protocol; a key of --model-keys is asked for, or of --keys',
  }),
  cors: list(z.string(originMessage).regex(/^(\*|https?:\/\/[^/\s]+)$/, originMessage), originMessage)
    .default([])
    .meta({
      group: LISTENING,
      valueHint: 'origins',
      description: 'Origins whose pages may send requests, separated by commas; * is every origin',
    }),
  allowEmbed: list(
    // They become part of a header, in which a semicolon or a quote has a meaning.
    z.string(originMessage).regex(/^(\*|https?:\/\/(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?)$/, originMessage),
    originMessage,
  )
    .default([])
    .meta({
      group: LISTENING,
      valueHint: 'origins',
      description:
        'Origins whose pages may show /?embed=1 in a frame, separated by commas; * is every origin',
    }),
  trustedProxies: list(z.string(networkMessage).refine(isNetwork, networkMessage), networkMessage)
    .default([])
    .meta({
      group: LISTENING,
      valueHint: 'networks',
      description:
        'Proxies, addresses or networks separated by commas, whose X-Forwarded-For or Forwarded says who the client is',
    }),
  bodyMib: whole(1, 1024)
    .default(defaultLimits.bodyBytes / MiB)
    .meta({ group: LIMITS, valueHint: 'number', description: 'Largest body of a request, in MiB' }),
  heldMib: whole(1, 1_048_576)
    .default(defaultLimits.heldBytes / MiB)
    .meta({
      group: LIMITS,
      valueHint: 'number',
      description: 'Largest size of all bodies in memory together, in MiB',
    }),
  megapixels: whole(1, 4096)
    .default(defaultLimits.pixels / million)
    .meta({ group: LIMITS, valueHint: 'number', description: 'Largest picture, in million pixels' }),
  batch: whole(1, 4096).default(defaultLimits.batch).meta({
    group: LIMITS,
    valueHint: 'number',
    description: 'Largest batch: pictures in one run of a model',
  }),
  queueMs: whole(1, 3_600_000).default(defaultLimits.queue).meta({
    group: LIMITS,
    valueHint: 'number',
    description: 'Estimated milliseconds of work that may wait for each worker',
  }),
  deadlineMs: whole(1, 3_600_000).default(defaultLimits.deadline).meta({
    group: LIMITS,
    valueHint: 'number',
    description: 'Milliseconds after which a picture without a result is refused',
  }),
  headersSeconds: whole(1, 3600)
    .default(connectionLimits.headersTimeout / 1000)
    .meta({
      group: LIMITS,
      valueHint: 'number',
      description: 'Seconds in which the headers of a request must arrive',
    }),
  requestSeconds: whole(1, 86_400)
    .default(connectionLimits.requestTimeout / 1000)
    .meta({
      group: LIMITS,
      valueHint: 'number',
      description: 'Seconds in which a whole request must arrive',
    }),
  keepAliveSeconds: whole(1, 86_400)
    .default(connectionLimits.keepAliveTimeout / 1000)
    .meta({
      group: LIMITS,
      valueHint: 'number',
      description:
        'Seconds for which a connection without a request stays open; more than the proxy in front keeps its own',
    }),
  shutdownDelay: whole(0, 3600).default(0).meta({
    group: LIMITS,
    valueHint: 'number',
    description: 'Seconds that the server goes on after SIGTERM, while /readyz says 503, before it closes',
  }),
  drainSeconds: whole(0, 3600).default(10).meta({
    group: LIMITS,
    valueHint: 'number',
    description: 'Seconds that requests get to finish when the server stops',
  }),
  logFormat: z.enum(['auto', 'text', 'json'], 'auto, text or json').default('auto').meta({
    group: LOG,
    valueHint: 'auto|text|json',
    description: 'Lines of text, or json with one object per line; auto is text on a terminal',
  }),
  logRequests: z
    .enum(['all', 'failed', 'none'], 'all, failed or none')
    .default('failed')
    .meta({ group: LOG, valueHint: 'all|failed|none', description: 'Which requests get a line in the log' }),
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
