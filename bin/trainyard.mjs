#!/usr/bin/env node
// The `trainyard` command: registers the TypeScript loader, then runs bin/commands.ts.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./commands.ts');
await main(process.argv.slice(2));
