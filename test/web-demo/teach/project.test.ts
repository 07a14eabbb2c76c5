// Projects: what is saved comes back, and what others made of the archive is read or refused in words, and in bounds.
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readProject, writeProject } from '../../../web-demo/teach/page/project.ts';

const picture = strToU8('a picture');
const folders = { 'cat/1.png': picture, 'dog/1.png': picture };
const settings = {
  format: 'trainyard-teach/1',
  name: 'pets',
  classes: [
    { folder: 'cat', name: 'a/cat' },
    { folder: 'dog', name: '<b>dog</b>' },
  ],
  recordings: { 'cat/1.png': 3 },
};
const withSettings = (changes: object) =>
  zipSync({ ...folders, 'teach.json': strToU8(JSON.stringify({ ...settings, ...changes })) });

it('are as they were saved', async () => {
  const project = readProject(withSettings({}), 1);
  expect(project.lesson.classes.map(({ name }) => name)).toEqual(['a/cat', '<b>dog</b>']);
  const again = readProject(await writeProject(project), 1);
  expect(again).toEqual(project);
  expect(again.lesson.examples.map(({ recording }) => recording)).toEqual([3, undefined]);
});

it('of folders alone have a class for each, wherever their names lead', () => {
  const { lesson } = readProject(zipSync({ '../../cat/1.png': picture, '/dog/1.png': picture }), 1);
  expect(lesson.classes.map(({ name }) => name)).toEqual(['cat', 'dog']);
});

describe('are refused in words', () => {
  it.each<[string, object]>([
    ['no class at all', { classes: [null] }],
    ['a class without a name', { classes: [{ folder: 'cat' }] }],
    ['a name that is a number', { classes: [{ folder: 'cat', name: 5 }] }],
    ['a recording that is a text', { recordings: { 'cat/1.png': '3' } }],
    ['another format', { format: 'trainyard-teach/9' }],
  ])('%s in teach.json', (_, changes) => {
    expect(() => readProject(withSettings(changes), 1)).toThrow(
      'teach.json in that file is not what this page writes',
    );
  });

  it('what is no archive, and one that is cut off', () => {
    for (const bytes of [new Uint8Array(), picture, zipSync(folders).subarray(0, 80)])
      expect(() => readProject(bytes, 1)).toThrow('That file is no ZIP archive');
  });

  it('a picture that is larger than any, before it is unpacked; other files are not unpacked at all', () => {
    const large = new Uint8Array(65 * 2 ** 20);
    expect(() => readProject(zipSync({ ...folders, 'cat/2.png': large }, { level: 0 }), 1)).toThrow(
      'cat/2.png in that file has 65 MiB, expected at most 64 MiB for each and 1,024 MiB for all.',
    );
    const beside = zipSync({ ...folders, 'cat/notes.bin': large }, { level: 0 });
    expect(readProject(beside, 1).lesson.examples).toHaveLength(2);
  });
});
