// `trainyard doctor`: what this machine has, and what to do about what is missing.
import { defineCommand } from 'citty';
import { printJson } from '../models/print-json.ts';

export const doctorCommand = defineCommand({
  args: {
    json: { type: 'boolean', description: 'Print it as one JSON object' },
  },
  async run({ args }) {
    const { inspect } = await import('../setup/machine/inspect.mjs');
    const { describe } = await import('../setup/machine/describe.mjs');
    const facts = inspect();
    if (args.json) printJson(facts);
    else console.log(describe(facts));
  },
});
