// `trainyard start`, the whole road: train digits, export, verify, serve; straight to serving when a model is there.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { UserError } from '../models/errors.ts';
import { portNumber } from '../models/option-values.ts';
import { listModels } from '../models/repository.ts';
import { command } from '../setup/invocation.mjs';
import { endSignals } from '../setup/machine/signals.mjs';
import { commandFile, inCheckout, pageFolder, repositoryFolder, root } from '../setup/paths.mjs';

const RECIPE = 'digits';

/** The version that a checkout comes with, among the user's own: a higher one was trained on this machine. */
const SHIPPED = inCheckout ? 1 : 0;

export const startCommand = defineCommand({
  args: {
    retrain: { type: 'boolean', description: 'Train again even if a model is there' },
    port: { type: 'string', description: 'Port to serve on', default: '3000' },
  },
  async run({ args }) {
    const port = portNumber(args.port);
    const own = (await listModels(repositoryFolder)).some(
      ({ name, version }) => name === RECIPE && version > SHIPPED,
    );
    if (!own || args.retrain) {
      // For serving as well: the page is built anew with pictures of the data that come.
      await step('Set-up', join(root, 'setup/main.mjs'), ['--for', 'all']);
      await step('Training', commandFile, ['train', RECIPE]);
      await step('Export', commandFile, ['export']);
    }
    const { serve } = await import('../serve/main.ts');
    await serve({
      repository: repositoryFolder,
      host: '127.0.0.1',
      port,
      page: pageFolder,
    });
  },
});

/** Runs one step in a process of its own: TensorFlow's memory is given back before serving begins. */
async function step(title: string, script: string, args: string[]): Promise<void> {
  console.log(`\n${title}`);
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' });
  // The child saves what it has, and we end with it. A terminal's Ctrl-C reaches it by itself.
  const passOn = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of endSignals) process.on(signal, passOn);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  for (const signal of endSignals) process.off(signal, passOn);
  if (code !== 0)
    throw new UserError(`${title} ended with status ${code}. \`${command('start')}\` goes on from there.`);
}
