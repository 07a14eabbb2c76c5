// The answer keeps up with the picture: the newest question counts, and what was forgotten is never shown.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Classification, Picture } from '../../../web-demo/component/index.ts';
import { createAsking } from '../../../web-demo/page/asking.ts';
import { type AnyModel, labelOfAll } from '../../../web-demo/page/said.ts';

const frames: (() => void)[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Lets the browser paint: only now are answers shown. */
const paint = () => {
  for (const frame of frames.splice(0)) frame();
};
const settled = () => vi.advanceTimersByTimeAsync(0);

/** An asking whose model answers when it is told to, with the number of the question for a label. */
function setup() {
  const shown: string[] = [];
  const rested: string[] = [];
  const failures: string[] = [];
  const answers: { give: () => void; fail: () => void }[] = [];
  let asked = 0;
  const classify = () => {
    const label = String(++asked);
    return new Promise<Classification[]>((resolve, reject) => {
      const answer = { task: 'single', label } as Classification;
      answers.push({ give: () => resolve([answer]), fail: () => reject(new Error('no answer')) });
    });
  };
  const asking = createAsking({
    model: () => ({ classify }) as unknown as AnyModel,
    question: () => ({ pictures: [{} as Picture], chosen: 0 }),
    show: ({ answers }) => shown.push(labelOfAll(answers)),
    rested: ({ answers }) => rested.push(labelOfAll(answers)),
    failed: (message) => failures.push(message),
  });
  return { asking, answers, shown, rested, failures };
}

test('answers are shown once a frame, and the picture rests when no more come', async () => {
  const { asking, answers, shown, rested } = setup();
  for (let i = 0; i < 2; i++) {
    asking.ask();
    answers[i]?.give();
    await settled();
  }
  expect(shown).toEqual([]);
  paint();
  expect(shown).toEqual(['2']);
  expect(rested).toEqual([]);
  await vi.advanceTimersByTimeAsync(400);
  expect(rested).toEqual(['2']);
});

test('what is forgotten is neither shown nor said to rest, and a late answer is dropped', async () => {
  const { asking, answers, shown, rested } = setup();
  asking.ask();
  answers[0]?.give();
  await settled();
  asking.ask();
  asking.forget();
  paint();
  answers[1]?.give();
  await settled();
  paint();
  await vi.advanceTimersByTimeAsync(400);
  expect([shown, rested, asking.latest()]).toEqual([[], [], undefined]);
});

test('a model that fails says why, unless the question was forgotten', async () => {
  const { asking, answers, failures } = setup();
  asking.ask();
  answers[0]?.fail();
  await settled();
  asking.ask();
  asking.forget();
  answers[1]?.fail();
  await settled();
  expect(failures).toEqual(['no answer']);
});
