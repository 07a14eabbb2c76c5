// The lesson as data: classes with names, their examples, and the ways in which both change.

/** A thing to be told from the others. */
export interface Class {
  readonly key: number;
  readonly name: string;
}

export interface Example {
  readonly id: number;
  /** The `key` of its class. */
  readonly class: number;
  /** A picture file. */
  readonly file: Blob;
  /** The recording of a camera that it is part of: neighbors are nearly alike. */
  readonly recording: number | undefined;
}

export interface Lesson {
  readonly classes: readonly Class[];
  readonly examples: readonly Example[];
}

export const emptyLesson: Lesson = {
  classes: [
    { key: 1, name: 'Class 1' },
    { key: 2, name: 'Class 2' },
  ],
  examples: [],
};

export function withClass({ classes, examples }: Lesson, name?: string): Lesson {
  const key = 1 + Math.max(0, ...classes.map((each) => each.key));
  return { classes: [...classes, { key, name: name ?? `Class ${key}` }], examples };
}

export function withoutClass({ classes, examples }: Lesson, key: number): Lesson {
  return {
    classes: classes.filter((each) => each.key !== key),
    examples: examples.filter((each) => each.class !== key),
  };
}

export function renamed({ classes, examples }: Lesson, key: number, name: string): Lesson {
  return { classes: classes.map((each) => (each.key === key ? { key, name } : each)), examples };
}

export function withExample({ classes, examples }: Lesson, example: Example): Lesson {
  return { classes, examples: [...examples, example] };
}

export function withoutExample({ classes, examples }: Lesson, id: number): Lesson {
  return { classes, examples: examples.filter((each) => each.id !== id) };
}

/** Gives an example to another class. */
export function moved({ classes, examples }: Lesson, id: number, to: number): Lesson {
  return { classes, examples: examples.map((each) => (each.id === id ? { ...each, class: to } : each)) };
}

export function examplesOf({ examples }: Lesson, key: number): Example[] {
  return examples.filter((each) => each.class === key);
}

/** Why it cannot be taught yet, in words; undefined where it can. */
export function whyNot(lesson: Lesson): string | undefined {
  const { classes } = lesson;
  if (classes.length < 2) return 'Add a second class: a classifier tells things apart.';
  const names = classes.map(({ name }) => name.trim());
  if (names.includes('')) return 'Give every class a name.';
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `Two classes are called ${twice}: give each a name of its own.`;
  const empty = classes.find(({ key }) => examplesOf(lesson, key).length === 0);
  return empty && `Give examples of ${empty.name}.`;
}
