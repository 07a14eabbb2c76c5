// The page of results: one table for each way of decoding and number of connections.
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../setup/paths.mjs';
import { median, megabytes, quantile, spread, table } from '../support/statistics.ts';
import { OURS } from './contenders.ts';
import { frameworks, packagesOf } from './environments.ts';
import type { Decoding, Workload } from './loads.ts';
import type { Race, RaceOptions, Result, Turn } from './race.ts';

/** The page with these parts in place of those with the same headings; a part is all from one heading to the next. */
export function merge(page: string, parts: readonly string[]): string {
  const old = page.trimEnd().split(/\n\n(?=## )/);
  const heading = (part: string) => part.split('\n', 1)[0] ?? '';
  const fresh = new Map(parts.map((part) => [heading(part), part]));
  const kept = old.map((part) => fresh.get(heading(part)) ?? part);
  const added = parts.filter((part) => !old.some((other) => heading(other) === heading(part)));
  return `${[...kept, ...added].join('\n\n')}\n`;
}

/** A turn in which others took a larger share of the machine is counted as disturbed. */
const DISTURBED = 0.05;

export function preamble(): string {
  const [cpu] = cpus();
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const pythons = frameworks.map((framework) => `- ${packagesOf(framework)}`).join('\n');
  return `# Serving speed

${cpus().length} cores, ${cpu?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB. Node ${process.versions.node}, onnxruntime-node ${dependencies['onnxruntime-node']}. The rivals:

${pythons}

All servers serve the same model file and get the same pictures, as multipart forms, from wrk with one thread on the same
cores. They stay up and take turns. Every round begins with another one, and a server is stopped (SIGSTOP) while it is not
its turn. Each rival runs with the fastest of several settings (processes, threads of onnxruntime, batching, \`def\` or
\`async def\`), found by the best of three turns of each at 32 connections; Trainyard runs with its defaults. Requests/s,
p50 and p99 (of all requests of a turn) are medians over the rounds, with quartiles in parentheses; ratios are taken
within a round. Memory is the proportional set size of the whole process tree, the largest at the end of any turn. Cold
start is the time from the start of the process to its first good answer, with files cached: the median of the starts.
Before anything was timed, each server's answers to all pictures were compared with ours. The limit is the throughput of
${cpus().length} processes with the same pictures without HTTP: decoding, resizing, and onnxruntime with its best batch size, with our
own decoder or Pillow, whichever is faster.`;
}

export function section(
  workload: Workload,
  decoding: Decoding,
  limitName: string,
  race: Race,
  { rounds, seconds, connections, starts }: RaceOptions,
): string {
  const rivals = race.results.filter(({ family }) => family !== OURS);
  const parts = [
    `## ${workload.title}${workload.decoding.length > 1 ? `, decoding ${decoding === 'fast' ? 'fast (`--decode fast`; Pillow with `draft`)' : 'exactly'}` : ''}`,
    `\`npm run bench serve -- --only ${workload.name} --decode ${decoding} --rounds ${rounds} --seconds ${seconds} --connections ${connections.join(',')} --starts ${starts} --write\`, ${new Date().toISOString().slice(0, 10)}`,
    facts(race),
  ];
  for (const [connections, limits] of race.limit) {
    const turnsOf = (result: Result): readonly Turn[] => result.turns.get(connections) ?? [];
    const rates = (result: Result) => turnsOf(result).map(({ perSecond }) => perSecond);
    const ours = race.results.find(({ family }) => family === OURS);
    const ratios = (under: readonly number[]) =>
      ours === undefined ? [] : rates(ours).map((rate, round) => rate / (under[round] ?? Number.NaN));
    const best = rivals.reduce((a, b) => (median(rates(b)) > median(rates(a)) ? b : a));
    const rows = race.results.map((result) => [
      result.family,
      spread(rates(result)),
      result === ours ? '' : spread(ratios(rates(result)), 2),
      ...(['p50', 'p99'] as const).map((time) => milliseconds(turnsOf(result).map((turn) => turn[time]))),
      median(turnsOf(result).map(({ cpu }) => cpu)).toFixed(2),
      String(turnsOf(result).reduce((sum, { refused, broken }) => sum + refused + broken, 0)),
    ]);
    rows.push(['limit without HTTP', spread(limits), spread(ratios(limits), 2), '', '', '', '']);
    parts.push(
      `### ${connections} ${connections === 1 ? 'connection' : 'connections'}`,
      table(['', 'requests/s', `${OURS} against it`, 'p50, ms', 'p99, ms', 'CPU ms/request', 'failed'], rows),
      `Against the best of the others, ${best.family}: ${spread(ratios(rates(best)), 2)}.`,
    );
  }
  const all = race.results.flatMap(({ turns }) => [...turns.values()].flat());
  parts.push(
    `The limit is that of ${limitName}. Turns in which others took more than ${DISTURBED * 100} % of the machine: ${all.filter(({ disturbance }) => disturbance > DISTURBED).length} of ${all.length}.`,
  );
  return parts.join('\n\n');
}

function facts({ results }: Race): string {
  const rows = results.map((result) => [
    result.family,
    result.settings,
    megabytes(Math.max(...[...result.turns.values()].flat().map(({ memory }) => memory))),
    `${(median(result.coldStarts) / 1000).toFixed(2)} s`,
    result.family === OURS ? '' : result.difference.toExponential(1),
  ]);
  return table(['', 'settings', 'memory', 'cold start', 'largest difference from our answers'], rows);
}

function milliseconds(values: readonly number[]): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(values, q));
  const digits = (middle ?? 0) < 10 ? 2 : 0;
  return `${middle?.toFixed(digits)} (${low?.toFixed(digits)}-${high?.toFixed(digits)})`;
}
