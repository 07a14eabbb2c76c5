// `trainyard predict`: classifies files by a model of the repository, without a server. Checks the arguments before it
// loads the libraries that run models.
import { defineCommand } from 'citty';
import { isHubAddress, parseHubAddress } from '../../hub/address.ts';
import { UserError } from '../../models/errors.ts';
import { decodableInWords } from '../../models/image/file/format.ts';
import { endingOf, endingsInWords } from '../../models/image/file/names.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { findModel } from '../../models/repository.ts';
import { modelsFolder } from '../../setup/paths.mjs';
import { prepareServing } from '../../setup/serving.mjs';
import { type FoundPicture, pictureFiles } from './files.ts';
import type { SkippedFiles } from './progress.ts';
import { checkEnding, FEW } from './rows.ts';
import type { WantedModel } from './wanted-model.ts';

export const predictCommand = defineCommand({
  args: {
    model: {
      type: 'positional',
      description:
        'Name of a model, name/version, the path of an .onnx file, or hf:owner/name of the Hugging Face Hub',
      required: true,
    },
    paths: { type: 'positional', description: 'Files and folders of pictures', required: true },
    out: {
      type: 'string',
      valueHint: 'file',
      description: `File of predictions, .csv or .jsonl; rows that it has are kept, and their files are not done again. If left out, those of ${FEW} files or less are printed alone, those of more are in predictions-<name>-<version>.csv; with --json there is none`,
    },
    top: { type: 'string', valueHint: 'number', description: 'Predictions of each file', default: '1' },
    json: {
      type: 'boolean',
      description:
        'Print one JSON object: model, predictions (of each file its label, probability and all predictions, or its error), files, existing, failed, skipped, seconds, interrupted, out',
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
    const { repository, fresh = false } = args;
    const wantedModel = modelNamed(wanted, repository);
    const threads = args.threads === undefined ? undefined : wholeNumber('threads', args.threads, 1, 1024);
    const top = wholeNumber('top', args.top, 1, 10_000);
    const json = args.json === true;
    const { out } = args;
    if (out !== undefined) checkEnding(out);
    const { total, skipped } = await count(paths);
    if ('name' in wantedModel) await findModel(repository, wantedModel.name, wantedModel.version);
    await prepareServing();
    const { predict } = await import('./run.ts');
    process.exitCode = await predict({
      wanted: wantedModel,
      paths,
      total,
      skipped,
      out,
      top,
      fresh,
      json,
      threads,
    });
  },
});

/** @throws UserError when the text is no path of a model file, no address, and what is after the slash is not a version. */
function modelNamed(text: string, repository: string): WantedModel {
  if (isHubAddress(text)) {
    parseHubAddress(text);
    return { hub: text };
  }
  if (text.endsWith('.onnx')) return { path: text };
  const [, name = '', version] = /^([^/]*)(?:\/([1-9][0-9]{0,8}))?$/.exec(text) ?? [];
  if (name !== '') return { repository, name, version: version === undefined ? undefined : Number(version) };
  throw new UserError(
    `${JSON.stringify(text)} names no model. Expected a name such as digits, one with a version such as digits/1, the path of a file that ends in .onnx, or hf:owner/name of the Hugging Face Hub.`,
  );
}

/** @throws UserError when there is no picture at all; it says what is wrong with the first path, or what is there. */
async function count(paths: readonly string[]): Promise<{ total: number; skipped: SkippedFiles }> {
  let [total, pictures] = [0, 0];
  let first: FoundPicture | undefined;
  const others = new Map<string, number>();
  const addOther = (name: string) => {
    others.set(endingOf(name), (others.get(endingOf(name)) ?? 0) + 1);
  };
  for await (const found of pictureFiles(paths, addOther)) {
    total++;
    if (found.problem === undefined) pictures++;
    else first ??= found;
  }
  const files = [...others.values()].reduce((sum, n) => sum + n, 0);
  const endings = endingsInWords(others);
  if (pictures > 0) return { total, skipped: { files, endings } };
  if (first !== undefined)
    throw new UserError(`There is no picture to read at ${first.path}: ${first.problem}.`);
  const there =
    files === 0
      ? 'no file is there'
      : `${endings} ${files === 1 ? 'is' : 'are'} there, whose ${files === 1 ? 'ending is of no picture' : 'endings are of no pictures'}. If one is a picture all the same, name it itself`;
  throw new UserError(
    `There is no picture in ${paths.join(', ')}: ${there}. ${decodableInWords} files are read.`,
  );
}
