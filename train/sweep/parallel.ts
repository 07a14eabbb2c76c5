// Parallel coordinates: an axis for each option that is searched and one for the error, a line for each trial.
import { plainPercent, short } from '../report/format.ts';
import { type Html, html } from '../report/html.ts';
import { scaleOver } from '../report/scale.ts';
import type { Trial } from './search.ts';
import type { Dimension } from './space.ts';
import { numberOf } from './table.ts';

interface Axis {
  readonly title: string;
  /** From 0 at the bottom to 1; undefined where the trial has no such value. */
  at(trial: Trial): number | undefined;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** The last error that is known of a trial. */
export function errorOf({ error, curve }: Trial): number | undefined {
  return error ?? curve.at(-1)?.[1];
}

/** A figure; nothing where no trial has an error yet. */
export function parallelCoordinates(
  space: readonly Dimension[],
  trials: readonly Trial[],
  best: Trial | undefined,
): Html | undefined {
  const shown = trials.filter((trial) => hasAnswer(trial) && errorOf(trial) !== undefined);
  if (shown.length === 0) return undefined;
  const axes = [...space.map(optionAxis), errorAxis(shown)];
  const across = (i: number) => (axes.length === 1 ? 0 : i / (axes.length - 1));
  // The best one last, over all others.
  const order = [...shown].sort((a, b) => rankOf(a, best) - rankOf(b, best));
  return html`<figure class="parallel">
    <div class="frame">
      <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label="${`Parallel coordinates of ${shown.length} trials over ${axes.map(({ title }) => title).join(', ')}`}">
        <g class="grid">${axes.map((_, i) => html`<path d="M${place(across(i))} 0V1000"/>`)}</g>
        ${order.map((trial) => lineOf(trial, axes, across, trial === best))}
      </svg>
      ${axes.map((axis, i) => labels(axis, across(i)))}
    </div>
  </figure>`;
}

function hasAnswer({ state }: Trial): boolean {
  return state === 'done' || state === 'pruned';
}

function rankOf(trial: Trial, best: Trial | undefined): number {
  return trial === best ? 2 : trial.state === 'done' ? 1 : 0;
}

function lineOf(trial: Trial, axes: readonly Axis[], across: (i: number) => number, isBest: boolean): Html {
  const points = axes.flatMap((axis, i) => {
    const at = axis.at(trial);
    return at === undefined ? [] : [`${place(across(i))} ${place(1 - at)}`];
  });
  const kind = isBest ? 'c2 best' : trial.state === 'done' ? 'c1' : 'c4 faint dashed';
  const values = Object.entries(trial.values).map(([option, value]) => `${option} ${value}`);
  const says = `Trial ${numberOf(trial.trial)}: ${[...values, `error ${plainPercent(errorOf(trial) ?? Number.NaN)}`].join(', ')}${trial.state === 'pruned' ? ', pruned' : ''}`;
  return html`<g class="${kind}"><path class="line" d="M${points.join('L')}"><title>${says}</title></path></g>`;
}

function labels({ title, ticks }: Axis, across: number): Html {
  const side = across > 0.999 ? 'last' : across < 0.001 ? 'first' : 'middle';
  return html`<div class="${`own ${side}`}" style="left:${cssPercent(across)}"><strong>${title}</strong>${ticks.map(
    ({ at, text }) => html`<span style="bottom:${cssPercent(at)}">${text}</span>`,
  )}</div>`;
}

function optionAxis(dimension: Dimension): Axis {
  const { option: title } = dimension;
  if (dimension.kind === 'choice') {
    const { values } = dimension;
    const at = (value: string) => (values.indexOf(value) + 0.5) / values.length;
    return {
      title,
      at: ({ values: own }) => (own[title] === undefined ? undefined : at(own[title])),
      ticks: values.map((text) => ({ at: at(text), text })),
    };
  }
  const { low, high, log } = dimension;
  const share = (value: number) =>
    log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  const middle = log ? Math.sqrt(low * high) : (low + high) / 2;
  return {
    title,
    at: ({ values: own }) => (own[title] === undefined ? undefined : share(Number(own[title]))),
    ticks: [low, middle, high].map((value) => ({ at: share(value), text: short(value) })),
  };
}

function errorAxis(trials: readonly Trial[]): Axis {
  const errors = trials.flatMap((trial) => errorOf(trial) ?? []);
  const scale = scaleOver(errors, { log: true });
  const [least, most] = [Math.min(...errors), Math.max(...errors)];
  // Two numbers need room.
  const ends = scale.at(most) - scale.at(least) > 0.06 ? [least, most] : [least];
  return {
    title: 'error',
    at: (trial) => {
      const error = errorOf(trial);
      return error === undefined ? undefined : scale.at(error);
    },
    ticks: ends.map((error) => ({ at: scale.at(error), text: plainPercent(error) })),
  };
}

const place = (share: number) => Math.round(share * 1000);
const cssPercent = (share: number) => `${Number((share * 100).toFixed(2))}%`;
