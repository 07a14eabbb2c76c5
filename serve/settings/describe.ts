// The settings as a sentence, for the start of the server. None of them is secret: API keys are in a separate file.
import { visible } from '../../models/printable.ts';
import type { Resolved } from './resolve.ts';
import { settingNames } from './schema.ts';

/** The settings that are not defaults, each with its source: `port 8000 (--port), threads 2 (TRAINYARD_THREADS)`. */
export function describeSettings({ settings, sources }: Resolved): string {
  const given = settingNames.filter((name) => sources.get(name) !== 'default');
  if (given.length === 0) return 'settings: all defaults';
  return `settings: ${given.map((name) => `${name} ${shown(settings[name])} (${sources.get(name)})`).join(', ')}`;
}

function shown(value: unknown): string {
  return visible(Array.isArray(value) ? value.join(',') : String(value));
}
