// Which models are offered on which side of the page.
import { expect, test } from 'vitest';
import type { ModelEntry } from '../../../web-demo/page/models/catalog.ts';
import { firstChoice, fitting } from '../../../web-demo/page/models/choice.ts';
import { tinyModel } from '../../serve/tiny-model.ts';

test('a model with one label is to be taught upon: neither drawings nor photos are given to it', async () => {
  const entry = async (name: string, labels: readonly string[], rule: 'digit' | 'resize') => {
    const prepare =
      rule === 'digit' ? ({ rule } as const) : ({ rule, filter: 'bilinear', crop: 'stretch' } as const);
    const { card } = await tinyModel({ name, labels, input: { prepare } });
    const known: ModelEntry = {
      ...{ name, version: 1, source: 'model.onnx', size: 1, sha256: undefined },
      card,
    };
    return known;
  };
  const [alone, pets, digits] = [
    await entry('cifar', ['anything'], 'resize'),
    await entry('pets', ['cat', 'dog'], 'resize'),
    await entry('digits', ['0', '1'], 'digit'),
  ];
  const unknown = { ...pets, name: 'dropped', card: undefined };
  const all = [alone, pets, digits, unknown];
  expect(fitting(all, 'photo')).toEqual([pets, digits, unknown]);
  expect(fitting(all, 'draw')).toEqual([digits, unknown]);
  // Though it is called as the usual one.
  expect(firstChoice(all, 'photo', undefined)).toBe(pets);
});
