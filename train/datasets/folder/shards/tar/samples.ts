// The samples of a WebDataset: files of a tar whose names are alike up to the first dot.
import { z } from 'zod';
import { UserError } from '../../../../../models/errors.ts';
import { isNamedAsPicture } from '../../../../../models/image/file/names.ts';
import { LABEL } from '../../table/columns.ts';
import { plain } from '../../table/plain.ts';
import type { Member } from './members.ts';

/** Files of one key that belong together. */
export interface Sample {
  readonly key: string;
  /** Name of the picture's file. */
  picture?: string;
  label?: string;
}

/** A file that says labels is no larger; what is larger is something else. */
const MOST_LABEL_BYTES = 2 ** 20;

/** Boxes in a sample's JSON: COCO's and others' names for them. */
const BOXES = /"(bbox(es)?|boxes|annotations)"\s*:\s*\[/;

/**
 * A name in two: the key, with its folder, and what follows the first dot of the file's name.
 * Reference: https://github.com/webdataset/webdataset, `base_plus_ext`
 */
export function splitName(name: string): { key: string; ending: string } | undefined {
  const [, key, ending] = /^((?:.*\/)?[^/.]+)\.([^/]*)$/.exec(name) ?? [];
  return key === undefined || ending === undefined ? undefined : { key, ending: ending.toLowerCase() };
}

/**
 * Takes a member into its sample, in the order of the tar.
 * @throws UserError where the sample then has two pictures or two labels, or boxes for a label
 */
export async function addTo(samples: Map<string, Sample>, member: Member, tar: string): Promise<void> {
  const { key, ending } = splitName(member.name) ?? {};
  if (key === undefined || ending === undefined || key.split('/').at(-1)?.startsWith('.')) return;
  const sample = samples.get(key) ?? { key };
  samples.set(key, sample);
  if (isNamedAsPicture(member.name)) {
    if (sample.picture !== undefined)
      throw new UserError(
        `${tar} has two pictures for the key ${key}: ${sample.picture}, ${member.name}. Trainyard tells pictures apart as a whole: expected one for each key, such as ${key}.jpg and ${key}.cls.`,
      );
    sample.picture = member.name;
  } else if ((ending === 'cls' || ending === 'json') && member.size <= MOST_LABEL_BYTES) {
    const text = new TextDecoder().decode(await member.bytes());
    const label = ending === 'cls' ? text.trim() : labelInJson(text, `${tar}, ${member.name}`);
    if (label === undefined || label === '') return;
    // What is in .cls is nothing but the label.
    if (ending === 'cls' || sample.label === undefined) sample.label = label.normalize('NFC');
  }
}

const objectSchema = z.record(z.string(), z.unknown());

/** The label in a sample's JSON: itself, or its field; undefined where it has none. @throws UserError for several, and for boxes */
function labelInJson(text: string, where: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${where} is no JSON: expected {"label": "cat"}, or a number or text.`);
  }
  const own = textOf(value);
  if (own !== undefined) return own;
  const fields = Object.entries(objectSchema.safeParse(value).data ?? {}).filter(([name]) =>
    LABEL.includes(plain(name)),
  );
  const [found, ...others] = fields.flatMap(([name, each]) => {
    const label = textOf(each);
    return label === undefined ? [] : [{ name, label }];
  });
  if (others.length > 0)
    throw new UserError(
      `${where} has several fields that could be the label: ${[found, ...others].map((each) => each?.name).join(', ')}. Expected one.`,
    );
  if (found === undefined && BOXES.test(text))
    throw new UserError(
      `${where} has boxes and no label: a set for object detection. Trainyard tells pictures apart as a whole: expected {"label": "cat"}.`,
    );
  const list = fields.find(([, each]) => Array.isArray(each));
  if (found === undefined && list !== undefined)
    throw new UserError(
      `${where} has a list in the field ${JSON.stringify(list[0])}: several labels are not read from a WebDataset. Write a table (CSV) of the pictures, with cells such as cat|tree, and name that.`,
    );
  return found?.label.trim();
}

function textOf(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}
