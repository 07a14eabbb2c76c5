// The report of a fit's run, on the page of all reports: curves, epochs, the network's layers, time, the machine.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import { readJsonFile } from '../files/json.ts';
import { writeWhole } from '../files/write-whole.ts';
import { clock, many, short, whole } from '../report/format.ts';
import { type Html, html } from '../report/html.ts';
import { type Hero, headOf, type PagePart, renderPage } from '../report/page.ts';
import { plot } from '../report/plot.ts';
import { type RecordedTime, readTimes } from '../report/record.ts';
import { factsOf } from '../report/sections/environment.ts';
import { figuresOf } from '../report/sections/time-memory.ts';
import { type ModelProgress, readProgress } from './checkpoint.ts';
import { type ModelDescription, readModel } from './record.ts';

type Row = ModelProgress['history'][number];

/**
 * Makes the page of the run of a fit, from its folder: what is shown is what the fit has kept, so its pictures and what it
 * answers for them are not.
 * @returns The page's path.
 * @throws UserError where no epoch is done, or a file is damaged
 */
export function makeModelReport(folder: string): string {
  const last = join(folder, 'last.safetensors');
  if (!existsSync(last)) throw new UserError(`${folder} has no checkpoint yet: its first epoch is not done.`);
  const { progress, facts } = readProgress(last);
  const [model, times] = [readModel(folder), readTimes({ folder })];
  const environment = readJsonFile(join(folder, 'environment.json'), z.record(z.string(), z.unknown()));
  const { history } = progress;
  const names = metricsOf(history);
  const parts: (Omit<PagePart, 'body'> & { body: Html | undefined })[] = [
    { id: 'curves', title: 'Curves', body: curvesOf(history, names) },
    { id: 'epochs', title: 'Epochs', body: epochsOf(history, times, names) },
    { id: 'network', title: 'Network', body: networkOf(model) },
    { id: 'time', title: 'Time and memory', body: figuresOf(times, 'rows') },
    {
      id: 'training',
      title: 'Training',
      body: factsOf(
        Object.entries({
          ...facts,
          loss: model.loss,
          'learning rate at the end': short(progress.learningRate),
        }),
      ),
    },
    { id: 'environment', title: 'Environment', body: factsOf(Object.entries(environment)) },
  ];
  const run = resolve(folder).split('/').at(-1) ?? folder;
  const path = join(folder, 'report.html');
  const page = renderPage({
    title: `${model.name} · ${run}`,
    head: headOf({
      run,
      state: progress.epochs < model.epochs ? 'interrupted' : 'finished',
      name: model.name,
      description: 'A LayersModel of TensorFlow.js, trained by fit',
      hero: heroOf(progress, model, times),
    }),
    parts: parts.flatMap(({ body, ...part }) => (body === undefined ? [] : [{ ...part, body }])),
  });
  writeWhole(path, page);
  return path;
}

/** Losses and metrics without their `val_`: the loss, then what is part of it, then metrics. */
function metricsOf(history: readonly Row[]): string[] {
  const names = new Set(
    history.flatMap(({ logs }) => Object.keys(logs).map((name) => name.replace(/^val_/, ''))),
  );
  const rank = (name: string) => (name === 'loss' ? 0 : name.endsWith('loss') ? 1 : 2);
  return [...names].sort((a, b) => rank(a) - rank(b));
}

/** The epoch of the lowest validation loss; of the lowest loss where nothing was validated. */
function bestOf(history: readonly Row[]): { row: Row; by: string } | undefined {
  const by = history.some(({ logs }) => logs.val_loss !== undefined) ? 'val_loss' : 'loss';
  const lossOf = ({ logs }: Row) => logs[by] ?? Number.POSITIVE_INFINITY;
  const [first, ...others] = history;
  if (first === undefined) return undefined;
  return { row: others.reduce((best, row) => (lossOf(row) < lossOf(best) ? row : best), first), by };
}

function heroOf(
  { history, epochs }: ModelProgress,
  model: ModelDescription,
  times: readonly RecordedTime[],
): Hero {
  const best = bestOf(history);
  const seconds = times.reduce((sum, time) => sum + time.seconds, 0);
  const rate = times.at(-1)?.imagesPerSecond;
  const count = (which: 'parameters' | 'trained') =>
    model.layers.reduce((sum, layer) => sum + layer[which], 0);
  return [
    ...(best === undefined
      ? []
      : Object.entries(best.row.logs)
          .filter(([name]) => name.startsWith('val_') === (best.by === 'val_loss'))
          .map(([name, value]): Hero[number] => [
            inWords(name),
            short(value),
            `best epoch: ${best.row.epoch + 1}`,
          ])),
    ['trained', `${epochs} / ${Math.max(epochs, model.epochs)}`, 'epochs'],
    ['time', times.length > 0 ? clock(seconds) : '–', rate ? `${whole(rate)} rows/s` : ''],
    ['parameters', whole(count('parameters')), `${whole(count('trained'))} of them trained`],
  ];
}

function curvesOf(history: readonly Row[], names: readonly string[]): Html | undefined {
  const figures = names.flatMap((name) => {
    const points = (key: string) =>
      history.flatMap(({ epoch, logs }) => {
        const value = logs[key];
        return value === undefined ? [] : [[epoch + 1, value] as const];
      });
    const series = [
      { name: 'training', color: 1, dots: true, points: points(name) },
      { name: 'validation', color: 2, dots: true, points: points(`val_${name}`) },
    ].filter((each) => each.points.length > 0);
    return plot({ title: inWords(name), x: 'epoch', format: short, series }) ?? [];
  });
  return figures.length === 0 ? undefined : html`<div class="plots">${figures}</div>`;
}

function epochsOf(
  history: readonly Row[],
  times: readonly RecordedTime[],
  names: readonly string[],
): Html | undefined {
  const best = bestOf(history);
  if (best === undefined) return undefined;
  const known = new Set(history.flatMap(({ logs }) => Object.keys(logs)));
  const keys = names.flatMap((name) => [name, `val_${name}`]).filter((key) => known.has(key));
  const rows = history.map((row) => {
    const time = times.find(({ epoch }) => epoch === row.epoch + 1);
    return html`<tr class="${row === best.row ? 'best' : ''}"><th scope="row">${row.epoch + 1}</th>${keys.map(
      (key) => html`<td>${row.logs[key]?.toFixed(4) ?? '–'}</td>`,
    )}<td>${time ? clock(time.seconds) : '–'}</td><td>${time ? whole(time.imagesPerSecond) : '–'}</td></tr>`;
  });
  return html`<div class="scroll"><table class="numbers">
      <thead><tr><th scope="col">epoch</th>${keys.map((key) => html`<th scope="col">${inWords(key)}</th>`)}<th scope="col">time</th><th scope="col">rows/s</th></tr></thead>
      <tbody>${rows}</tbody>
    </table></div>
    <p class="note">The epoch with the lowest ${inWords(best.by)} is marked; the checkpoint is of the last one.</p>`;
}

function networkOf({ layers, optimizer }: ModelDescription): Html {
  const rows = layers.map(
    ({ name, kind, output, parameters, trained }) =>
      html`<tr><th scope="row">${name}</th><td>${kind}</td><td>${output}</td><td>${whole(parameters)}</td><td>${whole(trained)}</td></tr>`,
  );
  return html`<div class="scroll"><table class="numbers">
      <thead><tr><th scope="col">layer</th><th scope="col">class</th><th scope="col">output</th><th scope="col">parameters</th><th scope="col">trained</th></tr></thead>
      <tbody>${rows}</tbody>
    </table></div>
    <p class="note">${many(layers.length, 'layer')}, trained with ${optimizer}.</p>`;
}

const inWords = (name: string) => name.replace(/^val_/, 'validation ');
