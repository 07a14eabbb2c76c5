// `trainyard embed`: writes what a model sees in pictures, for search, clustering and plots. Checks the arguments before it loads the
// libraries that run models.
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { findModel } from '../../models/repository.ts';
import { prepareServing } from '../../setup/serving.mjs';
import { countPictures, modelNamed } from '../predict/arguments.ts';
import { type PictureSource, pictureFiles } from '../predict/files.ts';
import { modelArgument, repositoryOption, threadsOf, threadsOption } from '../predict/shared-options.ts';
import { checkEmbeddingEnding } from './embedding-file.ts';

export const embedCommand = defineCommand({
  args: {
    model: modelArgument,
    paths: { type: 'positional', description: 'Files and folders of pictures', required: true },
    out: {
      type: 'string',
      valueHint: 'file',
      description:
        'Where the embeddings go: .npy, an array [N,F] of float32 with the paths in a .csv beside it, or .parquet with the columns path and embedding; a file that is there is replaced',
    },
    threads: threadsOption,
    repository: repositoryOption,
  },
  async run({ args }) {
    const [name = '', ...paths] = args._;
    const { repository, out } = args;
    const wanted = modelNamed(name, repository);
    const threads = threadsOf(args);
    if (out === undefined)
      throw new UserError(
        '--out is missing. Expected a file for the embeddings, such as --out embeddings.npy.',
      );
    checkEmbeddingEnding(out);
    if (paths.length === 0)
      throw new UserError('No pictures are named. Expected files and folders after the model.');
    const files: PictureSource = (onOther) => pictureFiles(paths, onOther);
    const { total, skipped } = await countPictures(files, files, paths.join(', '));
    if ('name' in wanted) await findModel(repository, wanted.name, wanted.version);
    await prepareServing();
    const { embed } = await import('./embed.ts');
    process.exitCode = await embed({ wanted, files, total, skipped, out, threads });
  },
});
