// `trainyard embed`: writes what a model sees in pictures, for search, clustering and plots. Checks the arguments before it loads the
// libraries that run models.
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { findModel } from '../../models/repository.ts';
import { modelsFolder } from '../../setup/paths.mjs';
import { prepareServing } from '../../setup/serving.mjs';
import { countPictures, modelNamed } from '../predict/arguments.ts';
import { type PictureSource, pictureFiles } from '../predict/files.ts';
import { checkEmbeddingEnding } from './embedding-file.ts';

export const embedCommand = defineCommand({
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
      description:
        'Where the embeddings go: .npy, an array [N,F] of float32 with the paths in a .csv beside it, or .parquet with the columns path and embedding; a file that is there is replaced',
      required: true,
    },
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
    const [name = '', ...paths] = args._;
    const { repository, out } = args;
    const wanted = modelNamed(name, repository);
    const threads = args.threads === undefined ? undefined : wholeNumber('threads', args.threads, 1, 1024);
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
