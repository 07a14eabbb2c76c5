// The page of a sweep: what it has found so far, in one HTML file beside its trials.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { counted } from '../../models/counted.ts';
import { clock, many, percent, plainPercent } from '../report/format.ts';
import { type Html, html } from '../report/html.ts';
import { type PagePart, renderPage } from '../report/page.ts';
import { plot } from '../report/plot.ts';
import { errorOf, parallelCoordinates } from './parallel.ts';
import type { SearchEnd, Trial } from './search.ts';
import { dimensionInWords } from './space.ts';
import type { SweepFolder } from './sweep-folder.ts';
import { bestOf, numberOf } from './table.ts';

export interface SweepResult {
  readonly folder: SweepFolder;
  /** Those that have ended. */
  readonly trials: readonly Trial[];
  /** How many there will be. */
  readonly asked: number;
  readonly importance: SearchEnd['importance'];
  /** Trains the best one once more; undefined where none is done. */
  readonly command: string | undefined;
}

/** The page as HTML; it needs nothing else. */
export function sweepPage(result: SweepResult): string {
  const { folder, trials, importance } = result;
  const { space } = folder.spec;
  const best = trials.find(({ trial }) => trial === bestOf(trials)?.trial);
  const parts: readonly (PagePart | undefined)[] = [
    part('trials-by-option', 'Options and error', parallelCoordinates(space, trials, best)),
    part(
      'importance',
      'What mattered',
      importance === null ? notYet(count(trials, 'done')) : importanceTable(importance),
    ),
    part('best', 'Best so far', bestSoFar(trials)),
    part('cost', 'Cost', costTable(trials)),
    part('trials', 'Trials', trialsTable(folder, trials, best)),
    part(
      'command',
      'The best one once more',
      result.command === undefined ? undefined : html`<p><code>${result.command}</code></p>`,
    ),
  ];
  return renderPage({
    title: `Sweep ${folder.name}`,
    head: headOf(result, best),
    parts: parts.filter((each) => each !== undefined),
  });
}

function notYet(done: number): Html {
  return html`<p class="note">Needs four trials or more that are done, not pruned, and differ: ${done} so far. Comes at the end of the search.</p>`;
}

function part(id: string, title: string, body: Html | undefined): PagePart | undefined {
  return body === undefined ? undefined : { id, title, body };
}

function headOf({ folder, trials, asked }: SweepResult, best: Trial | undefined): Html {
  const { spec, name } = folder;
  const seconds = trials.reduce((sum, trial) => sum + trial.seconds, 0);
  const seeds = spec.seeds > 1 ? `, mean of ${spec.seeds} seeds` : '';
  const hero: readonly (readonly [string, string, string])[] = [
    [
      'least error',
      percent(best?.error ?? Number.NaN),
      best ? `trial ${numberOf(best.trial)}, at its best epoch${seeds}` : 'comes after the first trial',
    ],
    ['trials', `${trials.length} / ${asked}`, `of ${many(spec.epochs, 'epoch')}`],
    ['pruned', String(count(trials, 'pruned')), 'ended early, since others did better'],
    ['diverged', String(count(trials, 'diverged')), 'their loss became no number'],
    ['failed', String(count(trials, 'failed')), 'could not be trained'],
    ['training', clock(seconds), 'of all trials, one after the other'],
  ];
  return html`<header>
      <p class="over">${name}</p>
      <h1>${spec.name}</h1>
      <p class="lead">${space(spec.space)}</p>
      <dl class="hero">${hero.map(([what, value, more]) => html`<div><dt>${what}</dt><dd>${value}</dd><dd class="quiet">${more}</dd></div>`)}</dl>
    </header>`;
}

function space(dimensions: SweepFolder['spec']['space']): string {
  return `Searched: ${dimensions.map((each) => `${each.option} (${dimensionInWords(each)})`).join('; ')}.`;
}

function count(trials: readonly Trial[], state: Trial['state']): number {
  return trials.filter((trial) => trial.state === state).length;
}

function importanceTable(importance: Readonly<Record<string, number>>): Html {
  const rows = Object.entries(importance).sort(([, a], [, b]) => b - a);
  return html`<table class="numbers"><thead><tr><th scope="col" class="text">option</th><th scope="col">share</th><th scope="col"></th></tr></thead>
    <tbody>${rows.map(([option, share]) => html`<tr><th scope="row" class="text">${option}</th><td>${percent(share, 0)}</td><td class="bar"><span style="--share:${Number((share * 100).toFixed(1))}%"></span></td></tr>`)}</tbody></table>
    <p class="note">How much each option decides whether a trial is among the better half, by Optuna's PED-ANOVA over the trials that are done. With few trials it is a guess.</p>`;
}

function bestSoFar(trials: readonly Trial[]): Html | undefined {
  let least = Number.POSITIVE_INFINITY;
  const points = [...trials]
    .sort((a, b) => a.trial - b.trial)
    .flatMap(({ trial, error }) => {
      least = Math.min(least, error ?? least);
      return Number.isFinite(least) ? [[trial + 1, least] as const] : [];
    });
  const series = [{ name: 'least error so far', color: 2, dots: true, points }];
  const figure = plot({ title: 'Least error so far', x: 'trial', format: plainPercent, log: true, series });
  return figure && html`<div class="plots one">${figure}</div>`;
}

function costTable(trials: readonly Trial[]): Html {
  const states = ['done', 'pruned', 'diverged', 'failed'] as const;
  const rows = states.map((state) => {
    const own = trials.filter((trial) => trial.state === state);
    const epochs = own.reduce((sum, { curve }) => sum + (curve.at(-1)?.[0] ?? 0), 0);
    return { state, n: own.length, epochs, seconds: own.reduce((sum, trial) => sum + trial.seconds, 0) };
  });
  return html`<table class="numbers"><thead><tr><th scope="col" class="text">trials</th><th scope="col">n</th><th scope="col">epochs of the first seed</th><th scope="col">seconds</th></tr></thead>
    <tbody>${rows.map(({ state, n, epochs, seconds }) => html`<tr><th scope="row" class="text">${state}</th><td>${n}</td><td>${epochs}</td><td>${Math.round(seconds)}</td></tr>`)}</tbody></table>`;
}

function trialsTable(folder: SweepFolder, trials: readonly Trial[], best: Trial | undefined): Html {
  const { space: dimensions } = folder.spec;
  const sorted = [...trials].sort((a, b) => orderOf(a) - orderOf(b));
  return html`<div class="scroll"><table class="numbers"><thead><tr><th scope="col">trial</th>${dimensions.map(({ option }) => html`<th scope="col">${option}</th>`)}<th scope="col">error</th><th scope="col">epochs</th><th scope="col">seconds</th><th scope="col" class="text">how it ended</th><th scope="col" class="text">report</th></tr></thead>
    <tbody>${sorted.map(
      (trial) => html`
      <tr class="${trial === best ? 'best' : ''}"><th scope="row">${numberOf(trial.trial)}</th>${dimensions.map(({ option }) => html`<td>${trial.values[option] ?? '–'}</td>`)}<td>${percent(errorOf(trial) ?? Number.NaN)}</td><td>${trial.curve.at(-1)?.[0] ?? 0}</td><td>${Math.round(trial.seconds)}</td><td class="text wide">${endInWords(trial)}</td><td class="text">${reports(folder, trial)}</td></tr>`,
    )}</tbody></table></div>`;
}

/** The least error first; then what was pruned; then what has no error. */
function orderOf({ state, error, trial }: Trial): number {
  return state === 'done' ? (error ?? 0) : state === 'pruned' ? 2 + trial : 1e9 + trial;
}

function endInWords({ state, words, attempts }: Trial): string {
  const again = attempts > 1 ? ` in ${counted(attempts, 'attempt')}` : '';
  return words === '' ? `${state}${again}` : `${state}${again}: ${words}`;
}

function reports({ path }: SweepFolder, { runs }: Trial): Html {
  const pages = runs.map((run) => join(run, 'report.html')).filter((page) => existsSync(page));
  return html`${pages.map((page, i) => html`<a href="${relative(path, page)}">${pages.length > 1 ? `seed ${i + 1}` : 'report'}</a> `)}`;
}
