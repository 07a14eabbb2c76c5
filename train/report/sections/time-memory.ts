// How long it took, how fast it went, how much memory it held.

import { bytes, clock, percent, short, whole } from '../format.ts';
import { type Html, html } from '../html.ts';
import { plot } from '../plot.ts';
import type { RecordedTime } from '../record.ts';
import { defineSection } from '../section.ts';
import { mean } from '../statistics.ts';

export const timeMemory = defineSection({
  id: 'time',
  title: 'Time and memory',
  render: ({ record }) => figuresOf(record.times, 'images'),
});

/** Figures and plots of the times of epochs. @param noun - What is counted by the second: images, rows. */
export function figuresOf(times: readonly RecordedTime[], noun: string): Html | undefined {
  if (times.length === 0) return undefined;
  const rates = times.map(({ imagesPerSecond }) => imagesPerSecond);
  const seconds = times.reduce((sum, time) => sum + time.seconds, 0);
  const figures = [
    ['in all', clock(seconds)],
    ['per epoch', clock(seconds / times.length)],
    // Of all the pictures: stages whose features are cached are a hundred times as fast as the others.
    [`${noun} per second`, whole(1 / mean(rates.map((rate) => 1 / rate)))],
    [
      noun === 'images' ? 'waiting for pictures' : `waiting for ${noun}`,
      percent(mean(times.map(({ waitedShare }) => waitedShare)), 1),
    ],
    ['largest memory', bytes(Math.max(...times.map(({ largestMemory }) => largestMemory)))],
  ];
  return html`<dl class="parts">${figures.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>
      ${
        times.length > 1
          ? html`<div class="plots two">${[
              plot({
                title: `${noun[0]?.toUpperCase()}${noun.slice(1)} per second`,
                x: 'epoch',
                format: whole,
                ...(Math.max(...rates) > 20 * Math.min(...rates) ? { log: true } : { fromZero: true }),
                series: [
                  {
                    name: `${noun} per second`,
                    color: 1,
                    dots: true,
                    points: times.map((time) => [time.epoch, time.imagesPerSecond]),
                  },
                ],
              }),
              plot({
                title: 'Memory',
                x: 'epoch',
                format: (value) => `${short(value)} GiB`,
                fromZero: true,
                series: [
                  {
                    name: 'memory',
                    color: 3,
                    dots: true,
                    points: times.map((time) => [time.epoch, time.memory / 2 ** 30]),
                  },
                ],
              }),
            ].filter((figure) => figure !== undefined)}</div>`
          : undefined
      }
      <p class="note">An epoch's time includes its evaluation, its ${noun} per second do not. Memory is the resident set of the process at the end of each epoch. These figures depend on what else the machine was doing.</p>`;
}
