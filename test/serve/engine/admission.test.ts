// What is promised of admission: a bounded queue, a time after which to try again, and a picture that is alone always gets in.
import { expect, test } from 'vitest';
import { createAdmission } from '../../../serve/engine/admission.ts';
import { recordingObserver } from './jobs.ts';

const name = { name: 'colors', version: 1 };

function admission(waiting: number) {
  const { observer, events } = recordingObserver();
  const admit = createAdmission({ limit: 5000, workers: 2, waiting: () => waiting, observer });
  return { admit, events };
}

test('work is admitted up to the limit', () => {
  const { admit, events } = admission(4000);
  expect(admit(name, 1000)).toBeUndefined();
  expect(events).toEqual([]);
});

test('beyond it, the refusal says when to try again: when all workers are through with what waits', () => {
  const { admit, events } = admission(4000);
  expect(admit(name, 1001)).toMatchObject({ status: 503, retryAfter: 2 });
  expect(events).toEqual([['failed', name, 'full']]);
  // Seconds are whole: begun ones count.
  expect(admission(4001).admit(name, 1000)).toMatchObject({
    retryAfter: 3,
    message: 'the queue is full: it holds work for 3 s already; try again later',
  });
});

test('when nothing waits, a picture of any cost is admitted', () => {
  expect(admission(0).admit(name, 1e9)).toBeUndefined();
});

test('what waits may depend on the cost: what runs alone keeps no quick picture out', () => {
  const { observer } = recordingObserver();
  const waiting = (cost: number) => (cost < 100 ? 40 : 4990);
  const admit = createAdmission({ limit: 5000, workers: 2, waiting, observer });
  expect(admit(name, 5)).toBeUndefined();
  expect(admit(name, 200)).toMatchObject({ status: 503 });
});
