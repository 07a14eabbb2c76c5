// What a kind of shard gives: many pictures with their labels in one file.
import type { FileProblem } from '../findings.ts';
import type { RawPicture } from '../source.ts';

/** What a shard holds, before any of its pictures is read. */
export interface ShardContent {
  /** Where a picture is in the shard, as `read` takes it, and its label. */
  readonly pictures: readonly { readonly at: string; readonly label: string }[];
  /** What is left out; `path` is where it is in the shard. */
  readonly problems: readonly FileProblem[];
  /** The names of all classes in their order, where the shard says them. */
  readonly classes?: readonly string[] | undefined;
  /** What decides the labels, in a few words: `the column "label"`. */
  readonly labels: string;
}

export interface ShardFormat {
  /** Of the file's name, in lower case. */
  readonly ending: string;
  /** What it is called in messages: `Parquet`. */
  readonly name: string;
  /** Whether the end of `at` says what kind of picture it is. */
  readonly hasEndings: boolean;
  /** A picture's path: the shard's with where it is in it. */
  pathOf(shard: string, at: string): string;
  /** @throws UserError where the file is none of its kind or holds no labeled pictures, with what it holds */
  list(file: string): Promise<ShardContent>;
  /** The pictures at these places, in their order in the file; `path` is the place. What is held is bounded. */
  read(file: string, places: readonly string[]): AsyncIterable<RawPicture>;
}
