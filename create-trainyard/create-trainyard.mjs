#!/usr/bin/env node
// `npm create trainyard [folder]`: what `trainyard init [folder]` does, of the Trainyard that npm has fetched with this.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const manifest = createRequire(import.meta.url).resolve('trainyard/package.json');
const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
process.argv.splice(2, 0, 'init');
await import(new URL(bin.trainyard, `file://${manifest}`).href);
