#!/usr/bin/env node
// The `trainyard` command: `serve` as it is compiled; all others through the TypeScript loader.
const args = process.argv.slice(2);

/** Exit status of a program that wrote to a pipe which nobody reads any more: 128 + SIGPIPE, as a shell has it. */
const BROKEN_PIPE = 141;

// After `| head` it ends without a word, as other programs do; a training goes on from its last checkpoint.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error) => {
    if (!('code' in error) || error.code !== 'EPIPE') throw error;
    process.exit(BROKEN_PIPE);
  });

if (args[0] === 'serve') {
  const { load } = await import('../setup/compiled.mjs');
  const { main } = await load('bin/serve.ts');
  await main(args.slice(1));
} else {
  const { register } = await import('tsx/esm/api');
  register();
  const { main } = await import('./main.ts');
  await main(args);
}
