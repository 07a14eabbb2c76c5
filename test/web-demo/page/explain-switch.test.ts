// The switch "What mattered?": explains while it is on, and never shows the explanation of an earlier picture.
import { expect, test, vi } from 'vitest';
import type { Model, Picture } from '../../../web-demo/component/index.ts';
import { createExplainSwitch } from '../../../web-demo/page/mattered/explain-switch.ts';

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
  const model = {} as Model;
  const signals: AbortSignal[] = [];
  const switches: boolean[] = [];
  let picture = pictures[0];
  let live = false;
  const explainSwitch = createExplainSwitch({
    button: button as unknown as HTMLButtonElement,
    subject: () => picture && { model, picture },
    find: ({ picture }, signal) => {
      signals.push(signal);
      return new Promise<string>((resolve) =>
        pending.push(() => resolve('name' in picture ? String(picture.name) : '')),
      );
    },
    show: (found) => shown.push(found),
    slow: () => shown.push('slow'),
    switched: (on) => switches.push(on),
    live: () => live,
  });
  const answer = async () => {
    pending.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  };
  const change = (next: Picture | undefined) => {
    picture = next;
  };
  const goLive = () => {
    live = true;
  };
  return { button, explainSwitch, shown, pending, signals, switches, answer, change, goLive };
}

test('it explains when it is switched on and for each picture after that, and hides what it found when it is off', async () => {
  const { button, explainSwitch, shown, pending, switches, answer, change } = setup();
  await explainSwitch.explain();
  expect(pending).toHaveLength(0);
  button.click();
  await answer();
  change(pictures[1]);
  void explainSwitch.explain();
  await answer();
  expect(button.pressed).toBe('true');
  button.click();
  expect(shown.filter((each) => each !== undefined)).toEqual(['first', 'second']);
  expect([shown.at(-1), button.pressed, switches]).toEqual([undefined, 'false', [true, false]]);
});

test('an explanation that comes after the picture has changed is not shown', async () => {
  const { button, shown, answer, change } = setup();
  button.click();
  change(pictures[1]);
  await answer();
  expect(shown.filter((each) => each !== undefined)).toEqual([]);
});

test('another picture ends the search and takes away what was found; without one there is nothing to ask', async () => {
  const { button, explainSwitch, shown, signals, answer } = setup();
  button.click();
  await answer();
  explainSwitch.changed(true);
  expect([shown.at(-1), signals[0]?.aborted, button.disabled]).toEqual([undefined, true, false]);
  explainSwitch.changed(false);
  expect(button.disabled).toBe(true);
});

test('what is shown, or being searched for, is not searched for again', async () => {
  const { button, explainSwitch, shown, pending, signals, answer } = setup();
  button.click();
  await explainSwitch.explain();
  expect([pending.length, signals[0]?.aborted]).toEqual([1, false]);
  await answer();
  await explainSwitch.explain();
  expect([pending.length, shown.at(-1)]).toEqual([0, 'first']);
  button.click();
  button.click();
  expect([pending.length, shown.at(-1)]).toEqual([1, undefined]); // it was hidden in between
});

test('of pictures that follow each other one is explained at a time, and what was found stays until the next', async () => {
  const { button, explainSwitch, shown, pending, signals, answer, change, goLive } = setup();
  goLive();
  button.click();
  await answer();
  explainSwitch.changed(true);
  change(pictures[1]);
  explainSwitch.changed(true);
  explainSwitch.changed(true);
  expect(pending).toHaveLength(1);
  await answer();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  expect(shown.slice(shown.indexOf('first'))).toEqual(['first', 'first']);
  explainSwitch.changed(true);
  await answer();
  expect(shown.at(-1)).toBe('second');
});

test('a search that takes long says so once, and one that is ended or done does not', async () => {
  vi.useFakeTimers();
  try {
    const { button, shown, pending } = setup();
    const said = () => shown.filter((each) => each === 'slow').length;
    const done = async () => {
      pending.shift()?.();
      await vi.advanceTimersByTimeAsync(0);
    };
    button.click();
    await vi.advanceTimersByTimeAsync(400);
    expect(said()).toBe(0);
    await vi.advanceTimersByTimeAsync(2000);
    expect([said(), shown.at(-1)]).toEqual([1, 'slow']);
    await done();
    expect(shown.at(-1)).toBe('first');
    button.click();
    button.click();
    await done();
    await vi.advanceTimersByTimeAsync(2000);
    button.click();
    button.click();
    button.click();
    await vi.advanceTimersByTimeAsync(2000);
    expect(said()).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});
