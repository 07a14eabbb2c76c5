// Which test files share a process with others, and which have one of their own.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ofPage = (name: string) => `web-demo/${name}`;

/** Folders whose tests call our code in the test's process, and leave that as they met it: leaves-nothing.ts looks. */
const SHARED = [
  ...['deploy', 'docs', 'examples', 'export', 'hub', 'models', 'mutate', 'related'],
  ...['serve', 'setup', 'train', 'web-demo'],
];

/** Files and folders in them that need processes of their own, or gain nothing by a shared one. */
const ALONE = [
  // They set variables of the environment for as long as they run, or go to another folder.
  ...['hub/use', 'train/cli/command', 'train/cli/one-way', 'train/library/own'],
  ...['serve/library/handler', 'web-demo/component/module', 'web-demo/share', 'web-demo/troubles'],
  // They replace modules, for themselves alone.
  ...['serve/memory/collect-garbage', 'train/report/without-sharp', 'train/files/unfinished'],
  ...['train/datasets/folder/interrupted', 'train/runs/lock', 'train/loader/crash'],
  // They look at what is loaded so far.
  ...['export/cli/words', 'train/graph/tensorflow'],
  // They measure memory or how a process ends, or what TensorFlow prints.
  ...['serve/memory/buffer-pool', 'serve/sessions/exit-gate', 'train/memory', 'train/graph/quietly'],
  ...['train/project/kept', 'train/graph/compile'],
  // They have sharp read SVG, which others in a process switch off.
  ...['examples/sources', 'export/novelty/shipped'],
  // They start programs, one after the other: in a process of their own they begin early.
  ...[
    'export/novelty/export',
    'export/publish/killed',
    'export/publish/transfer',
    'export/quantize',
    'export/saved-model',
    'export/tf2onnx',
    'export/to',
  ],
  ...['export/shipped', 'serve/openapi/docs-page', 'serve/openinference/clients', 'train/cli/signals'],
  ...[
    'train/cluster/tasks',
    'train/library',
    'train/loop',
    'train/project/whole-road',
    'train/report/live',
    'train/report/page',
  ],
  ...['train/report/record', 'train/runs/old-run', 'train/sweep/local', 'train/sweep/ray', 'train/verify'],
  ...['docs/contributing', 'docs/own', 'serve/alone', 'serve/predict', 'serve/process'],
  ...['serve/telemetry', 'setup/failing', 'setup/killed'],
  // They open browsers, one after the other.
  ...['access', 'camera', 'features', 'mattered', 'models', 'offline', 'three-browsers'].map(ofPage),
  ...['teach/camera', 'teach/page', 'teach/three-browsers'].map(ofPage),
];

/**
 * Every test file, as a path from the checkout's folder.
 *
 * @throws Error for a name above of which there is no test.
 */
export function testFiles(): { readonly alone: string[]; readonly shared: string[] } {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.test.ts'))
    .sort();
  const isOf = (path: string, name: string) => path === `${name}.test.ts` || path.startsWith(`${name}/`);
  const gone = [...SHARED, ...ALONE].filter((name) => !files.some((path) => isOf(path, name)));
  if (gone.length > 0)
    throw new Error(`test/processes.ts names ${gone}, where there is no test: leave it out.`);
  const isShared = (path: string) =>
    SHARED.some((name) => isOf(path, name)) && !ALONE.some((name) => isOf(path, name));
  const fromCheckout = (path: string) => join('test', path);
  return {
    alone: files.filter((path) => !isShared(path)).map(fromCheckout),
    shared: files.filter(isShared).map(fromCheckout),
  };
}
