// `trainyard serve`: the command line of the server.
import { type ArgsDef, defineCommand } from 'citty';
import { pageFolder } from '../setup/paths.mjs';
import { prepareServing } from '../setup/serving.mjs';
import { resolveSettings } from './settings/resolve.ts';
import { flagOf, settingNames, settingsSchema, variableOf } from './settings/schema.ts';

export const serveCommand = defineCommand({
  args: {
    config: {
      type: 'string',
      valueHint: 'file',
      description:
        'JSON file of settings; an option wins over an environment variable, and both win over the file',
    },
    check: {
      type: 'boolean',
      description: 'Load and check every model, and end: with status 0 when all are well, else 1',
    },
    ...flags(),
  },
  async run({ args }) {
    const file = typeof args.config === 'string' ? args.config : undefined;
    const resolved = resolveSettings({ flags: args, environment: process.env, file });
    await prepareServing();
    const { checkSettings, serveSettings } = await import('./start.ts');
    if (args.check === true) process.exitCode = (await checkSettings(resolved)) ? 0 : 1;
    else await serveSettings(resolved, pageFolder);
  },
});

/** A flag for each setting. It has no default here, so that what was not given can come from elsewhere. */
function flags(): ArgsDef {
  return Object.fromEntries(
    settingNames.map((name) => {
      const { description = '', ...shown } = settingsSchema.shape[name].meta() ?? {};
      const usual: unknown = settingsSchema.shape[name].safeParse(undefined).data;
      const flag = {
        type: typeof usual === 'boolean' ? ('boolean' as const) : ('string' as const),
        description: `${description} [${variableOf(name)}]`,
        ...shown,
        ...(usual !== undefined && String(usual) !== '' && { usual }),
      };
      return [flagOf(name), flag];
    }),
  );
}
