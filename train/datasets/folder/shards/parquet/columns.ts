// Which columns of a Parquet file are the pictures and their labels.
import { type FileMetaData, parquetSchema, type SchemaTree } from 'hyparquet';
import { z } from 'zod';
import { UserError } from '../../../../../models/errors.ts';
import { LABEL } from '../../table/columns.ts';
import { plain } from '../../table/plain.ts';

export interface ParquetColumns {
  readonly picture: {
    readonly name: string;
    /** Whether it is a struct of `bytes` and `path`, else it is the bytes. */
    readonly isStruct: boolean;
  };
  readonly label: {
    readonly name: string;
    /** What the numbers in it mean. */
    readonly classes: readonly string[] | undefined;
  };
}

/** What `datasets` says of a column under the key `huggingface` of the file. */
const featuresSchema = z.object({
  info: z.object({
    features: z.record(
      z.string(),
      // Lists of features are arrays in earlier versions.
      z.union([
        z.looseObject({ _type: z.string().optional(), names: z.array(z.string()).optional() }),
        z.array(z.unknown()),
      ]),
    ),
  }),
});

type Features = ReadonlyMap<
  string,
  { readonly type: string | undefined; readonly names: readonly string[] | undefined }
>;

const WHOLE = 'Trainyard tells pictures apart as a whole: expected one label for each.';

/** @throws UserError where there is not one column of each kind, with the columns that there are */
export function columnsOf(metadata: FileMetaData, path: string): ParquetColumns {
  const { children } = parquetSchema(metadata);
  const features = featuresOf(metadata);
  const picture = pictureColumn(children, features, path);
  const label = labelColumn(children, features, path);
  return {
    picture: { name: picture.element.name, isStruct: picture.children.length > 0 },
    label: { name: label.element.name, classes: classesOf(label.element.name, features, path) },
  };
}

function pictureColumn(columns: readonly SchemaTree[], features: Features, path: string): SchemaTree {
  const holds = columns.filter((column) => isPicture(column) || isBytes(column));
  const said = holds.filter(({ element }) => features.get(element.name)?.type === 'Image');
  const structs = holds.filter(isPicture);
  const [found, ...others] = said.length > 0 ? said : structs.length > 0 ? structs : holds;
  if (found === undefined)
    throw new UserError(
      `${path} has no column of pictures: expected "image", a struct of the bytes of a PNG or JPEG file and its path, as Hugging Face's datasets writes it, or the bytes alone. Its columns: ${inWords(columns)}.`,
    );
  if (others.length > 0)
    throw new UserError(
      `${path} has ${others.length + 1} columns of pictures: ${namesOf([found, ...others])}. ${WHOLE} If the others are not needed, write it without them, such as with dataset.remove_columns(["${others[0]?.element.name}"]).`,
    );
  return found;
}

function labelColumn(columns: readonly SchemaTree[], features: Features, path: string): SchemaTree {
  const isLabel = ({ element }: SchemaTree) => LABEL.includes(plain(element.name));
  const classes = columns.filter(({ element }) => features.get(element.name)?.type === 'ClassLabel');
  const named = classes.length > 0 ? classes.filter(isLabel) : columns.filter(isLabel);
  const [found, ...others] = named.length > 0 ? named : classes;
  if (others.length > 0)
    throw new UserError(
      `${path} has ${others.length + 1} columns that could be the label: ${namesOf([found, ...others])}. Write it with one of them, such as with dataset.remove_columns(["${others[0]?.element.name}"]).`,
    );
  if (found !== undefined && isScalar(found)) return found;
  const boxes = columns.find((column) =>
    leavesOf(column).some((leaf) => /^(bbox(es)?|box(es)?|boxes3d)$/i.test(leaf)),
  );
  if (boxes !== undefined)
    throw new UserError(
      `${path} has boxes in the column "${boxes.element.name}": a set for object detection. ${WHOLE}`,
    );
  if (found !== undefined)
    throw new UserError(
      `${path} has ${kindOf(found)} in the column "${found.element.name}": ${WHOLE} It should be a whole number (a ClassLabel) or a text.`,
    );
  const within = columns.find(
    (column) => column.children.length > 0 && leavesOf(column).some((leaf) => LABEL.includes(plain(leaf))),
  );
  throw new UserError(
    `${path} has no column of labels: expected "label", a ClassLabel, a whole number or a text. Its columns: ${inWords(columns)}.${
      within === undefined
        ? ''
        : ` A label within "${within.element.name}" is not looked for: write it as a column of its own, such as with dataset.flatten().`
    }`,
  );
}

function classesOf(name: string, features: Features, path: string): readonly string[] | undefined {
  const names = features.get(name)?.names?.map((each) => each.normalize('NFC'));
  const twice = names?.find((each, i) => names.indexOf(each) !== i);
  if (twice !== undefined)
    throw new UserError(
      `${path} has two classes called ${JSON.stringify(twice)} in the column "${name}": expected a name for each.`,
    );
  return names;
}

/** What `datasets` has written of the columns; nothing where another program has made the file. */
function featuresOf({ key_value_metadata: pairs = [] }: FileMetaData): Features {
  const text = pairs.find(({ key }) => key === 'huggingface')?.value;
  const { data } = featuresSchema.safeParse(text === undefined ? undefined : parsed(text));
  return new Map(
    Object.entries(data?.info.features ?? {}).flatMap(([name, feature]) =>
      Array.isArray(feature) ? [] : [[name, { type: feature._type, names: feature.names }]],
    ),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A struct of the bytes of a file and its path. */
function isPicture({ element, children }: SchemaTree): boolean {
  return (
    element.repetition_type !== 'REPEATED' &&
    element.converted_type === undefined &&
    children.some((child) => child.element.name === 'bytes' && isBytes(child))
  );
}

function isBytes({ element, children }: SchemaTree): boolean {
  return (
    children.length === 0 &&
    element.type === 'BYTE_ARRAY' &&
    element.repetition_type !== 'REPEATED' &&
    element.converted_type === undefined &&
    element.logical_type === undefined
  );
}

/** A whole number, a text, or true and false. */
function isScalar({ element, children }: SchemaTree): boolean {
  return (
    children.length === 0 &&
    element.repetition_type !== 'REPEATED' &&
    ['INT32', 'INT64', 'BYTE_ARRAY', 'BOOLEAN'].includes(element.type ?? '')
  );
}

function leavesOf({ element, children }: SchemaTree): string[] {
  return children.length === 0 ? [element.name] : [element.name, ...children.flatMap(leavesOf)];
}

function kindOf({ element, children }: SchemaTree): string {
  if (element.converted_type === 'LIST' || element.repetition_type === 'REPEATED') return 'a list';
  if (children.length > 0) return 'a struct';
  return element.type === 'FLOAT' || element.type === 'DOUBLE'
    ? 'numbers with a fraction'
    : `${element.type}`;
}

const namesOf = (columns: readonly (SchemaTree | undefined)[]) =>
  columns.flatMap((column) => (column === undefined ? [] : [column.element.name])).join(', ');

function inWords(columns: readonly SchemaTree[]): string {
  const words = columns.map((column) => {
    const { name, type, logical_type: logical, converted_type: converted } = column.element;
    const isText = logical?.type === 'STRING' || converted === 'UTF8';
    return `${name} (${column.children.length > 0 ? kindOf(column) : isText ? 'text' : (type ?? 'nothing')})`;
  });
  return `${words.slice(0, 8).join(', ')}${words.length > 8 ? ` and ${words.length - 8} more` : ''}`;
}
