// The lesson in use: examples are looked at by the worker before they count, one after another.
import { messageOf } from '../../../models/errors.ts';
import { readPicture } from '../../component/index.ts';
import type { TeachWorker } from './asking.ts';
import { emptyLesson, examplesOf, type Lesson, renamed, withClass, withExample } from './lesson.ts';
import { type Found, isPicture } from './pictures.ts';
import type { Project } from './project.ts';

export interface Desk {
  lesson(): Lesson;
  /** Puts a changed lesson in place of the present one. */
  change(next: Lesson): void;
  /** Adds an example, unless it is no picture. */
  add(key: number, file: Blob, recording?: number): Promise<void>;
  /** Adds the pictures among files to a class; without one, each folder is a class of its own. */
  addFiles(found: readonly Found[], key?: number): Promise<void>;
  /** Puts a project in place of the lesson. @param read - makes it, with examples numbered from there on. */
  replace(read: (firstId: number) => Project): Promise<Project>;
  /** Shows every example to the worker again, which knows another network. */
  showAgain(): Promise<void>;
}

export interface DeskEvents {
  changed(): void;
  refused(message: string): void;
  /** How many examples have been looked at, of how many. */
  progress(done: number, all: number): void;
}

export function createDesk(worker: TeachWorker, { changed, refused, progress }: DeskEvents): Desk {
  let lesson = emptyLesson;
  let lastId = 0;

  function change(next: Lesson): void {
    lesson = next;
    changed();
  }

  async function look(id: number, file: Blob): Promise<void> {
    await worker.ask('add', { id, picture: await readPicture(file) });
  }

  async function lookAt(examples: Lesson['examples']): Promise<void> {
    for (const [i, { id, file }] of examples.entries()) {
      progress(i, examples.length);
      await look(id, file);
    }
  }

  async function add(key: number, file: Blob, recording?: number): Promise<void> {
    const id = ++lastId;
    try {
      await look(id, file);
      // Meanwhile the class may have been removed.
      if (lesson.classes.some((each) => each.key === key))
        change(withExample(lesson, { id, class: key, file, recording }));
    } catch (error) {
      refused(messageOf(error));
    }
  }

  /** The class of a folder; a class that has neither a name of its own nor examples takes its name. */
  function classOf({ folders }: Found): number | undefined {
    const name = folders.at(-1) ?? lesson.classes[0]?.name ?? '';
    if (!lesson.classes.some((each) => each.name === name)) {
      const free = lesson.classes.find(
        (each) => /^Class \d+$/.test(each.name) && examplesOf(lesson, each.key).length === 0,
      );
      change(free ? renamed(lesson, free.key, name) : withClass(lesson, name));
    }
    return lesson.classes.find((each) => each.name === name)?.key;
  }

  return {
    lesson: () => lesson,
    change,
    add,
    async addFiles(found, key) {
      for (const each of found.filter(isPicture)) {
        const to = key ?? classOf(each);
        if (to !== undefined) await add(to, each.file);
      }
    },
    async replace(read) {
      const project = read(lastId + 1);
      lastId += project.lesson.examples.length;
      await lookAt(project.lesson.examples);
      change(project.lesson);
      return project;
    },
    showAgain: () => lookAt(lesson.examples),
  };
}
