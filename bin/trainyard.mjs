#!/usr/bin/env node
// The `trainyard` command: in a checkout the sources, compiled when one has changed; where it is installed, the package's
// JavaScript.
import { existsSync } from 'node:fs';

const args = process.argv.slice(2);

/** Exit status of a program that wrote to a pipe which nobody reads any more: 128 + SIGPIPE, as a shell has it. */
const BROKEN_PIPE = 141;

// After `| head` it ends without a word, as other programs do; a training goes on from its last checkpoint. A server goes
// on without its log, whose reader is gone or whose disk is full.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error) => {
    if (args[0] === 'serve') return;
    if (!('code' in error) || error.code !== 'EPIPE') throw error;
    process.exit(BROKEN_PIPE);
  });

/** `serve` has an entry of its own, which loads none of the other commands. */
const [name, rest] = args[0] === 'serve' ? ['serve', args.slice(1)] : ['main', args];
const source = new URL(`./${name}.ts`, import.meta.url);
const { main } = await (existsSync(source) ? loadSource() : loadCompiled());
await main(rest);

function loadCompiled() {
  return import(new URL(`../dist/bin/${name}.js`, import.meta.url).href);
}

async function loadSource() {
  // What a bug prints names lines of the sources.
  if (name !== 'serve') process.setSourceMapsEnabled(true);
  const { load } = await import(new URL('../setup/modules/compiled.mjs', import.meta.url).href);
  return load(source.href);
}
