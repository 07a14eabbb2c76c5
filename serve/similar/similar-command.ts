// `trainyard similar`: finds the pictures that are like one. Checks the arguments before it loads the libraries that run models.
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { findModel } from '../../models/repository.ts';
import { prepareServing } from '../../setup/serving.mjs';
import { countPictures, modelNamed } from '../predict/arguments.ts';
import { type PictureSource, pictureFiles } from '../predict/files.ts';
import { modelArgument, repositoryOption, threadsOf, threadsOption } from '../predict/shared-options.ts';

export const similarCommand = defineCommand({
  args: {
    model: modelArgument,
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
    threads: threadsOption,
    repository: repositoryOption,
  },
  async run({ args }) {
    const [name = '', picture = '', ...paths] = args._;
    const { repository } = args;
    const wanted = modelNamed(name, repository);
    const threads = threadsOf(args);
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
