// The value of every setting: a flag wins over an environment variable, that over the file, and that over the default.
import { readFileSync } from 'node:fs';
import { messageOf, UserError } from '../../models/errors.ts';
import { nearest, suggestion } from '../../models/nearest.ts';
import { systemReason } from '../../models/system-reason.ts';
import { parseWrittenJson } from '../../models/written-json.ts';
import { flagOf, type Settings, settingNames, settingsSchema, variableOf } from './schema.ts';
import { isServiceLink, isServiceVariable } from './service-links.ts';

/** Environment variable that names the file of settings. */
export const CONFIG_VARIABLE = 'TRAINYARD_CONFIG';

/** Variables of other parts of the project. */
const OTHER_VARIABLES = ['CACHE', 'PYTHON', 'RUNS', 'TORCH'].map((name) => `TRAINYARD_${name}`);

export interface Resolved {
  readonly settings: Settings;
  /** Where the value of each name comes from: `--port`, `TRAINYARD_PORT`, `serve.json: port`, or `default`. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface Sources {
  /** By the names of flags, `log-format`; undefined where it was not given. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** JSON file: an object with the names of settings as keys. */
  readonly file?: string | undefined;
}

/**
 * Resolves all settings.
 *
 * @throws UserError with a line for each wrong setting, such as
 * `TRAINYARD_PORT: received "http", expected a whole number from 0 to 65535`.
 */
export function resolveSettings(given: Sources): Resolved {
  const path = given.file ?? readVariable(given.environment[CONFIG_VARIABLE]);
  const inFile = path === undefined ? {} : readFile(path);
  const values: Record<string, unknown> = {};
  const sources = new Map<string, string>();
  for (const name of settingNames) {
    const candidates = [
      [`--${flagOf(name)}`, given.flags[flagOf(name)]],
      [variableOf(name), readVariable(given.environment[variableOf(name)])],
      [`${path}: ${name}`, inFile[name]],
    ] as const;
    const [source, value] = candidates.find(([, value]) => value !== undefined && value !== '') ?? [
      'default',
    ];
    sources.set(name, source);
    values[name] = value;
  }
  const result = settingsSchema.safeParse(values);
  if (result.success) return { settings: result.data, sources };
  const lines = result.error.issues.map(({ path: [key], message }) => {
    const name = String(key);
    return `${sources.get(name)}: received ${JSON.stringify(values[name])}, expected ${message}`;
  });
  throw new UserError([...new Set(lines)].join('\n'));
}

/** The value of a variable; undefined when there is none. Files of variables may leave blanks and carriage returns. */
function readVariable(variable: string | undefined): string | undefined {
  const value = variable?.trim();
  return value === '' || isServiceLink(value) ? undefined : value;
}

/** A line for each variable that is probably a mistyped setting. */
export function strayVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = [...settingNames.map(variableOf), CONFIG_VARIABLE, ...OTHER_VARIABLES];
  return Object.keys(environment)
    .filter((name) => name.startsWith('TRAINYARD_') && !known.includes(name) && !isServiceVariable(name))
    .flatMap((name) => {
      const near = nearest(name, known);
      return near === undefined ? [] : [`${name} is not a setting. Did you mean ${near}?`];
    });
}

function readFile(path: string): Record<string, unknown> {
  const value = parse(readBytes(path), path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`${path}: expected an object such as {"port": 8000}`);
  }
  for (const key of Object.keys(value)) {
    if (settingNames.some((name) => name === key)) continue;
    throw new UserError(`${path}: there is no setting "${key}". ${suggestion(key, settingNames)}`);
  }
  return { ...value };
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UserError(
      `the file of settings ${path} cannot be read: ${systemReason(error) ?? messageOf(error)}. --config or ${CONFIG_VARIABLE} names one such as {"port": 8000}`,
    );
  }
}

function parse(bytes: Uint8Array, path: string): unknown {
  try {
    return parseWrittenJson(bytes);
  } catch (error) {
    throw new UserError(`the file of settings ${path} cannot be read: it is not JSON (${messageOf(error)})`);
  }
}
