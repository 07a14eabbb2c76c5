// Quotas: how many requests and pictures the owner of a key has, and what is left of them. They are counted in memory, by name.
import { UserError } from '../../models/errors.ts';
import { suggestion } from '../../models/nearest.ts';
import { Refusal } from '../refusal.ts';

/** What is counted, by the words of a file of keys; each in periods of so many milliseconds, which begin with the clock's. */
const kinds = {
  'requests-per-minute': { what: 'requests', period: 60_000, periodName: 'a minute' },
  'pictures-per-day': { what: 'pictures', period: 86_400_000, periodName: 'a day (UTC)' },
} as const;

type Kind = keyof typeof kinds;

const kindNames = ['requests-per-minute', 'pictures-per-day'] as const satisfies readonly Kind[];

/** How many an owner has in each period; without a number there is no end. */
export type Quota = Partial<Readonly<Record<Kind, number>>>;

/** The quota of an owner now; undefined where there is none. */
export type QuotaOf = (owner: string) => Quota | undefined;

/** What the owner of a key has, for one of its requests. */
export interface Allowance {
  /** Counts a request. @throws Refusal 429 when none is left. */
  takeRequest(): void;
  /** @throws Refusal 429 when no picture is left: before they are received. */
  expectPictures(): void;
  /** Counts pictures, all or none. @throws Refusal 429 when there are not so many left. */
  takePictures(count: number): void;
  /** `RateLimit` and `RateLimit-Policy`; none without a quota. */
  headers(): Readonly<Record<string, string>>;
}

/** The allowance of an owner. */
export type Quotas = (owner: string) => Allowance;

/** Called with what owners use, and with requests that are over the quota. */
export interface QuotaObserver {
  used?(owner: string, what: 'requests' | 'pictures', count: number): void;
  limited?(owner: string): void;
}

/** Whether a word of a file of keys speaks of a quota, and is neither a name nor a key. */
export function isQuotaWord(word: string): boolean {
  return /^[a-z]+-per-[a-z]+=/.test(word);
}

/**
 * Reads the words of a quota, `requests-per-minute=60` and `pictures-per-day=10000`.
 *
 * @param words - for which `isQuotaWord` is true.
 * @param where - file and line.
 * @throws UserError for a word that is not known or comes twice, and for what is no number.
 */
export function parseQuota(words: readonly string[], where: string): Quota {
  const quota: Partial<Record<Kind, number>> = {};
  for (const word of words) {
    const [name = '', most = ''] = word.split(/=(.*)/);
    const kind = kindNames.find((one) => one === name);
    if (kind === undefined)
      throw new UserError(`${where}: there is no quota ${name}. ${suggestion(name, kindNames)}`);
    if (quota[kind] !== undefined) throw new UserError(`${where}: received ${kind} twice, expected it once`);
    if (!/^[1-9][0-9]{0,8}$/.test(most))
      throw new UserError(
        `${where}: ${kind}: received "${most}", expected a whole number from 1 to 999999999`,
      );
    quota[kind] = Number(most);
  }
  return quota;
}

/**
 * @param quotaOf - the quota of an owner now: it may change, and what is used stays.
 * @param now - milliseconds since 1970.
 */
export function createQuotas(
  quotaOf: QuotaOf,
  observer: QuotaObserver = {},
  now: () => number = Date.now,
): Quotas {
  const owners = new Map<string, Allowance>();
  return (owner) => {
    const known = owners.get(owner);
    if (known !== undefined) return known;
    const allowance = createAllowance(owner, quotaOf, observer, now);
    owners.set(owner, allowance);
    return allowance;
  };
}

function createAllowance(
  owner: string,
  quotaOf: QuotaOf,
  observer: QuotaObserver,
  now: () => number,
): Allowance {
  const counts: Record<Kind, { at: number; used: number }> = {
    'requests-per-minute': { at: 0, used: 0 },
    'pictures-per-day': { at: 0, used: 0 },
  };

  /** What is left in this period, and the seconds to its end. */
  function leftOf(kind: Kind, most: number): { left: number; seconds: number } {
    const { period } = kinds[kind];
    const time = now();
    const at = Math.floor(time / period);
    if (counts[kind].at !== at) counts[kind] = { at, used: 0 };
    return {
      left: Math.max(0, most - counts[kind].used),
      seconds: Math.ceil(((at + 1) * period - time) / 1000),
    };
  }

  /** @throws Refusal 429 when fewer than `count` are left; none is counted. */
  function check(kind: Kind, count: number): void {
    const most = quotaOf(owner)?.[kind] ?? Number.POSITIVE_INFINITY;
    const { left, seconds } = leftOf(kind, most);
    if (count <= left) return;
    const { what, periodName } = kinds[kind];
    observer.limited?.(owner);
    throw new Refusal(
      429,
      `received ${count} ${count === 1 ? what.slice(0, -1) : what} where ${left} of ${most} ${periodName} are left to this key: try again in ${seconds} s`,
      seconds,
    );
  }

  function take(kind: Kind, count: number): void {
    check(kind, count);
    counts[kind].used += count;
    observer.used?.(owner, kinds[kind].what, count);
  }

  return {
    takeRequest: () => take('requests-per-minute', 1),
    expectPictures: () => check('pictures-per-day', 1),
    takePictures: (count) => take('pictures-per-day', count),
    headers() {
      const quota = quotaOf(owner);
      const limits = kindNames.flatMap((kind) => {
        const most = quota?.[kind];
        if (most === undefined) return [];
        const { what, period } = kinds[kind];
        const { left, seconds } = leftOf(kind, most);
        return {
          policy: `"${what}";q=${most};w=${period / 1000}`,
          limit: `"${what}";r=${left};t=${seconds}`,
        };
      });
      if (limits.length === 0) return {};
      // Reference: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/, version 10.
      return {
        'ratelimit-policy': limits.map(({ policy }) => policy).join(', '),
        ratelimit: limits.map(({ limit }) => limit).join(', '),
      };
    },
  };
}
