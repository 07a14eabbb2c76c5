// What is promised of models that a program has read: all are opened or none is served, and one that a worker could not open
// again is tried again, and said to be broken only as long as it is.
import { expect, test } from 'vitest';
import { createModelList } from '../../../serve/engine/model-list.ts';
import { type ServedModel, sessionKey } from '../../../serve/engine/models.ts';
import { tinyModel } from '../tiny-model.ts';

async function served(name: string): Promise<ServedModel> {
  const { card, bytes } = await tinyModel({ name });
  const digits = '0'.repeat(64);
  return {
    name,
    version: 1,
    path: '',
    contents: bytes,
    card,
    sha256: digits,
    bytes: 1,
    written: 0,
    adopted: false,
  };
}

test('nothing is served before all models are open, nor when one cannot be', async () => {
  const models = [await served('a'), await served('b')];
  const swapped: string[][] = [];
  let broken = true;
  const list = createModelList(models, {
    open: async ({ name }) =>
      name === 'b' && broken ? { milliseconds: 1, reason: 'it is cut off' } : { milliseconds: 1 },
    swap: (now) => swapped.push(now.map(({ name }) => name)),
  });
  await expect(list.load()).rejects.toThrow(/^it is cut off$/);
  expect([list.models(), list.defaultModel(), swapped]).toEqual([[], undefined, []]);
  broken = false;
  await list.load();
  expect(list.models()).toEqual(models);
  expect(list.defaultModel()?.name).toBe('b');
  expect(swapped).toEqual([['a', 'b']]);
});

test('a model that a worker could not open is tried at the next look, and no other', async () => {
  const models = [await served('a'), await served('b')];
  const [a, b] = models.map(sessionKey);
  const opened: string[] = [];
  let reason: string | undefined;
  const list = createModelList(models, {
    open: async ({ name }) => {
      opened.push(name);
      return reason === undefined ? { milliseconds: 1 } : { milliseconds: 1, reason };
    },
    swap: () => {},
  });
  await list.load();
  await list.look();
  expect(opened.splice(0)).toEqual(['a', 'b']);
  reason = 'there is no memory';
  list.suspect(a ?? '');
  await list.look();
  expect(opened.splice(0)).toEqual(['a']);
  expect([list.whyBroken(a ?? ''), list.whyBroken(b ?? '')]).toEqual(['there is no memory', undefined]);
  reason = undefined;
  list.suspect(a ?? '');
  await list.look();
  expect(list.whyBroken(a ?? '')).toBeUndefined();
});
