// The commands that make this run again, go on with it, or use it, as they are typed where the run was made.
import type { Recipe } from '../../recipes/index.ts';
import { type Run, startOverCommand } from '../../runs/run.ts';
import { runCommand } from '../../runs/run-command.ts';
import { many } from '../format.ts';
import { html } from '../html.ts';
import { defineSection } from '../section.ts';

export const reproduce = defineSection({
  id: 'reproduce',
  title: 'Reproduce',
  render: ({ run, recipe, state }) => html`<dl class="commands">${commandsOf(run, recipe, state).map(
    ([what, text]) => html`<div><dt>${what}</dt><dd><code>${text}</code></dd></div>`,
  )}</dl>
    ${recipe.formerLengths && html`<p class="note">${lengthsInWords(recipe)}</p>`}
    ${
      recipe.budget === undefined
        ? undefined
        : html`<p class="note">How many steps fit into ${recipe.budget} s is measured anew each time: this run had ${recipe.steps ?? 'as many as its epochs have'}.</p>`
    }
    <p class="note">The same recipe, data, versions and kind of processor end in the same weights, to the bit. The
    run's folder holds the recipe, every step (<code>steps.csv</code>), every epoch (<code>metrics.csv</code>), and the
    best and the last checkpoint (<code>best.safetensors</code>, <code>last.safetensors</code>). The command
    <code>compare</code>, with the names of this run and others, shows them on one page.</p>`,
});

/** What there is to do with a run, each with its command. */
export function commandsOf(run: Run, recipe: Recipe, state: string): [what: string, command: string][] {
  const { epochs } = recipe;
  const more = ['--resume', run.name, '--epochs', String(2 * epochs)];
  return [
    ['Train it again', startOverCommand(run)],
    state === 'finished'
      ? ['Give it more epochs', runCommand('train', run, more)]
      : ['Go on with it', runCommand('train', run, ['--resume', run.name])],
    ['Export it', runCommand('export', run, [run.name])],
    ['Make this page again', runCommand('report', run, [run.name])],
  ];
}

/** How a run that was given other epochs on its way comes to be what it is. */
function lengthsInWords({ formerLengths = [], epochs }: Recipe): string {
  const before = formerLengths
    .map((length) => `${many(length.epochs, 'epoch')} up to step ${length.until}`)
    .join(', then ');
  return `This run was to have ${before}; then it was given ${epochs} in all, by --resume with --epochs. Training it again begins with the first.`;
}
