// `trainyard web-demo`: develops the page.
import { defineCommand } from 'citty';
import { portNumber } from '../models/option-values.ts';
import { endSignals } from '../setup/machine/signals.mjs';

export const webDemoCommand = defineCommand({
  args: {
    host: { type: 'string', valueHint: 'address', default: '127.0.0.1', description: 'Address to listen on' },
    port: {
      type: 'string',
      valueHint: 'number',
      default: '5173',
      description: 'Port of the page; 0 takes a free one',
    },
  },
  async run({ args }) {
    const port = portNumber(args.port);
    const { develop } = await import('./develop.ts');
    const development = await develop(args.host, port);
    console.log(`The page, with hot reload: ${development.url}  (Ctrl-C ends it)`);
    await new Promise((resolve) => {
      for (const signal of endSignals) process.once(signal, resolve);
    });
    await development.close();
  },
});
