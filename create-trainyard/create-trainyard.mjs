#!/usr/bin/env node
// `npm create trainyard [folder]`: what `trainyard init [folder]` does, of the Trainyard that npm has fetched with this.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const manifest = createRequire(import.meta.url).resolve('trainyard/package.json');
const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
process.argv.splice(2, 0, 'init');
// The path may have characters that mean something in an address, such as # and %.
await import(new URL(bin.trainyard, pathToFileURL(manifest)).href);
