// `trainyard predict`: classifies files by a model of the repository, without a server. Checks the arguments before it
// loads the libraries that run models.
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { decodableInWords } from '../../models/image/file/format.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { findModel } from '../../models/repository.ts';
import { modelsFolder } from '../../setup/paths.mjs';
import { prepareServing } from '../../setup/serving.mjs';
import { type FoundPicture, pictureFiles } from './files.ts';
import { checkEnding } from './rows.ts';

const OUT = 'predictions.csv';

export const predictCommand = defineCommand({
  args: {
    model: { type: 'positional', description: 'Name of a model, or name/version', required: true },
    paths: { type: 'positional', description: 'Files and folders of pictures', required: true },
    out: {
      type: 'string',
      valueHint: 'file',
      description:
        'File of predictions, .csv or .jsonl; rows that it has are kept, and their files are not done again. With --json there is none if left out',
      usual: OUT,
    },
    top: { type: 'string', valueHint: 'number', description: 'Predictions of each file', default: '1' },
    json: {
      type: 'boolean',
      description:
        'Print one JSON object: model, predictions (of each file its label, probability and all predictions, or its error), files, existing, failed, seconds, interrupted, out',
    },
    fresh: { type: 'boolean', description: 'Begin anew, rather than go on with the file of predictions' },
    threads: {
      type: 'string',
      valueHint: 'number',
      description: 'Threads that run models; one for each processor if left out',
    },
    repository: {
      type: 'string',
      valueHint: 'folder',
      description: 'Folder of the models',
      default: modelsFolder,
    },
  },
  async run({ args }) {
    const [wanted = '', ...paths] = args._;
    const { name, version } = modelNamed(wanted);
    const threads = args.threads === undefined ? undefined : wholeNumber('threads', args.threads, 1, 1024);
    const top = wholeNumber('top', args.top, 1, 10_000);
    const json = args.json === true;
    const out = args.out ?? (json ? undefined : OUT);
    if (out !== undefined) checkEnding(out);
    const total = await count(paths);
    await findModel(args.repository, name, version);
    await prepareServing();
    const { predict } = await import('./run.ts');
    const { repository, fresh = false } = args;
    process.exitCode = await predict({
      name,
      version,
      paths,
      total,
      out,
      top,
      fresh,
      json,
      repository,
      threads,
    });
  },
});

/** @throws UserError when the text after the slash is not a version. */
function modelNamed(text: string): { name: string; version: number | undefined } {
  const [, name = '', version] = /^([^/]*)(?:\/([1-9][0-9]{0,8}))?$/.exec(text) ?? [];
  if (name !== '') return { name, version: version === undefined ? undefined : Number(version) };
  throw new UserError(
    `${JSON.stringify(text)} names no model. Expected a name such as digits, or one with a version such as digits/1.`,
  );
}

/** @throws UserError when there is no picture at all; it says what is wrong with the first path. */
async function count(paths: readonly string[]): Promise<number> {
  let [files, pictures] = [0, 0];
  let first: FoundPicture | undefined;
  for await (const found of pictureFiles(paths)) {
    files++;
    if (found.problem === undefined) pictures++;
    else first ??= found;
  }
  if (pictures > 0) return files;
  if (first !== undefined)
    throw new UserError(`There is no picture to read at ${first.path}: ${first.problem}.`);
  throw new UserError(`There is no picture in ${paths.join(', ')}. ${decodableInWords} files are read.`);
}
