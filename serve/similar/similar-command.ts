// `trainyard similar`: finds the pictures that are like one. Checks the arguments before it loads the libraries that run models.
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { findModel } from '../../models/repository.ts';
import { modelsFolder } from '../../setup/paths.mjs';
import { prepareServing } from '../../setup/serving.mjs';
import { countPictures, modelNamed } from '../predict/arguments.ts';
import { type PictureSource, pictureFiles } from '../predict/files.ts';

export const similarCommand = defineCommand({
  args: {
    model: {
      type: 'positional',
      description:
        'Name of a model, name/version, the path of an .onnx file, or hf:owner/name of the Hugging Face Hub',
      required: true,
    },
    picture: { type: 'positional', description: 'The picture that is asked about', required: true },
    paths: {
      type: 'positional',
      description: 'Files and folders in which pictures like it are looked for',
      required: true,
    },
    top: { type: 'string', valueHint: 'number', description: 'Pictures at most', default: '10' },
    json: {
      type: 'boolean',
      description: 'Print one JSON object a line: score, the cosine from -1 to 1, and path',
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
    const [name = '', picture = '', ...paths] = args._;
    const { repository } = args;
    const wanted = modelNamed(name, repository);
    const threads = args.threads === undefined ? undefined : wholeNumber('threads', args.threads, 1, 1024);
    const top = wholeNumber('top', args.top, 1, 10_000);
    if (paths.length === 0)
      throw new UserError(
        'Nothing to look in is named. Expected files and folders of pictures after the picture.',
      );
    const files: PictureSource = (onOther) => pictureFiles(paths, onOther);
    const { total } = await countPictures(files, files, paths.join(', '));
    if ('name' in wanted) await findModel(repository, wanted.name, wanted.version);
    await prepareServing();
    const { similar } = await import('./similar.ts');
    const json = args.json === true;
    process.exitCode = await similar({ wanted, picture, paths, files, total, top, json, threads });
  },
});
