// Which options of `trainyard export` go together: one that would have no effect is refused, not ignored.
import { existsSync, readFileSync } from 'node:fs';
import { cardKey } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { readMetadata } from '../../models/onnx/metadata.ts';
import { command } from '../../setup/invocation.mjs';

/** What is exported, as far as options depend on it. */
export interface Subject {
  /** As the user named it. */
  readonly name: string;
  readonly from: 'run' | 'elsewhere' | 'hub' | 'pretrained';
  /** The format of `--to`. */
  readonly to?: string;
  /** Whether a model from elsewhere is exported as a classifier, with `--labels`. */
  readonly classifier: boolean;
}

interface Rule {
  readonly options: readonly string[];
  /** Why they have no meaning; undefined where they have one. */
  readonly refusal: (subject: Subject) => string | undefined;
}

const rules: readonly Rule[] = [
  {
    options: [
      ...['checkpoint', 'tta', 'calibrate', 'labels', 'scaling', 'size', 'crop', 'pictures', 'name'],
      ...['to', 'out', 'fold-batch-norm', 'converter', 'tolerance'],
    ],
    refusal: ({ from, name }) =>
      from === 'pretrained' ? `has no meaning for ${name}, which is written as it was trained` : undefined,
  },
  {
    options: [
      ...['checkpoint', 'tta', 'calibrate', 'runs', 'labels', 'scaling', 'size', 'crop', 'pictures'],
      ...['novelty', 'to', 'out', 'opset', 'fold-batch-norm', 'converter', 'tolerance'],
    ],
    refusal: ({ from, name }) =>
      from === 'hub'
        ? `has no meaning for ${name}: it is an ONNX file, and what lies beside it says the rest`
        : undefined,
  },
  {
    options: ['checkpoint', 'tta', 'calibrate', 'novelty', 'runs'],
    refusal: ({ from, name }) =>
      from === 'elsewhere' ? `is for runs of Trainyard; ${name} is a model from elsewhere` : undefined,
  },
  {
    options: ['labels', 'scaling', 'size', 'crop', 'pictures', 'name'],
    refusal: ({ from }) =>
      from === 'run'
        ? 'is for models from elsewhere (model.json, SavedModel); a run knows it itself'
        : undefined,
  },
  {
    options: ['to'],
    refusal: ({ from, classifier, name }) =>
      from === 'elsewhere' && !classifier
        ? `takes a classifier: name the classes of ${name}, \`--labels cat,dog,owl\``
        : undefined,
  },
  {
    options: ['scaling', 'crop', 'pictures', 'repository'],
    refusal: ({ from, classifier }) =>
      from === 'elsewhere' && !classifier
        ? 'goes with --labels, which makes a classifier of a model; without them it is exported as it is'
        : undefined,
  },
  {
    options: ['out'],
    refusal: ({ from, classifier, to }) =>
      to === undefined && (from === 'run' || classifier)
        ? 'names a folder of --to; a model file has its place in --repository'
        : undefined,
  },
  {
    options: ['opset', 'fold-batch-norm', 'converter', 'novelty', 'repository'],
    refusal: ({ to }) => (to === undefined ? undefined : `has no meaning for --to ${to}`),
  },
];

/**
 * @param rawArgs - The words of the command line.
 * @throws UserError for the first option that was given and has no meaning for the subject.
 */
export function checkTogether(rawArgs: readonly string[], subject: Subject): void {
  const given = new Set(
    rawArgs
      .filter((word) => word.startsWith('--'))
      .map((word) => word.slice(2).split('=')[0]?.replace(/^no-/, '')),
  );
  for (const { options, refusal } of rules) {
    const reason = refusal(subject);
    const option = reason === undefined ? undefined : options.find((each) => given.has(each));
    if (option !== undefined) throw new UserError(`--${option} ${reason}.`);
  }
}

/** Whether a file is one of Trainyard's; so is one that is not there. */
function hasCard(path: string): boolean {
  try {
    return cardKey in readMetadata(readFileSync(path));
  } catch {
    return !existsSync(path);
  }
}

/** @throws UserError when what is to be exported is an ONNX file; it says what can be done with one. */
export function refuseOnnx(name = ''): void {
  if (!name.endsWith('.onnx')) return;
  const uses = hasCard(name)
    ? ([
        [command('verify', [name]), 'checks it'],
        [command('quantize', [name]), 'makes it smaller'],
        [command('train', ['--from', name]), 'trains it further'],
      ] as const)
    : ([
        [command('inspect', [name]), 'shows what is in it'],
        [command('train', ['path/to/pictures', '--backbone', name]), 'trains a classifier on what it sees'],
      ] as const);
  const width = Math.max(...uses.map(([words]) => words.length));
  throw new UserError(
    [
      `${name} is an ONNX file already; export makes one of a run, a tfjs model or a SavedModel. What can be done with it:`,
      ...uses.map(([words, does]) => `  ${words.padEnd(width)}   ${does}`),
    ].join('\n'),
  );
}
