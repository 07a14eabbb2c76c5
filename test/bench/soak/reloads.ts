// Reloads under full load: no request may fail, and none may wait much longer than without.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '../support/server.ts';
import { median, quantile } from '../support/statistics.ts';
import { type Bodies, type Load, load } from '../support/wrk.ts';
import { addVersion, broken, good } from './versions.ts';

const CONNECTIONS = 32;

/** Seconds of a piece of load: p99 is compared piece by piece. */
const PIECE = 5;

/** Pieces before the reloads. */
const BEFORE = 3;

/** Milliseconds in which a version must be served, or known to be broken. */
const PATIENCE = 60_000;

/** Factor by which p99 may grow at most. */
const GROWTH = 3;

export interface Reloads {
  readonly summary: string;
  readonly faults: readonly string[];
}

/**
 * Adds `count` versions while the server works as fast as it can.
 *
 * @param mixed - every other version is broken, in one way after another.
 */
export async function reloads(
  server: Server,
  repository: string,
  bodies: Bodies,
  count: number,
  mixed: boolean,
): Promise<Reloads> {
  const alone: Load[] = [];
  for (let i = 0; i < BEFORE; i++) alone.push(await load(server.url, bodies, CONNECTIONS, PIECE));

  let done = false;
  const pieces: Load[] = [];
  const loading = (async () => {
    while (!done) pieces.push(await load(server.url, bodies, CONNECTIONS, PIECE));
  })();
  const faults: string[] = [];
  let serving = (await versionOf(server)) ?? 0;
  const waits: number[] = [];
  for (let i = 0; i < count; i++) {
    const bad = mixed && i % 2 === 1 ? broken[((i - 1) / 2) % broken.length] : undefined;
    const start = performance.now();
    const version = await addVersion(repository, bad ?? good, serving);
    if (bad === undefined) {
      if (await becomes(server, version)) serving = version;
      else faults.push(`version ${version} was not served in ${PATIENCE / 1000} s`);
      waits.push(performance.now() - start);
    } else {
      await sleep(median(waits)); // as long as a good one takes
      const still = await versionOf(server);
      if (still !== serving) faults.push(`broken version ${version}: ${still} was served, not ${serving}`);
    }
  }
  done = true;
  await loading;

  const failed = [...alone, ...pieces].reduce((sum, { refused, broken }) => sum + refused + broken, 0);
  if (failed > 0) faults.push(`${failed} requests failed`);
  const p99 = (loads: readonly Load[]) => median(loads.map(({ p99 }) => p99));
  const growth = p99(pieces) / p99(alone);
  if (growth > GROWTH) faults.push(`p99 grew ${growth.toFixed(1)} times`);
  const requests = pieces.reduce((sum, { perSecond }) => sum + perSecond * PIECE, 0);
  return {
    faults,
    summary:
      `${count} reloads${mixed ? ', every other version broken' : ''}: ${failed} of ${requests.toFixed(0)} requests failed; ` +
      `p99 ${p99(pieces).toFixed(1)} ms, ${p99(alone).toFixed(1)} ms before (${growth.toFixed(2)} times); ` +
      `a new version served after ${median(waits).toFixed(0)} ms (p99 ${quantile(waits, 0.99).toFixed(0)} ms).`,
  };
}

async function becomes(server: Server, version: number): Promise<boolean> {
  const start = performance.now();
  while (performance.now() - start < PATIENCE) {
    if ((await versionOf(server)) === version) return true;
    await sleep(50);
  }
  return false;
}

/** The version that answers, by the list of models. */
async function versionOf(server: Server): Promise<number | undefined> {
  const { models } = await (await fetch(new URL('/models', server.url))).json();
  return models.find(({ newest }: { newest: boolean }) => newest)?.version;
}
