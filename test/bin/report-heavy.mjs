// Preloaded with --import: at the end of the process, writes which heavy packages it has loaded, by their JavaScript
// and by their libraries in its memory, one a line, into the file that TRAINYARD_TEST_LOADED names.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { cache } = createRequire(import.meta.url);
const heavy = /\/(@tensorflow|onnxruntime-node|sharp|@img|vite|rolldown|vega)\//;
const libraries = /tfjs_binding|libtensorflow|onnxruntime|libvips|sharp-[\w-]+\.node|rolldown-binding/;

process.on('exit', () => {
  const maps = '/proc/self/maps'; // Linux alone
  const mapped = existsSync(maps) ? readFileSync(maps, 'utf8').split('\n') : [];
  const found = [
    ...Object.keys(cache).map((path) => heavy.exec(path)?.[1] ?? ''),
    ...mapped.map((line) => libraries.exec(line)?.[0] ?? ''),
  ];
  writeFileSync(process.env.TRAINYARD_TEST_LOADED ?? '', [...new Set(found)].filter(Boolean).join('\n'));
});
