// A section of a run's report: a value in a file of its own, which says what it needs and how it is shown.

import type { Task } from '../tasks/task.ts';
import type { Facts } from './facts.ts';
import type { Html } from './html.ts';
import type { Tile } from './tile.ts';
import type { TrainedNetwork } from './trained.ts';

/** What a section is shown from. */
export interface Shown extends Facts {
  /** Shows one tile of a sheet of pictures, which the page then holds. */
  readonly tile: Tile;
}

interface Named {
  /** Its anchor. */
  readonly id: string;
  readonly title: string;
  /** The tasks that it says something of; all of them if left out. */
  readonly tasks?: readonly Task[];
}

/** A section that shows what a run has recorded, also while it is being trained. */
export interface SectionOfRecord extends Named {
  /** Undefined as long as there is nothing to show. */
  render(shown: Shown): Html | undefined;
}

/** A section that shows something of the trained network, once there is one. */
export interface SectionOfNetwork<Analysis> extends Named {
  /** Computes what it shows; undefined where this network has no such thing. */
  analyze(trained: TrainedNetwork): Analysis | undefined | Promise<Analysis | undefined>;
  render(shown: Shown & { readonly analysis: Analysis }): Html | undefined;
}

/** A section of any kind. */
export interface Section extends Named {
  /** How it is shown before there is a trained network; absent where it waits for that. */
  readonly render?: SectionOfRecord['render'];
  /** How it is shown afterwards. */
  show(trained: TrainedNetwork): Promise<SectionOfRecord>;
}

/**
 * Makes a section, for the list that `openReport` and `makeReport` take.
 *
 * @example
 * const surest = defineSection({
 *   id: 'surest',
 *   title: 'Surest answers',
 *   analyze: ({ validation }) => validation.filter(({ probabilities }) => Math.max(...probabilities) > 0.999).length,
 *   render: ({ analysis }) => html`<p>${analysis} answers are given with more than 99.9 %.</p>`,
 * });
 * await makeReport(run, { sections: [...sections, surest] });
 */
export function defineSection<Analysis>(section: SectionOfNetwork<Analysis>): Section;
export function defineSection(section: SectionOfRecord): Section;
export function defineSection<Analysis>(section: SectionOfRecord | SectionOfNetwork<Analysis>): Section {
  const { id, title, tasks } = section;
  if (!('analyze' in section)) return { ...section, show: async () => section };
  return {
    id,
    title,
    ...(tasks && { tasks }),
    async show(trained) {
      const analysis = await section.analyze(trained);
      const render = (shown: Shown) =>
        analysis === undefined ? undefined : section.render({ ...shown, analysis });
      return { id, title, render };
    },
  };
}

/** The sections that say something of a task. */
export function sectionsFor(sections: readonly Section[], task: Task): Section[] {
  return sections.filter(({ tasks }) => tasks?.includes(task) ?? true);
}

/** The sections that can be shown before there is a trained network. */
export function withoutNetwork(sections: readonly Section[]): SectionOfRecord[] {
  return sections.flatMap(({ id, title, render }) => (render === undefined ? [] : [{ id, title, render }]));
}
