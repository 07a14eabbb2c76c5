// What is promised of looking for changes: a file is read when two looks find it the same, and once.
import { expect, test } from 'vitest';
import { compareVersions, type FoundVersion } from '../../../serve/engine/scan-repository.ts';

const found = (stamps: Record<string, string>) =>
  new Map<string, FoundVersion>(
    Object.entries(stamps).map(([key, stamp]) => [
      key,
      { file: { name: 'colors', version: 1, path: key }, stamp },
    ]),
  );

test('a version whose files are still being written is not read', () => {
  const version = { stamp: '', seen: '' };
  const known = new Map([['colors/1', version]]);
  expect(compareVersions(known, found({ 'colors/1': 'half' })).toRead).toEqual([]);
  expect(compareVersions(known, found({ 'colors/1': 'whole' })).toRead).toEqual([]);
  expect(compareVersions(known, found({ 'colors/1': 'whole' })).toRead).toEqual([version]);
});

test('a version that was read is not read again', () => {
  const known = new Map([['colors/1', { stamp: 'whole', seen: 'whole' }]]);
  expect(compareVersions(known, found({ 'colors/1': 'whole' }))).toEqual({ toRead: [], gone: [] });
});

test('a version that is gone is named', () => {
  const version = { stamp: 'whole', seen: 'whole' };
  const known = new Map([['colors/1', version]]);
  expect(compareVersions(known, found({ 'colors/2': 'new' }))).toEqual({ toRead: [], gone: [version] });
});
