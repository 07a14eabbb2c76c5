// `trainyard predict`: classifies files by a model of the repository, without a server.

import { defineCommand } from 'citty';
import { Presets, SingleBar } from 'cli-progress';
import { UserError } from '../../models/errors.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { repositoryFolder } from '../../setup/paths.mjs';
import { openEngine } from '../engine/index.ts';
import { chooseModel, keyOf, type ServedModel } from '../engine/models.ts';
import { Refusal } from '../refusal.ts';
import { defaultLimits } from '../settings/limits.ts';
import { pictureFiles } from './files.ts';
import { openOutput } from './output.ts';
import { predictFiles } from './predict.ts';
import { formatOf, type Outcome } from './rows.ts';

/** Files that are worked on at once: enough to fill the batches of every worker, few enough to hold in memory. */
const AT_ONCE = 128;

/** Bad files that are listed at the end; the file of predictions has all of them. */
const LISTED = 10;

/** Exit status of a program that was interrupted: 128 + SIGINT. */
const INTERRUPTED = 130;

export const predictCommand = defineCommand({
  meta: {
    name: 'predict',
    description: 'Classify files and folders of pictures by a model of the repository',
  },
  args: {
    model: { type: 'positional', description: 'Name of a model, or name/version', required: true },
    paths: { type: 'positional', description: 'Files and folders of pictures', required: true },
    out: { type: 'string', description: 'File of predictions: .csv, or .jsonl', default: 'predictions.csv' },
    top: { type: 'string', description: 'Predictions of each file', default: '1' },
    fresh: { type: 'boolean', description: 'Begin anew, rather than go on with the file of predictions' },
    repository: { type: 'string', description: 'Folder of the models', default: repositoryFolder },
    threads: { type: 'string', description: 'Threads that run models (default: one for each processor)' },
  },
  async run({ args }) {
    const [wanted = '', ...paths] = args._;
    const [name = '', version] = wanted.split('/');
    const threads = args.threads === undefined ? undefined : wholeNumber('threads', args.threads, 1, 1024);
    const top = wholeNumber('top', args.top, 1, 10_000);
    const log = (line: string) => console.error(line);

    const total = await count(paths);
    const engine = openEngine({
      repository: args.repository,
      only: name,
      limits: defaultLimits,
      threads,
      watch: 0,
      log,
    });
    try {
      await engine.load();
      const versionNumber = version === undefined ? undefined : wholeNumber('version', version, 1, 1e9);
      const model = modelOf(engine.models(), name, versionNumber);
      const places = Math.min(top, model.card.labels.length);
      const output = await openOutput(
        args.out,
        formatOf(args.out, keyOf(model), places),
        args.fresh === true,
      );
      const shown = show(total, keyOf(model), args.out);
      const interruption = watchInterruption();
      try {
        await predictFiles({
          engine,
          model,
          limits: defaultLimits,
          files: without(pictureFiles(paths), output.has, shown.skipped),
          top: places,
          atOnce: AT_ONCE,
          stopped: interruption.stopped,
          async write(outcomes) {
            await output.write(outcomes);
            shown.written(outcomes);
          },
        });
      } finally {
        await output.close();
        shown.end(interruption.stopped());
        interruption.end();
      }
      if (interruption.stopped()) process.exitCode = INTERRUPTED;
    } finally {
      await engine.close();
    }
  },
});

/** @throws UserError when there is no such model or version. */
function modelOf(models: readonly ServedModel[], name: string, version: number | undefined): ServedModel {
  try {
    return chooseModel(models, name, version);
  } catch (error) {
    throw error instanceof Refusal ? new UserError(error.message) : error;
  }
}

/** @throws UserError when there is no picture at all. */
async function count(paths: readonly string[]): Promise<number> {
  let files = 0;
  for await (const _ of pictureFiles(paths)) files++;
  if (files > 0) return files;
  throw new UserError(`there is no picture in ${paths.join(', ')}: JPEG, PNG, WebP and GIF are read`);
}

async function* without(files: AsyncIterable<string>, has: (file: string) => boolean, skipped: () => void) {
  for await (const file of files) {
    if (has(file)) skipped();
    else yield file;
  }
}

/** Lets Ctrl-C stop the work after what is begun; a second one ends the process at once. */
function watchInterruption(): { stopped: () => boolean; end: () => void } {
  let stopped = false;
  const onSignal = () => {
    if (stopped) process.exit(INTERRUPTED);
    stopped = true;
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { stopped: () => stopped, end: () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}

/** A bar on a terminal; in the end what was done, and the files that were bad. */
function show(total: number, model: string, out: string) {
  const started = performance.now();
  const bad: Outcome[] = [];
  let [done, before, wrong] = [0, 0, 0];
  const bar = new SingleBar(
    { format: '  {bar} {value}/{total}  {speed} files/s  {eta_formatted} left', hideCursor: true, fps: 5 },
    Presets.shades_classic,
  );
  if (process.stderr.isTTY) bar.start(total, 0, { speed: '' });
  const speed = () => Math.round((done / (performance.now() - started)) * 1000);
  return {
    skipped: () => void before++,
    written(outcomes: readonly Outcome[]) {
      done += outcomes.length;
      for (const outcome of outcomes) {
        if (!('error' in outcome)) continue;
        wrong++;
        if (bad.length < LISTED) bad.push(outcome);
      }
      bar.update(before + done, { speed: speed() });
    },
    end(interrupted: boolean) {
      bar.stop();
      const words = (n: number, what: string) => `${n.toLocaleString('en')} ${what}`;
      const earlier = before === 0 ? '' : `, ${words(before, 'were there already')}`;
      console.error(
        `${model}: ${words(done, 'files')} at ${speed()} a second${earlier}; predictions in ${out}`,
      );
      if (interrupted) console.error('Interrupted: the same command goes on from here.');
      if (wrong === 0) return;
      console.error(`${words(wrong, 'of them have no prediction')}:`);
      for (const outcome of bad) if ('error' in outcome) console.error(`  ${outcome.file}: ${outcome.error}`);
      if (wrong > bad.length) console.error(`  and ${wrong - bad.length} more, in ${out}`);
    },
  };
}
