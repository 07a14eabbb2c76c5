// What the environment says of the Hugging Face Hub, by the variables of Python's huggingface_hub.
// Reference: https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../models/errors.ts';
import { cacheFolder } from '../setup/paths.mjs';
import { HUGGING_FACE } from './address.ts';

/** Where the Hub is, who asks, and where its files are kept. */
export interface HubSettings {
  /** Its address, without a slash behind it. */
  readonly endpoint: string;
  /** Of a user; undefined where nobody is logged in. */
  readonly token: string | undefined;
  /** Whether nothing is asked for: what is in the cache has to do. */
  readonly offline: boolean;
  /** Folder of the models that were fetched, laid out as huggingface_hub's. */
  readonly cache: string;
}

/**
 * Reads `HF_ENDPOINT`, `HF_TOKEN` (or the file of `HF_TOKEN_PATH`, where `hf auth login` writes it), `HF_HUB_OFFLINE`,
 * `HF_HUB_CACHE` and `HF_HOME`. The last two share Python's cache; without them, models are in this project's own.
 *
 * @throws UserError when `HF_ENDPOINT` is no address.
 */
export function hubSettings(env: Readonly<Record<string, string | undefined>> = process.env): HubSettings {
  const caches = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const home = env.HF_HOME || join(caches, 'huggingface');
  const shared = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || (env.HF_HOME && join(env.HF_HOME, 'hub'));
  return {
    endpoint: endpointOf(env.HF_ENDPOINT || HUGGING_FACE),
    token: isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN) ? undefined : tokenOf(env, join(home, 'token')),
    offline: isTrue(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE),
    cache: resolve(shared || join(cacheFolder(), 'hub')),
  };
}

/** Words that huggingface_hub takes for yes. */
// Stryker disable next-line StringLiteral: any other word is none of them
function isTrue(text = ''): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes(text.toUpperCase());
}

function endpointOf(text: string): string {
  const { username = '', password = '' } = URL.canParse(text) ? new URL(text) : {};
  // Not shown: messages are logged.
  if (username !== '' || password !== '')
    throw new UserError(
      'HF_ENDPOINT has a user or a password in it, with which no request can be made. Give the address without them, and a token by HF_TOKEN.',
    );
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '');
  throw new UserError(
    `HF_ENDPOINT is ${JSON.stringify(text)}, expected the address of a Hugging Face Hub, such as https://huggingface.co.`,
  );
}

function tokenOf(env: Readonly<Record<string, string | undefined>>, usual: string): string | undefined {
  const text = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN || contentOf(env.HF_TOKEN_PATH || usual);
  return text.trim() || undefined;
}

/** Text of a file; empty for one that cannot be read: nobody has logged in. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
