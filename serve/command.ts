// `trainyard serve`: the command line of the server.
import { type ArgsDef, defineCommand } from 'citty';
import { pageFolder } from '../setup/paths.mjs';
import { resolveSettings } from './settings/resolve.ts';
import { flagOf, settingNames, settingsSchema, variableOf } from './settings/schema.ts';

export const serveCommand = defineCommand({
  meta: { name: 'serve', description: 'Serve the models of the repository, and the page, over HTTP' },
  args: {
    config: { type: 'string', description: 'JSON file of settings; flags and variables win over it' },
    check: {
      type: 'boolean',
      description: 'Load every model, check its golden vectors, and end with 0 or 1',
    },
    ...flags(),
  },
  async run({ args }) {
    const file = typeof args.config === 'string' ? args.config : undefined;
    const resolved = resolveSettings({ flags: args, environment: process.env, file });
    const { checkSettings, serveSettings } = await import('./start.ts');
    if (args.check === true) process.exitCode = (await checkSettings(resolved)) ? 0 : 1;
    else await serveSettings(resolved, pageFolder);
  },
});

/** A flag for each setting. It has no default here, so that what was not given can come from elsewhere. */
function flags(): ArgsDef {
  return Object.fromEntries(
    settingNames.map((name) => {
      const description = `${settingsSchema.shape[name].description} [${variableOf(name)}${shownDefault(name)}]`;
      const type = name === 'page' ? ('boolean' as const) : ('string' as const);
      return [flagOf(name), { type, description }];
    }),
  );
}

function shownDefault(name: (typeof settingNames)[number]): string {
  const value: unknown = settingsSchema.shape[name].safeParse(undefined).data;
  return value === undefined || String(value) === '' ? '' : `, ${value}`;
}
