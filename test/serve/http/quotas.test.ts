// What the owner of a key may use: so many in each period of the clock, whoever asks when.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createQuotas, isQuotaWord, parseQuota, type Quota } from '../../../serve/http/quotas.ts';
import { Refusal } from '../../../serve/refusal.ts';

/** 12:00:15.5 of a day. */
const NOON = Date.UTC(2026, 10, 30, 12, 0, 15, 500);

/** Quotas with a clock and a quota that the test sets, and all that the observer is told. */
function make(quota: Quota | undefined) {
  const events: unknown[] = [];
  const state = { time: NOON, quota };
  const quotas = createQuotas(
    () => state.quota,
    {
      used: (...event) => events.push(['used', ...event]),
      limited: (...event) => events.push(['limited', ...event]),
    },
    () => state.time,
  );
  return { quotas, state, events };
}

/** The refusal that something throws; undefined where it throws none. */
function refusalOf(act: () => void): Refusal | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

describe('requests', () => {
  test('are refused beyond the quota, with the seconds to the next minute, and answered from then on', () => {
    const { quotas, state, events } = make({ 'requests-per-minute': 2 });
    const { takeRequest } = quotas('lab');
    takeRequest();
    takeRequest();
    expect(refusalOf(takeRequest)).toMatchObject({
      status: 429,
      retryAfter: 45,
      message: 'received 1 request where 0 of 2 a minute are left to this key: try again in 45 s',
    });
    state.time = Date.UTC(2026, 10, 30, 12, 0, 59, 999);
    expect(refusalOf(takeRequest)?.retryAfter).toBe(1);
    state.time += 1;
    takeRequest();
    expect(events).toEqual([
      ['used', 'lab', 'requests', 1],
      ['used', 'lab', 'requests', 1],
      ['limited', 'lab'],
      ['limited', 'lab'],
      ['used', 'lab', 'requests', 1],
    ]);
  });

  test('of one owner are not those of another', () => {
    const { quotas } = make({ 'requests-per-minute': 1 });
    quotas('lab').takeRequest();
    quotas('shop').takeRequest();
    expect(refusalOf(quotas('lab').takeRequest)?.status).toBe(429);
    expect(refusalOf(quotas('shop').takeRequest)?.status).toBe(429);
  });

  test('without a quota are counted, and never refused', () => {
    for (const quota of [undefined, {}, { 'pictures-per-day': 1 }]) {
      const { quotas, events } = make(quota);
      for (let i = 0; i < 1000; i++) quotas('lab').takeRequest();
      expect(events).toHaveLength(1000);
    }
  });

  test('that were used count when the quota becomes another one, as do those before there was one', () => {
    const { quotas, state } = make(undefined);
    const { takeRequest } = quotas('lab');
    for (let i = 0; i < 3; i++) takeRequest();
    state.quota = { 'requests-per-minute': 4 };
    takeRequest();
    expect(refusalOf(takeRequest)?.message).toContain('0 of 4');
    state.quota = { 'requests-per-minute': 5 };
    takeRequest();
    state.quota = { 'requests-per-minute': 2 };
    expect(refusalOf(takeRequest)?.message).toContain('0 of 2');
  });

  test('are as many as the quota in each minute, whenever they come', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat(20_000), { maxLength: 99 }),
        (most, pauses) => {
          const { quotas, state } = make({ 'requests-per-minute': most });
          const minutes = new Map<number, { sent: number; answered: number }>();
          for (const pause of pauses) {
            state.time += pause;
            const minute = new Date(state.time).setUTCSeconds(0, 0);
            const { sent, answered } = minutes.get(minute) ?? { sent: 0, answered: 0 };
            const ok = refusalOf(quotas('lab').takeRequest) === undefined;
            minutes.set(minute, { sent: sent + 1, answered: answered + Number(ok) });
          }
          for (const { sent, answered } of minutes.values()) expect(answered).toBe(Math.min(sent, most));
        },
      ),
    );
  });
});

describe('pictures', () => {
  test('are counted all or none, until midnight in UTC', () => {
    const { quotas, state, events } = make({ 'pictures-per-day': 10 });
    const { takePictures, expectPictures } = quotas('lab');
    takePictures(7);
    const beyond = refusalOf(() => takePictures(4));
    const seconds = 12 * 3600 - 15;
    expect(beyond).toMatchObject({
      status: 429,
      retryAfter: seconds,
      message: `received 4 pictures where 3 of 10 a day (UTC) are left to this key: try again in ${seconds} s`,
    });
    expectPictures();
    takePictures(3);
    expect(refusalOf(expectPictures)?.message).toMatch(/^received 1 picture where 0 of 10 a day/);
    state.time = Date.UTC(2026, 11, 1);
    expectPictures();
    takePictures(10);
    expect(events.filter((event) => JSON.stringify(event).includes('used'))).toEqual([
      ['used', 'lab', 'pictures', 7],
      ['used', 'lab', 'pictures', 3],
      ['used', 'lab', 'pictures', 10],
    ]);
  });

  test('are no requests, and requests no pictures', () => {
    const { quotas } = make({ 'requests-per-minute': 1, 'pictures-per-day': 1 });
    const { takeRequest, takePictures } = quotas('lab');
    takeRequest();
    takePictures(1);
    expect(refusalOf(takeRequest)?.message).toContain('of 1 a minute');
    expect(refusalOf(() => takePictures(1))?.message).toContain('of 1 a day');
  });
});

describe('headers', () => {
  test('say the quota and what is left of it, as the draft of the IETF has them', () => {
    const { quotas, state } = make({ 'requests-per-minute': 60, 'pictures-per-day': 500 });
    const { takeRequest, takePictures, headers } = quotas('lab');
    for (let i = 0; i < 3; i++) takeRequest();
    takePictures(7);
    expect(headers()).toEqual({
      'ratelimit-policy': '"requests";q=60;w=60, "pictures";q=500;w=86400',
      ratelimit: '"requests";r=57;t=45, "pictures";r=493;t=43185',
    });
    state.time += 60_000;
    expect(headers().ratelimit).toBe('"requests";r=60;t=45, "pictures";r=493;t=43125');
    state.quota = { 'pictures-per-day': 5 };
    expect(headers()).toEqual({
      'ratelimit-policy': '"pictures";q=5;w=86400',
      ratelimit: '"pictures";r=0;t=43125',
    });
  });

  test('are none without a quota', () => {
    for (const quota of [undefined, {}]) expect(make(quota).quotas('lab').headers()).toEqual({});
  });
});

describe('words', () => {
  test.each([
    ['requests-per-minute=60', true],
    ['pictures-per-day=1', true],
    ['picture-per-day=x', true],
    ['x-pictures-per-day=1', false],
    ['pictures-per-day', false],
    ['Qm9va3MgYXJlIGEgdW5pcXVl=', false],
    ['per-day=1', false],
    ['-pictures-per-day=1', false],
  ])('%s is about a quota: %j', (word, is) => {
    expect(isQuotaWord(word)).toBe(is);
  });

  test('are read in any order', () => {
    expect(parseQuota(['pictures-per-day=999999999', 'requests-per-minute=1'], 'keys, line 1')).toEqual({
      'requests-per-minute': 1,
      'pictures-per-day': 999_999_999,
    });
    expect(parseQuota([], 'keys, line 1')).toEqual({});
  });

  test.each([
    ['picture-per-day=5', 'there is no quota picture-per-day. Did you mean pictures-per-day?'],
    [
      'bytes-per-year=5',
      'there is no quota bytes-per-year. There are: requests-per-minute, pictures-per-day.',
    ],
    ['pictures-per-day=', 'pictures-per-day: received "", expected a whole number from 1 to 999999999'],
    ['pictures-per-day=0', 'pictures-per-day: received "0", expected'],
    ['pictures-per-day=5x', 'pictures-per-day: received "5x", expected'],
    ['pictures-per-day=x5', 'pictures-per-day: received "x5", expected'],
    ['pictures-per-day=1=2', 'pictures-per-day: received "1=2", expected'],
    ['pictures-per-day=1000000000', 'pictures-per-day: received "1000000000", expected'],
    ['pictures-per-day=5 pictures-per-day=5', 'received pictures-per-day twice, expected it once'],
  ])('such as %s are refused: %s', (words, message) => {
    expect(() => parseQuota(words.split(' '), 'keys, line 3')).toThrow(`keys, line 3: ${message}`);
  });
});
