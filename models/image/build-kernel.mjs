// Compiles kernel.wat into kernel.ts: `npm run build:kernel`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** The text of kernel.ts. */
export async function compileKernel() {
  const { parseWat } = await wabt();
  const module = parseWat('kernel.wat', readFileSync(here('kernel.wat'), 'utf8'), { simd: true });
  const { buffer } = module.toBinary({});
  const lines =
    Buffer.from(buffer)
      .toString('base64')
      .match(/.{1,100}/g) ?? [];
  return `// kernel.wat as base64; made by \`npm run build:kernel\`.\nexport const kernel =\n${lines.map((line) => `  '${line}'`).join(' +\n')};\n`;
}

if (process.argv[1] === here('build-kernel.mjs')) writeFileSync(here('kernel.ts'), await compileKernel());
