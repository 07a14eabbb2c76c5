// Layers never keep answers waiting: one look at a time, of the latest picture, when the browser has nothing else to do.
import { expect, test } from 'vitest';
import type { Layers, LayersOptions, Model, Picture } from '../../../web-demo/component/index.ts';
import { createLayersSwitch } from '../../../web-demo/page/layers/layers-switch.ts';

/** Stands in for a button of the page. */
class Button extends EventTarget {
  pressed = '';
  setAttribute(_: string, value: string) {
    this.pressed = value;
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

function setup() {
  const button = new Button();
  const looks: { name: string; contributions: number | undefined; signal: AbortSignal | undefined }[] = [];
  const [pending, idling]: [(() => void)[], (() => void)[]] = [[], []];
  const shown: string[] = [];
  const model = {
    card: { architecture: { parameters: 1000 } },
    layers: ({ name }: { name: string }, { contributions, signal }: LayersOptions) => {
      looks.push({ name, contributions, signal });
      return new Promise((resolve) => pending.push(() => resolve({ label: name, layers: [{}] })));
    },
  } as unknown as Model;
  let picture: Picture | undefined;
  const layers = createLayersSwitch({
    button: button as unknown as HTMLButtonElement,
    subject: () => picture && { model, picture },
    show: (inside: Layers | undefined) => shown.push(inside?.label ?? ''),
    say: () => {},
    switched: () => {},
    idle: () => new Promise((resolve) => idling.push(resolve)),
  });
  const answered = (name: string) => {
    picture = { name } as unknown as Picture;
    layers.changed();
  };
  /** The browser has nothing else to do. */
  const idle = async () => {
    idling.shift()?.();
    await settled();
  };
  const looked = async () => {
    pending.shift()?.();
    await settled();
  };
  return { layers, looks, shown, answered, idle, looked, idling };
}

test('of a hundred answers that come during a look, one more is looked into: the latest', async () => {
  const { layers, looks, shown, answered, idle, looked, idling } = setup();
  layers.set(true);
  answered('0');
  await settled();
  expect([looks.length, idling.length]).toEqual([0, 1]); // nothing is asked before the browser is idle
  await idle();
  for (let i = 1; i <= 100; i++) answered(String(i));
  await settled();
  expect(looks).toHaveLength(1);
  await looked();
  await idle();
  await looked();
  await idle();
  expect(looks.map(({ name }) => name)).toEqual(['0', '100']);
  expect(shown).toEqual(['0', '100']);
});

test('what maps contribute is asked for when the picture rests, and given up when the pen moves on', async () => {
  const { layers, looks, answered, idle, looked } = setup();
  layers.set(true);
  answered('0');
  await idle();
  await looked();
  layers.rested();
  await settled();
  expect(looks.map(({ contributions }) => contributions)).toEqual([0, 64]);
  expect(looks[1]?.signal?.aborted).toBe(false);
  answered('1');
  expect(looks[1]?.signal?.aborted).toBe(true);
});

test('while it is off nothing is asked', async () => {
  const { looks, answered, layers, idling } = setup();
  answered('0');
  layers.rested();
  await settled();
  expect([looks.length, idling.length]).toEqual([0, 0]);
});
