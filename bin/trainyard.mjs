#!/usr/bin/env node
// The `trainyard` command: `serve` as it is compiled; all others through the TypeScript loader.
const args = process.argv.slice(2);

if (args[0] === 'serve') {
  const { compiled } = await import('../setup/compiled.mjs');
  const { main } = await import(await compiled('bin/serve.ts'));
  await main(args.slice(1));
} else {
  const { register } = await import('tsx/esm/api');
  register();
  const { main } = await import('./commands.ts');
  await main(args);
}
