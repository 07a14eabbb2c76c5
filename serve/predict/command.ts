// `trainyard predict`: classifies files by a model of the repository, without a server. Checks the arguments before it
// loads the libraries that run models.
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { findModel } from '../../models/repository.ts';
import { checkRayAnswers, isRayAddress } from '../../setup/libraries/ray-cluster.mjs';
import { prepareServing } from '../../setup/serving.mjs';
import { countPictures, modelNamed } from './arguments.ts';
import { type PictureSource, pictureFiles } from './files.ts';
import { openList } from './list.ts';
import { checkEnding, FEW } from './rows.ts';
import { ofShard, readShard } from './shard.ts';
import { modelArgument, repositoryOption, threadsOf, threadsOption } from './shared-options.ts';

export const predictCommand = defineCommand({
  args: {
    model: modelArgument,
    paths: {
      type: 'positional',
      description: 'Files and folders of pictures, or none with --list',
      required: false,
    },
    list: {
      type: 'string',
      valueHint: 'file',
      description:
        'File with one path of a picture a line, relative ones from its folder on; - is standard input',
    },
    shard: {
      type: 'string',
      valueHint: 'share',
      description:
        'Only a share of the pictures, such as 3/20; the names of pictures decide, so that all shares together have each one once',
    },
    out: {
      type: 'string',
      valueHint: 'file',
      description: `File of predictions, .csv, .jsonl or .parquet; rows that it has are kept, and their files are not done again. If left out, those of ${FEW} files or less are printed alone, those of more are in predictions-<name>-<version>.csv; with --json there is none`,
    },
    top: { type: 'string', valueHint: 'number', description: 'Predictions of each file', default: '1' },
    json: {
      type: 'boolean',
      description:
        'Print one JSON object: model, predictions (of each file its label, probability and all predictions, or its error), files, existing, failed, skipped, seconds, interrupted, out',
    },
    embedding: {
      type: 'boolean',
      description:
        'With --json, add the embedding of each file: what the last dense layer of the model takes, a list of numbers; trainyard embed writes a file of them',
    },
    fresh: { type: 'boolean', description: 'Begin anew, rather than go on with the file of predictions' },
    threads: threadsOption,
    on: {
      type: 'string',
      valueHint: 'ray://host:10001',
      description:
        'Ray cluster that classifies, whose nodes see the pictures at the same paths; this machine if left out',
    },
    repository: repositoryOption,
  },
  async run({ args }) {
    const [wanted = '', ...paths] = args._;
    const { repository, fresh = false } = args;
    const wantedModel = modelNamed(wanted, repository);
    const threads = threadsOf(args);
    const top = wholeNumber('top', args.top, 1, 10_000);
    const json = args.json === true;
    const { out, on, embedding = false } = args;
    if (out !== undefined) checkEnding(out);
    if (embedding) checkEmbedding(json, out, on);
    if (on !== undefined) await checkCluster(on);
    const shard = args.shard === undefined ? undefined : readShard(args.shard);
    const all = await sourceOf(paths, args.list);
    const files = shard === undefined ? all : ofShard(all, shard);
    const { total, skipped } = await countPictures(
      all,
      files,
      args.list === undefined ? paths.join(', ') : args.list,
    );
    if ('name' in wantedModel) await findModel(repository, wantedModel.name, wantedModel.version);
    await prepareServing();
    const { predict } = await import('./run.ts');
    process.exitCode = await predict({
      wanted: wantedModel,
      files,
      total,
      shard,
      on,
      skipped,
      out,
      top,
      fresh,
      json,
      embedding,
      threads,
    });
  },
});

/** @throws UserError when embeddings are asked for where none go: rows of a file and of a Ray cluster have no place for them. */
function checkEmbedding(json: boolean, out: string | undefined, on: string | undefined): void {
  if (json && out === undefined && on === undefined) return;
  const received = out !== undefined ? `--out ${out}` : on !== undefined ? `--on ${on}` : 'no --json';
  throw new UserError(
    `--embedding is for --json alone, and for this machine; received ${received}. For a file of embeddings: trainyard embed model pictures --out features.npy.`,
  );
}

/** @throws UserError when it is no address of a Ray cluster; SetupError when nothing answers there. */
async function checkCluster(address: string): Promise<void> {
  if (isRayAddress(address)) return checkRayAnswers(address);
  throw new UserError(
    `--on takes the address of a Ray cluster, such as ray://head:10001; received ${JSON.stringify(address)}.`,
  );
}

/** @throws UserError when nothing is named, or both files and a list, or the list cannot be read. */
async function sourceOf(paths: readonly string[], list: string | undefined): Promise<PictureSource> {
  if (list === undefined && paths.length === 0)
    throw new UserError('No pictures are named. Expected files and folders after the model, or --list file.');
  if (list === undefined) return (onOther) => pictureFiles(paths, onOther);
  if (paths.length === 0) return openList(list);
  throw new UserError(
    `Received both ${paths[0]} and --list ${list}. Expected one of them: a list may name files of any folder.`,
  );
}
