// Tells the service worker which files a visit needs, and names the build by their content.
import { createHash } from 'node:crypto';
import type { Plugin, Rolldown } from 'vite';
import { entryAddress } from './browser-files.ts';

/** Fetched only when asked for: WebGPU's runtime, what asks the Hugging Face Hub, test pictures, what trains, and what only other pages import. */
const onDemand =
  /asyncify|webgpu|hub-worker|test-pictures|teach-worker|react\.js$|element\.js$|\.d\.ts$|^sw\.js$/;

/** Replaces PAGE_FILES and PAGE_BUILD in the service worker. */
export function precache(): Plugin {
  return {
    name: 'precache',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const worker = bundle['sw.js'];
        if (worker?.type !== 'chunk') throw new Error('the build has no chunk sw.js');
        const names = Object.keys(bundle).filter((name) => !onDemand.test(name));
        const files = [...names.flatMap((name) => addressOf(name, bundle[name])), './', 'favicon.svg'].sort();
        const hash = createHash('sha256');
        for (const name of names.sort()) {
          const file = bundle[name];
          hash.update(name).update(file?.type === 'chunk' ? file.code : (file?.source ?? ''));
        }
        worker.code = worker.code
          .replaceAll('PAGE_FILES', JSON.stringify(JSON.stringify(files)))
          .replaceAll('PAGE_BUILD', JSON.stringify(hash.digest('hex').slice(0, 16)));
      },
    },
  };
}

/** How the page names a file; it names itself by its folder. */
function addressOf(name: string, file: Rolldown.OutputAsset | Rolldown.OutputChunk | undefined): string[] {
  if (name === 'index.html') return [];
  const isEntry = name === 'browser/trainyard.js' && file?.type === 'asset';
  return [isEntry ? entryAddress(file.source) : name];
}
