// The switch "What mattered?": explains while it is on, and never shows the explanation of an earlier picture.
import { expect, test } from 'vitest';
import type { Explanation, Model, Picture } from '../../../web-demo/component/index.ts';
import { createExplainSwitch } from '../../../web-demo/page/reading/explain-switch.ts';

/** Stands in for a button of the page. */
class Button extends EventTarget {
  disabled = true;
  pressed = '';
  setAttribute(_: string, value: string) {
    this.pressed = value;
  }
  click() {
    this.dispatchEvent(new Event('click'));
  }
}

const pictures = ['first', 'second'].map((name) => ({ name }) as unknown as Picture);

function setup() {
  const button = new Button();
  const shown: (string | undefined)[] = [];
  const pending: (() => void)[] = [];
  const model = {
    explain: (picture: Picture & { name?: string }) =>
      new Promise((resolve) => pending.push(() => resolve({ label: picture.name }))),
  } as unknown as Model;
  let picture = pictures[0];
  const explainSwitch = createExplainSwitch(
    button as unknown as HTMLButtonElement,
    () => picture && { model, picture },
    (explanation: Explanation | undefined) => shown.push(explanation?.label),
  );
  const answer = async () => {
    pending.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  };
  const change = (next: Picture | undefined) => {
    picture = next;
  };
  return { button, explainSwitch, shown, pending, answer, change };
}

test('it explains when it is switched on and for each picture after that, and hides the map when it is off', async () => {
  const { button, explainSwitch, shown, pending, answer, change } = setup();
  await explainSwitch.explain();
  expect(pending).toHaveLength(0);
  button.click();
  await answer();
  change(pictures[1]);
  void explainSwitch.explain();
  await answer();
  expect(button.pressed).toBe('true');
  button.click();
  expect([shown, button.pressed]).toEqual([['first', 'second', undefined], 'false']);
});

test('an explanation that comes after the picture has changed is not shown', async () => {
  const { button, shown, answer, change } = setup();
  button.click();
  change(pictures[1]);
  await answer();
  expect(shown).toEqual([]);
});
