// Browser and server: the picture of the moment in a table, and many test pictures on request.

import { goldenInput } from '../../../models/golden.ts';
import type { Card, Picture } from '../../component/index.ts';
import { entryKey } from '../models/catalog.ts';
import type { Loaded } from '../models/open-models.ts';
import type { AnyAnswer } from '../said.ts';
import { byId, element, svg } from '../shell/elements.ts';
import { formatCount, formatMilliseconds, formatScientific } from '../shell/format.ts';
import { classifyInBoth, type Pair } from './both.ts';
import { createCheck, tolerance } from './check.ts';
import { plotDifferences } from './plot.ts';
import { askServer, type RepositoryModel, ServerRefusal } from './server.ts';
import { fetchTestPictures } from './test-pictures.ts';

export interface ComparisonView {
  /** Another model is in use, or none. */
  model(loaded: Loaded | undefined): void;
  browser(answers: readonly AnyAnswer[]): void;
  /** Asks the server about the same pictures; about the file instead, where there is one. */
  ask(pictures: readonly Picture[], answers: readonly AnyAnswer[], file?: Blob): Promise<void>;
  empty(): void;
}

export function createComparison(): ComparisonView {
  const check = createCheck(byId('check'), byId('difference'));
  const button = element('sweep', HTMLButtonElement);
  const plot = svg('plot');
  const summary = byId('summary');
  let loaded: Loaded | undefined;
  /** Counts the questions: answers to earlier ones are not shown any more. */
  let last = 0;

  button.addEventListener('click', () => {
    const asked = loaded;
    if (asked) void runSweep(asked);
  });

  async function runSweep(asked: Loaded): Promise<void> {
    const served = servedOf(asked);
    if (!served) return;
    button.disabled = true;
    plot.toggleAttribute('hidden', false);
    summary.textContent = 'Running…';
    try {
      const { pictures, labels, words } = await picturesFor(asked.model.card);
      const pairs = await classifyInBoth(asked.model, served, pictures, (some) => {
        if (some.length % 10 === 0) plotDifferences(plot, some, pictures.length);
      });
      plotDifferences(plot, pairs, pictures.length);
      summary.textContent = `${entryKey(asked.entry)}: ${summarize(pairs, words, labels, asked.model.card)}`;
      summary.dataset.difference = String(Math.max(...pairs.map(({ difference }) => difference)));
    } catch (error) {
      plot.toggleAttribute('hidden', true);
      summary.textContent = error instanceof ServerRefusal ? error.message : 'No server answers.';
    } finally {
      button.disabled = loaded === undefined;
    }
  }

  return {
    model(next) {
      loaded = next;
      button.disabled = next === undefined || servedOf(next) === undefined;
      check.empty();
    },
    browser(answers) {
      last++;
      check.browser(answers);
    },
    async ask(pictures, answers, file) {
      const mine = ++last;
      if (!loaded) return;
      const { card } = loaded.model;
      const served = servedOf(loaded);
      if (!served) return check.missing(new ServerRefusal('This file is not on the server'));
      try {
        const there = await Promise.all(pictures.map((picture) => askServer(served, card, file ?? picture)));
        if (mine === last) check.server(there, answers, card);
      } catch (error) {
        if (mine === last) check.missing(error);
      }
    },
    empty() {
      last++;
      check.empty();
    },
  };
}

/** The server does not have files that were dropped on the page or are beside it. */
function servedOf({ entry: { name, version } }: Loaded): RepositoryModel | undefined {
  return version === undefined ? undefined : { name, version };
}

/** Test pictures where the build had the data set; else the built-in pictures that every card knows. */
async function picturesFor(card: Card) {
  const test = await fetchTestPictures(card);
  if (test) return { pictures: test.pictures, labels: test.labels, words: `${test.dataset} test pictures` };
  const [height, width, channels] = card.input.shape;
  const pictures = (['zeros', 'ramp', 'checker', 'noise'] as const).map((name): Picture => {
    const data = goldenInput(name, [height, width, channels]);
    return { data, width, height, channels: channels === 1 ? 1 : 3 };
  });
  const words = `built-in pictures (this page was built without the data set ${card.datasets[0]?.name ?? ''})`;
  return { pictures, labels: undefined, words };
}

function summarize(
  pairs: readonly Pair[],
  words: string,
  labels: readonly number[] | undefined,
  card: Card,
): string {
  const largest = Math.max(...pairs.map(({ difference }) => difference));
  const changed = pairs.filter(({ browser, server }) => browser !== server).length;
  const right = pairs.filter(({ browser }, i) => browser === card.labels[labels?.[i] ?? -1]).length;
  const times = (of: 'browserTime' | 'serverTime') =>
    formatMilliseconds(median(pairs.map((pair) => pair[of])));
  return [
    `${formatCount(pairs.length)} ${words}, ${changed === 0 ? 'no label' : `${changed} labels`} changed.`,
    `Largest difference ${formatScientific(largest)}${largest <= tolerance ? '' : ', more than rounding'}.`,
    ...(labels ? [`${formatCount(right)} read right.`] : []),
    `Median time: browser ${times('browserTime')}, server ${times('serverTime')} there and back.`,
  ].join(' ');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
