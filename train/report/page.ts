// The page of a run: its head, its sections, its style, in one string that needs nothing else.

import { readFileSync } from 'node:fs';
import { heldOutOf } from '../../models/held-out.ts';
import { bestOf } from '../runs/checkpoint.ts';
import { hasEndedEarly } from '../runs/patience.ts';
import { isErrorAlone, type Measured, measuresOf } from '../tasks/words.ts';
import type { Facts } from './facts.ts';
import { clock, many, percent, whole } from './format.ts';
import { type Html, html, raw } from './html.ts';
import type { Sheet } from './pictures.ts';
import type { SectionOfRecord, Shown } from './section.ts';
import { sheetRules, tile } from './tile.ts';

/** The whole report as HTML. */
export function renderReport(facts: Facts, sections: readonly SectionOfRecord[]): string {
  const sheets = new Set<Sheet>();
  const shown: Shown = {
    ...facts,
    tile(sheet, ...of) {
      sheets.add(sheet);
      return tile(sheet, ...of);
    },
  };
  const parts = sections.flatMap(({ id, title, render }): PagePart[] => {
    const body = render(shown);
    return body === undefined ? [] : [{ id, title, body }];
  });
  const { run, recipe } = facts;
  return renderPage({
    title: `${recipe.name} · ${run.name}`,
    head: headOf({ run: run.name, state: facts.state, ...recipe, hero: heroOf(facts) }),
    parts,
    sheets: [...sheets],
  });
}

/** The figures of a head. */
export type Hero = readonly (readonly [name: string, value: string, more: string])[];

/** The head of a run's page. */
export function headOf({
  run,
  state,
  name,
  description,
  hero,
}: {
  run: string;
  state: Facts['state'];
  name: string;
  description: string;
  hero: Hero;
}): Html {
  return html`<header>
      <p class="over">${run}<span class="state ${state}">${STATES[state]}</span></p>
      <h1>${name}</h1>
      <p class="lead">${description}</p>
      <dl class="hero">${hero.map(([what, value, more]) => html`<div><dt>${what}</dt><dd>${value}</dd><dd class="quiet">${more}</dd></div>`)}</dl>
    </header>`;
}

export interface PagePart {
  id: string;
  title: string;
  body: Html;
}

/** A page of parts with links to them. */
export function renderPage({
  title,
  head,
  parts,
  sheets = [],
}: {
  title: string;
  head: Html;
  parts: readonly PagePart[];
  sheets?: readonly Sheet[];
}): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Trainyard">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(style)}
${raw(sheetRules(sheets))}</style>
</head>
<body>
${head}
<nav aria-label="Sections">${parts.map((part) => html`<a href="#${part.id}">${part.title}</a>`)}</nav>
<main>${parts.map(
    (part) => html`
<section id="${part.id}"><h2>${part.title}</h2>${part.body}</section>`,
  )}
</main>
<footer>Made by Trainyard. This page is one file and loads nothing else.</footer>
</body>
</html>
`.toString();
}

const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8');

const STATES = { running: 'training', interrupted: 'interrupted', finished: 'finished' } as const;

/** What decides between epochs, as a page writes it. */
function textOf(measured: Measured): string {
  return isErrorAlone(measured) ? percent(measured.errorRate) : measuresOf(measured)[0].text;
}

function heroOf({
  record,
  recipe,
  dataset,
  parameters,
}: Facts): [name: string, value: string, more: string][] {
  const { history, times, steps, stepsPerEpoch } = record;
  const heldOut = heldOutOf(recipe);
  const { tested } = record;
  const best = bestOf(history);
  const last = history.at(-1);
  const seconds = times.reduce((sum, time) => sum + time.seconds, 0);
  const done = steps.at(-1)?.step ?? last?.step ?? 0;
  const rate = times.at(-1)?.imagesPerSecond;
  return [
    ...(tested
      ? [
          [
            `test ${measuresOf(tested.best)[0].title}`,
            textOf(tested.best),
            `best epoch; ${whole(tested.best.n)} pictures by which nothing was chosen`,
          ] satisfies [string, string, string],
        ]
      : []),
    [
      `${heldOut} ${best ? measuresOf(best)[0].title : 'error'}`,
      best ? textOf(best) : '–',
      best
        ? `best epoch: ${best.epoch}; ${whole(dataset.validation.n)} pictures`
        : 'comes after the first epoch',
    ],
    ...(last && last !== best
      ? [
          ['last epoch', textOf(last), `${heldOut} ${measuresOf(last)[0].title}`] satisfies [
            string,
            string,
            string,
          ],
        ]
      : []),
    ...(last?.tta ? [['over views', textOf(last.tta), recipe.tta] satisfies [string, string, string]] : []),
    [
      'trained',
      stepsPerEpoch > 0 ? `${Number((done / stepsPerEpoch).toFixed(1))} / ${recipe.epochs}` : '–',
      `epochs of ${many(Math.floor(dataset.train.n / recipe.batchSize), 'step')}${hasEndedEarly(recipe, { history, step: done, stepsPerEpoch }) && done < recipe.epochs * stepsPerEpoch ? `; ended early, ${many(recipe.patience ?? 0, 'epoch')} without a better one` : ''}`,
    ],
    ['time', times.length > 0 ? clock(seconds) : '–', rate ? `${whole(rate)} images/s` : ''],
    ...(parameters === undefined
      ? []
      : [['parameters', whole(parameters), recipe.architecture.name] satisfies [string, string, string]]),
  ];
}
