// WebDataset: tar files of samples, such as `000001.jpg` with `000001.cls` or `000001.json`.
import { basename } from 'node:path';
import { UserError } from '../../../../../models/errors.ts';
import { endingOf, endingsInWords } from '../../../../../models/image/file/names.ts';
import { MOST_FILE_BYTES } from '../../../../../models/image/picture.ts';
import { shellWord } from '../../../../../setup/invocation.mjs';
import type { FileProblem } from '../../findings.ts';
import type { ShardContent, ShardFormat } from '../format.ts';
import { BadTar, membersOf } from './members.ts';
import { addTo, type Sample } from './samples.ts';

export const webDataset: ShardFormat = {
  ending: '.tar',
  name: 'WebDataset',
  hasEndings: true,
  pathOf: (shard, at) => `${shard}/${at}`,
  async list(file) {
    const samples = new Map<string, Sample>();
    const endings = new Map<string, number>();
    try {
      for await (const member of membersOf(file)) {
        const ending = endingOf(member.name);
        endings.set(ending, (endings.get(ending) ?? 0) + 1);
        await addTo(samples, member, file);
      }
    } catch (error) {
      if (!(error instanceof BadTar)) throw error;
      throw new UserError(`${file} is no whole tar: ${error.message} Download or write it again.`);
    }
    return contentOf([...samples.values()], file, endings);
  },
  async *read(file, places) {
    const wanted = new Set(places);
    for await (const { name, size, bytes } of membersOf(file)) {
      if (!wanted.delete(name)) continue;
      const content = size > MOST_FILE_BYTES ? undefined : await bytes();
      yield {
        path: name,
        async bytes() {
          if (content !== undefined && size > 0) return content;
          throw new Error(
            size === 0
              ? 'the file is empty'
              : `the file has ${Math.round(size / 1e6)} MB, more than ${MOST_FILE_BYTES / 1e6}`,
          );
        },
      };
      if (wanted.size === 0) return;
    }
  },
};

function contentOf(
  samples: readonly Sample[],
  file: string,
  endings: ReadonlyMap<string, number>,
): ShardContent {
  const pictures = samples.flatMap(({ picture, label }) =>
    picture === undefined || label === undefined ? [] : [{ at: picture, label }],
  );
  if (pictures.length === 0) throw noSamples(file, endings);
  const problems = samples.flatMap(({ key, picture, label }): FileProblem[] => {
    if (picture === undefined)
      return label === undefined ? [] : [{ path: key, reason: 'has a label and no picture' }];
    return label === undefined
      ? [{ path: picture, reason: 'has no label: neither .cls nor a label in .json' }]
      : [];
  });
  return { pictures, problems, labels: 'the .cls or .json beside each picture' };
}

function noSamples(file: string, endings: ReadonlyMap<string, number>): UserError {
  const holds = endings.size === 0 ? 'nothing' : endingsInWords(endings);
  return new UserError(
    `${file} is no WebDataset of labeled pictures: it holds ${holds}; expected files such as 000001.jpg with 000001.cls or 000001.json, {"label": "cat"}. If its folders are the classes, unpack it (mkdir ${shellWord(basename(file, '.tar'))} && tar -xf ${shellWord(file)} -C ${shellWord(basename(file, '.tar'))}), then name the folder.`,
  );
}
