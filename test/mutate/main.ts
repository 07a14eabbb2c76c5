// `npm run mutate <area>`: changes the code in one place after the other, and lists the changes that no test notices.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { root } from '../../setup/paths.mjs';
import { type Area, areas } from './areas.ts';
import { type Choice, choose, files } from './choose.ts';
import { forget } from './forget.ts';
import { isChosen, shareOf, wilsonInterval } from './share.mjs';
import { summarize } from './summary.ts';

const USAGE = `npm run mutate <area, or how a path begins> ... [-- --force] [--concurrency 2] [--share 0.2]
  --force          tries all changes again, not only those that survived or are new
  --concurrency n  tries n changes at once (default 1)
  --share part     tries a part of all changes, such as 0.2, which a hash chooses
  --seed words     chooses another part (default 1)`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    force: { type: 'boolean', default: false },
    concurrency: { type: 'string', default: '1' },
    share: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
});
const share = shareOf(values.share, values.seed);

process.chdir(root);
if (positionals.length === 0) {
  console.log(USAGE);
  for (const [name, { sources, least }] of Object.entries<Area>(areas))
    console.log(
      `${name.padEnd(14)} at least ${least} %  ${files(sources, root).length} files: ${sources.join(' ')}`,
    );
} else {
  for (const choice of choose(positionals, root)) await mutate(choice);
}

async function mutate({ name, area, files: mutated, whole }: Choice): Promise<void> {
  const folder = join('.trainyard', 'mutate', name);
  const incrementalFile = join(folder, 'incremental.json');
  mkdirSync(folder, { recursive: true });
  if (existsSync(incrementalFile))
    writeFileSync(incrementalFile, forget(readFileSync(incrementalFile, 'utf8'), mutated, textOf));
  // The process that runs the tests reads its configuration, and so its area, anew.
  process.env.MUTATED_AREA = name;
  // So does the one that asks which changes are tried.
  process.env.MUTATED_SHARE = values.share;
  process.env.MUTATED_SEED = values.seed;
  const results = await new Stryker({
    mutate: [...mutated],
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner', './test/mutate/ignore-words.mjs', './test/mutate/share.mjs'],
    ignorers: ['words'],
    checkers: share.part < 1 ? ['share'] : [],
    vitest: { configFile: 'test/mutate/vitest.config.ts' },
    coverageAnalysis: 'perTest',
    concurrency: Number(values.concurrency),
    // Beside half as long again as the tests took: enough for a busy machine. Most loops without end are found by their count.
    timeoutMS: 30_000,
    // Else each file begins with `@ts-nocheck`: some tests read sources.
    disableTypeChecks: false,
    // Stryker would read it with an interface that TypeScript 7 has no more.
    tsconfigFile: 'none',
    tempDirName: join(folder, 'sandbox'),
    cleanTempDir: 'always',
    ignorePatterns: ['/.trainyard', '/dist', '/runs', '/exports'],
    incremental: true,
    incrementalFile,
    force: values.force,
    reporters: ['html', 'progress-append-only'],
    htmlReporter: { fileName: join(folder, 'report.html') },
  }).runMutationTest();

  const absolute = files(area.sources, root).map((path) => join(root, path));
  const sources = new Map(absolute.map((path) => [path, readFileSync(path, 'utf8')]));
  const chosen = new Set(mutated.map((path) => join(root, path)));
  const { noticed, survived, percent, survivors } = summarize(
    // What an earlier run has found of changes outside of the share says nothing of the whole.
    results.filter((change) => chosen.has(change.fileName) && isChosen(change, share)),
    sources,
    root,
  );
  const list = join(folder, 'survivors.txt');
  writeFileSync(list, survivors.map((line) => `${line}\n`).join(''));
  console.log(survivors.join('\n'));
  if (share.part < 1) {
    const [low, high] = wilsonInterval(noticed, noticed + survived);
    console.log(
      `tried a share of ${values.share} with the seed ${values.seed}, n = ${noticed + survived}: of all changes, ${low.toFixed(1)} to ${high.toFixed(1)} % with 95 % certainty`,
    );
  }
  console.log(
    `${whole ? name : mutated.join(' ')}: ${percent.toFixed(1)} % of ${noticed + survived} changes noticed, ${survived} not: ${list}, ${join(folder, 'report.html')}`,
  );
  if (whole && percent < area.least) {
    console.error(`${name}: expected ${area.least} % at least. Write tests for what survived`);
    process.exitCode = 1;
  }
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
