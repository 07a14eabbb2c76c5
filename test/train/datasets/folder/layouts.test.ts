// How folders of real people are laid out: the sensible reading, or the true reason with what to do.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPictures } from '../../../../train/datasets/folder/find.ts';
import type { FolderFindings } from '../../../../train/datasets/folder/findings.ts';
import { findingsInWords } from '../../../../train/datasets/folder/findings-in-words.ts';
import { levelOf } from '../../../../train/datasets/folder/level.ts';
import { listFiles } from '../../../../train/datasets/folder/list-files.ts';
import { lookAlikes } from '../../../../train/datasets/folder/look-alikes.ts';
import type { TestFolder } from '../../../../train/datasets/folder/sides.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trainyard-layouts-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Files by their paths, with what is in them; a path that ends with a slash is a folder. */
function make(files: readonly (string | readonly [string, string])[]): void {
  for (const file of files) {
    const [path, content] = typeof file === 'string' ? [file, ''] : file;
    mkdirSync(join(root, path.endsWith('/') ? path : dirname(path)), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(join(root, path), content);
  }
}
const pictures = (folder: string, count = 3) => Array.from({ length: count }, (_, i) => `${folder}/${i}.jpg`);
const listing = (path = root, test: TestFolder = 'kept') => findPictures(path, test);
/** How many pictures there are of each label and side. */
function counts(path = root, test: TestFolder = 'kept'): Record<string, number> {
  const result: Record<string, number> = {};
  for (const { label, split } of listing(path, test).found) {
    const key = split === undefined ? label : `${label} ${split}`;
    result[key] = (result[key] ?? 0) + 1;
  }
  return result;
}
const told = (path = root, test: TestFolder = 'kept') => {
  const { decides, notes } = listing(path, test);
  return [decides, ...notes].join('\n');
};
function refusal(path = root): string {
  try {
    return `no refusal: ${JSON.stringify(counts(path))}`;
  } catch (error) {
    return error instanceof Error && error.name === 'UserError' ? error.message : String(error);
  }
}

describe('sides', () => {
  it('Kaggle: train/ with classes and test/ without labels', () => {
    make([...pictures('train/cat'), ...pictures('train/dog'), ...pictures('test', 4)]);
    expect(counts()).toEqual({ cat: 3, dog: 3 });
    expect(told()).toContain('validation is chosen from them');
    expect(told()).toContain(
      'test/ has 4 pictures in no class folder: they have no labels and are left out.',
    );
  });

  it('Kaggle: test/ with its pictures in a folder of no class', () => {
    make([...pictures('train/cat'), ...pictures('train/dog'), ...pictures('test/unknown', 4)]);
    expect(counts()).toEqual({ cat: 3, dog: 3 });
    expect(told()).toContain('test/ has none of the classes of training and is left out.');
  });

  it('an empty valid/ beside a full test/', () => {
    make([
      ...pictures('train/cat'),
      ...pictures('train/dog'),
      ...pictures('test/cat'),
      'valid/cat/',
      'valid/dog/',
    ]);
    expect(counts()).toEqual({ cat: 3, dog: 3, 'cat test': 3 });
    expect(told()).toContain('validation is chosen from them');
    expect(told()).toContain('valid/ is empty.');
    expect(counts(root, 'validates')).toEqual({ 'cat train': 3, 'dog train': 3, 'cat valid': 3 });
    expect(told(root, 'validates')).toContain('test/ is for validation');
  });

  it('train and test: the pictures of test are the test, or validate where that is asked for, and each is said', () => {
    make(['train', 'test'].flatMap((side) => [...pictures(`${side}/cat`, 4), ...pictures(`${side}/dog`, 2)]));
    expect(counts()).toEqual({ cat: 4, dog: 2, 'cat test': 4, 'dog test': 2 });
    expect([listing().test, listing().layout]).toEqual(['kept', 'classes']);
    expect(told()).toContain(
      'test/ is the test: its 6 pictures are looked at once, when a training has ended. To validate with it instead of pictures of training: --valid test.',
    );
    expect(counts(root, 'validates')).toEqual({
      'cat train': 4,
      'dog train': 2,
      'cat valid': 4,
      'dog valid': 2,
    });
    expect(listing(root, 'validates').test).toBe('validates');
    // The same within classes.
    rmSync(root, { recursive: true });
    for (const label of ['cat', 'dog'])
      make([...pictures(`${label}/train`), ...pictures(`${label}/test`, 2)]);
    const tests = { 'cat test': 2, 'dog test': 2 };
    expect(counts()).toEqual({ cat: 3, dog: 3, ...tests });
    expect(told()).toContain(
      '4 pictures are the test, looked at once, when a training has ended. To validate with it instead of pictures of training: --valid test.',
    );
    expect(counts(root, 'validates')).toEqual({
      'cat train': 3,
      'dog train': 3,
      'cat valid': 2,
      'dog valid': 2,
    });
    make([...pictures('cat/valid', 1), ...pictures('dog/valid', 1)]);
    expect(counts()).toEqual({ 'cat train': 3, 'dog train': 3, 'cat valid': 1, 'dog valid': 1, ...tests });
    expect([listing().test, told().includes('--valid test')]).toEqual([undefined, false]);
  });

  it('train, val and test: all three', () => {
    make(
      ['Train', 'VAL', 'test'].flatMap((side) => [...pictures(`${side}/cat`), ...pictures(`${side}/dog`, 2)]),
    );
    const expected = {
      ...{ 'cat train': 3, 'dog train': 2, 'cat valid': 3, 'dog valid': 2 },
      ...{ 'cat test': 3, 'dog test': 2 },
    };
    expect([counts(), counts(root, 'validates')]).toEqual([expected, expected]);
    expect(told()).toContain(
      'test/ is the test: its 5 pictures are looked at once, when a training has ended.',
    );
    expect(told()).not.toContain('--valid test');
    expect(listing().test).toBeUndefined();
  });

  it('classes in upper case on one side and in lower case on the other are one, and that is said', () => {
    make([
      ...pictures('train/Cat'),
      ...pictures('train/dog'),
      ...pictures('valid/cat'),
      ...pictures('valid/dog'),
    ]);
    expect(counts()).toEqual({ 'Cat train': 3, 'dog train': 3, 'Cat valid': 3, 'dog valid': 3 });
    expect(told()).toContain('valid/cat/ is taken for the class "Cat".');
    // Where training has both, they are two.
    make(pictures('train/cat'));
    expect(counts()).toMatchObject({ 'Cat train': 3, 'cat train': 3, 'cat valid': 3 });
  });

  it('names that begin alike: seg_train, seg_test, seg_pred', () => {
    for (const side of ['train', 'test'])
      make([...pictures(`seg_${side}/seg_${side}/sea`), ...pictures(`seg_${side}/seg_${side}/street`, 2)]);
    make(pictures('seg_pred/seg_pred', 4));
    expect(counts(root, 'validates')).toEqual({
      'sea train': 3,
      'street train': 2,
      'sea valid': 3,
      'street valid': 2,
    });
    expect(told()).toContain('seg_test/ is the test: its 5 pictures');
    expect(told()).toContain('Not looked at, beside the sides: seg_pred/.');
  });

  it('training_set and test_set beside a folder of others; train alone beside one', () => {
    make([
      ...pictures('training_set/cats'),
      ...pictures('training_set/dogs'),
      ...pictures('single_prediction', 2),
    ]);
    expect(counts()).toEqual({ cats: 3, dogs: 3 });
    make([...pictures('test_set/cats'), ...pictures('test_set/dogs')]);
    expect(counts(root, 'validates')).toEqual({
      'cats train': 3,
      'dogs train': 3,
      'cats valid': 3,
      'dogs valid': 3,
    });
  });

  it('train/train/cat, and a class that is called train', () => {
    make([...pictures('train/train/cat'), ...pictures('train/train/dog'), ...pictures('test/test', 2)]);
    expect(counts()).toEqual({ cat: 3, dog: 3 });
    rmSync(root, { recursive: true });
    make([...pictures('train'), ...pictures('bus'), ...pictures('car/red')]);
    expect(counts()).toEqual({ train: 3, bus: 3, car: 3 });
  });
});

describe('a folder whose name is that of a set, of a side, or of what is kept beside one, is no class where one has classes in it', () => {
  const both = (folder: string) => [...pictures(`${folder}/cat`), ...pictures(`${folder}/dog`)];
  it.each([
    [
      'a set with sides',
      [...both('dataset/train'), ...both('dataset/val'), ...pictures('test_images')],
      'dataset',
      'test_images',
    ],
    ['a set, and a test', [...both('dataset'), ...pictures('test')], 'dataset', 'test'],
    ['documents', [...both('images'), 'docs/logo.png'], 'images', 'docs'],
    ['figures', [...both('data'), 'figures/plot.png', 'README.md'], 'data', 'figures'],
    ['no labels', [...both('labeled'), ...pictures('unlabeled')], 'labeled', 'unlabeled'],
    ['a test called as the set', [...both('lfw'), ...pictures('lfw_test/cat')], 'lfw', 'lfw_test'],
    [
      'XML without an ending',
      [...both('Images'), ['Annotation/cat/0', '<annotation>'], ['Annotation/dog/0', '<annotation>']],
      'Images',
      'Annotation',
    ],
  ] as const)('%s', (_, files, inside, beside) => {
    make(files);
    expect(Object.keys(counts()).map((key) => key.split(' ')[0])).toEqual(
      expect.arrayContaining(['cat', 'dog']),
    );
    expect(new Set(listing().found.map(({ label }) => label))).toEqual(new Set(['cat', 'dog']));
    expect(told()).toContain(`Pictures are in ${inside}/`);
    expect(told()).toContain(`Not looked at, beside ${inside}/: ${beside}/.`);
  });

  it.each([
    [
      'two states of one set',
      [...both('raw'), ...pictures('processed/cat'), ...pictures('processed/owl')],
      'processed',
    ],
    ['a set and its validation', [...both('data/train'), ...both('valid')], 'data'],
    ['a set and its test', [...both('dataset'), ...both('test')], 'dataset'],
    ['two sides, none to train on', [...both('valid'), ...both('test')], 'test'],
    ['a set and what may be a class', [...both('photos'), ...pictures('drawings')], 'photos'],
  ] as const)('or is refused where that is not clear: %s', (_, files, shown) => {
    make(files);
    expect(refusal()).toMatch(/does not say which folders are the classes: by (its|their) names? /);
    expect(refusal()).toContain(`train ${join(root, shown)}`);
    expect(counts(join(root, shown))).not.toEqual({});
  });

  it('stays a class where none has, and where names are those of classes', () => {
    make([...pictures('photos'), ...pictures('data')]);
    expect(counts()).toEqual({ photos: 3, data: 3 });
    rmSync(root, { recursive: true });
    make([...pictures('valid'), ...pictures('invalid')]);
    expect(counts()).toEqual({ valid: 3, invalid: 3 });
    rmSync(root, { recursive: true });
    make([...pictures('cat'), ...pictures('dog/pug'), ...pictures('dog/husky'), ...pictures('owl')]);
    expect(counts()).toEqual({ cat: 3, dog: 6, owl: 3 });
    expect(told()).not.toContain('may say otherwise');
    make(pictures('car'));
    rmSync(join(root, 'dog'), { recursive: true });
    make(pictures('test'));
    expect(counts()).toEqual({ cat: 3, owl: 3, car: 3, test: 3 });
    expect(told()).toContain('Taken for a class, though its name may say otherwise: test/.');
  });
});

describe('folders around the classes', () => {
  it('are passed, and that is said', () => {
    make([
      ...pictures('photos/photos/cat'),
      ...pictures('photos/photos/dog'),
      ['README.md', 'x'],
      ['photos/LICENSE', 'x'],
    ]);
    expect(counts()).toEqual({ cat: 3, dog: 3 });
    expect(told()).toContain('Pictures are in photos/photos/.');
    expect(listing().found[0]?.path).toBe('cat/0.jpg');
  });

  it('and around sides, with one more folder for each', () => {
    make([
      ...pictures('archive/data/train/cat'),
      ...pictures('archive/data/train/dog'),
      ...pictures('archive/data/val/cat'),
    ]);
    expect(counts()).toEqual({ 'cat train': 3, 'dog train': 3, 'cat valid': 3 });
  });

  it('a copy of everything in one more folder is left out', () => {
    make([...pictures('cat'), ...pictures('dog'), ...pictures('pets/cat'), ...pictures('pets/dog')]);
    expect(counts()).toEqual({ cat: 3, dog: 3 });
    expect(told()).toContain(
      'pets/ has folders called as those beside it: it is left out as a copy of them.',
    );
  });

  it('sides within classes are the sides', () => {
    make(['cat', 'dog'].flatMap((name) => [...pictures(`${name}/train`), ...pictures(`${name}/Test`, 2)]));
    expect(counts(root, 'validates')).toEqual({
      'cat train': 3,
      'dog train': 3,
      'cat valid': 2,
      'dog valid': 2,
    });
    make(pictures('cat/val', 1));
    expect(counts()).toEqual({
      ...{ 'cat train': 3, 'dog train': 3, 'cat valid': 1 },
      ...{ 'cat test': 2, 'dog test': 2 },
    });
    expect(told()).toContain('The folders within them are the sides. 4 pictures are the test');
    make(pictures('dog/old', 1));
    expect(counts()).toEqual({ cat: 6, dog: 6 });
    expect(told()).toContain('Test/, train/, val/ in cat/ are not taken for sides');
  });

  it('sides that a class lacks are not taken, which is said; a set of its own is refused', () => {
    make([...pictures('cat/train'), ...pictures('cat/val'), ...pictures('dog')]);
    expect(counts()).toEqual({ cat: 6, dog: 3 });
    expect(told()).toContain(
      'train/, val/ in cat/ are not taken for sides, since not all pictures of all classes',
    );
    rmSync(root, { recursive: true });
    for (const name of ['bottle', 'cable'])
      make([
        ...pictures(`${name}/train/good`),
        ...pictures(`${name}/test/good`),
        ...pictures(`${name}/test/broken`),
        ...pictures(`${name}/ground_truth/broken`),
      ]);
    expect(refusal()).toMatch(/has bottle\/, a set of its own: .* name it: .*train .*bottle$/);
    expect(counts(join(root, 'bottle'), 'validates')).toEqual({
      'good train': 3,
      'good valid': 3,
      'broken valid': 3,
    });
  });

  it('folders of the same names in all classes may be the classes, which is said', () => {
    make(['color', 'gray'].flatMap((kind) => [...pictures(`${kind}/rust`), ...pictures(`${kind}/scab`)]));
    expect(counts()).toEqual({ color: 6, gray: 6 });
    expect(told()).toContain('All of these folders have folders of the same names (rust, scab)');
    make(pictures('gray/mold'));
    expect(told()).not.toContain('of the same names');
  });

  it('in one folder beside pictures in none may be the classes, which is said', () => {
    const advice = /If the folders in pets\/ are the classes, name .*pets\.$/m;
    make([...pictures('pets/cat'), ...pictures('pets/dog'), 'loose.jpg']);
    expect(counts()).toEqual({ pets: 6 });
    expect(told()).toMatch(advice);
    make(pictures('pets', 1));
    expect(counts()).toEqual({ pets: 7 });
    expect(told()).not.toMatch(advice);
  });

  it('one class alone is one class', () => {
    make(pictures('cat'));
    expect(counts()).toEqual({ cat: 3 });
  });
});

it('what systems and programs leave behind is no class, and no picture', () => {
  make([...pictures('cat'), ...pictures('dog'), 'owl/']);
  for (const name of [
    '@eaDir',
    '#recycle',
    '$RECYCLE.BIN',
    '@Recycle',
    '#snapshot',
    '__MACOSX',
    'lost+found',
  ])
    make([...pictures(name), ...pictures(`${name}/cat`), `cat/${name}/1.jpg`]);
  for (const name of [
    '.ipynb_checkpoints',
    '.git',
    '.thumbnails',
    '.Trash-1000',
    'node_modules',
    'System Volume Information',
  ])
    make(pictures(name));
  for (const name of [
    'Thumbs.db',
    'ehthumbs.db',
    'ehthumbs_vista.db',
    'desktop.ini',
    '.DS_Store',
    '._0.jpg',
    'Icon\r',
    '0.jpg:Zone.Identifier',
  ])
    make([name, `cat/${name}`]);
  make(['cat/0.jpg.json', 'cat/1.jpg.json', 'dog/notes.txt', 'runs/0001-photos/report.html', 'photos.zip']);
  expect(counts()).toEqual({ cat: 3, dog: 3 });
  expect(listing().problems).toEqual([]);
  expect(listing().notes).toEqual([
    'No class, since no pictures are in them: owl/, runs/.',
    'Not read, since their endings are of no pictures: 2 .json, 1 .html, 1 .txt, 1 .zip.',
  ]);
});

it('what is not there, or has files alone, is told as it is', () => {
  expect(refusal(join(root, 'gone'))).toMatch(/gone/);
  make(['1.jpg', '2.jpg', '3.jpg']);
  expect(refusal()).toContain('has 3 files (1.jpg, 2.jpg, 3.jpg) but no folders');
  make(['4.jpg']);
  expect(refusal()).toContain('has 4 files (1.jpg, 2.jpg, 3.jpg, ...) but no folders');
});

describe('tables in folders', () => {
  const table = (rows: readonly string[]) => `${['file,label', ...rows].join('\n')}\n`;

  it('do not decide where folders do, unless they are named', () => {
    make([...pictures('cat'), ...pictures('dog'), ['labels.csv', table(['cat/0.jpg,owl', 'dog/0.jpg,fox'])]]);
    expect(counts()).toEqual({ cat: 3, dog: 3 });
    expect(told()).toMatch(
      /Not read, since folders are the labels: labels\.csv\. To take its labels, name it: .*train .*labels\.csv$/,
    );
    expect(counts(join(root, 'labels.csv'))).toEqual({ owl: 1, fox: 1 });
    expect(told(join(root, 'labels.csv'))).toMatch(
      /^Labels: from labels\.csv, 2 rows: the column "label", .* 0 rows without a picture, 4 pictures without a row\.$/m,
    );
  });

  it('and one that is refused where it is named is not advised', () => {
    const guesses = 'file,label,probability\ncat/0.jpg,cat,0.9\n';
    make([...pictures('cat'), ...pictures('dog'), ['p2.csv', guesses]]);
    expect(told()).toMatch(/Not read, since folders are the labels: p2\.csv\.$/m);
  });

  it('nor over folders that are in one folder, or merely have names such as photos', () => {
    make([
      ...pictures('images/cat'),
      ...pictures('images/dog'),
      ['labels.csv', table(['images/cat/0.jpg,x', 'images/cat/1.jpg,y'])],
    ]);
    expect(counts()).toEqual({ cat: 3, dog: 3 });
    expect(told()).toContain('Not read, since folders are the labels: labels.csv.');
    rmSync(root, { recursive: true });
    make([
      ...pictures('photos'),
      ...pictures('drawings'),
      ['labels.csv', table(['photos/0.jpg,x', 'photos/1.jpg,y'])],
    ]);
    expect(counts()).toEqual({ photos: 3, drawings: 3 });
  });

  it('decide over folders that are parts of one set', () => {
    make(
      ['HAM_images_part_1', 'HAM_images_part_2'].flatMap((part, i) => [
        `${part}/${i}.jpg`,
        `${part}/${i + 2}.jpg`,
      ]),
    );
    make([['metadata.csv', 'image_id,dx\n0,nv\n1,mel\n2,nv\n3,nv\n']]);
    expect(refusal()).toMatch(
      /HAM_images_part_1\/, HAM_images_part_2\/\) look like parts of one set.*has the columns "image_id", "dx"/,
    );
    make([['metadata.csv', 'image_id,label\n0,nv\n1,mel\n2,nv\n3,nv\n']]);
    expect(counts()).toEqual({ nv: 3, mel: 1 });
  });

  it('that a program wrote never decide: predictions, and what is called so', () => {
    const guesses = 'file,model,label,probability,error\na/0.jpg,m/1,cat,0.9,\na/1.jpg,m/1,dog,0.9,\n';
    make([
      ...pictures('a'),
      ['predictions.csv', guesses],
      ['labels.csv', guesses],
      ['x.jsonl', '{"file":"a/0.jpg","label":"cat","probability":1}\n'],
    ]);
    expect(counts()).toEqual({ a: 3 });
    expect(told()).toContain('a program guessed its labels');
    // What is refused is not advised.
    expect(told()).toContain('since its name says that a program wrote it: predictions.csv.');
    expect(told()).not.toMatch(/name it: .*predictions\.csv/);
    for (const name of ['predictions.csv', 'labels.csv', 'x.jsonl'])
      expect(refusal(join(root, name))).toMatch(/a program guessed its labels/);
    rmSync(root, { recursive: true });
    make([
      ...pictures('a'),
      ['sample_submission.csv', table(['a/0.jpg,x', 'a/1.jpg,y'])],
      ['results.csv', table(['a/0.jpg,x'])],
    ]);
    expect(counts()).toEqual({ a: 3 });
    expect(told()).toContain('Not taken, since its name says that a program wrote it: results.csv.');
    expect(told()).toMatch(/If a person wrote its labels, name it: .*results\.csv/);
    expect(told()).not.toMatch(/name it: .*sample_submission\.csv/);
    expect(counts(join(root, 'results.csv'))).toEqual({ x: 1 });
  });

  it('of boxes, or with how sure a program was, have to be named', () => {
    make([
      ...pictures('train'),
      ['_annotations.csv', 'filename,class,xmin,ymin,xmax,ymax\ntrain/0.jpg,cat,1,2,3,4\n'],
    ]);
    expect(told()).toContain('_annotations.csv has a column "xmin": it describes parts of pictures');
    expect(told(join(root, '_annotations.csv'))).toContain('It is taken since it is named.');
  });

  it('Kaggle: train.csv with names alone, the pictures in train/, the same names in test/', () => {
    make([
      ...pictures('train'),
      ...pictures('test'),
      ['train.csv', 'id,label\n0,cat\n1,dog\n2,dog\n'],
      ['test.csv', 'id\n0\n1\n'],
    ]);
    expect(counts()).toEqual({ cat: 1, dog: 2 });
    expect(listing().found.map(({ path }) => path)).toEqual(pictures('train'));
    expect(told()).toContain('Files are in train/, which the paths do not say.');
  });

  it('the pictures of each side in a folder that is no class', () => {
    make([...pictures('train/images'), ...pictures('test/images')]);
    make([['train.csv', 'path,label\nimages/0.jpg,cat\nimages/1.jpg,dog\n']]);
    expect(listing().found.map(({ path, label }) => `${path} ${label}`)).toEqual([
      'train/images/0.jpg cat',
      'train/images/1.jpg dog',
    ]);
  });

  it('Hugging Face: metadata.csv on each side, or one above', () => {
    make([...pictures('train'), ...pictures('validation', 2), ...pictures('test', 1)]);
    for (const side of ['train', 'validation', 'test'])
      make([[`${side}/metadata.csv`, 'file_name,label\n0.jpg,cat\n1.jpg,dog\n']]);
    expect(counts()).toEqual({
      ...{ 'cat train': 1, 'dog train': 1, 'cat valid': 1, 'dog valid': 1, 'cat test': 1 },
    });
    expect(told()).toContain('test/metadata.csv is the test');
    rmSync(root, { recursive: true });
    make([
      ...pictures('images'),
      ['metadata.jsonl', '{"file_name":"images/0.jpg","label":0}\n{"file_name":"images/1.jpg","label":1}\n'],
    ]);
    expect(counts()).toEqual({ 0: 1, 1: 1 });
  });

  it('Excel’s Unicode text, where it is named', () => {
    make(pictures('a'));
    const text = `\ufeff${table(['a/0.jpg,x', 'a/1.jpg,y']).replaceAll(',', '\t').replaceAll('\n', '\r\n')}`;
    writeFileSync(join(root, 'labels.txt'), Buffer.from(text, 'utf16le'));
    expect(counts()).toEqual({ a: 3 });
    expect(counts(join(root, 'labels.txt'))).toEqual({ x: 1, y: 1 });
  });

  it('of two sides, with one picture in both, are refused by file and row', () => {
    make(pictures('a', 5));
    make([['train.csv', table(['a/0.jpg,cat', 'a/1.jpg,dog', 'a/2.jpg,cat'])]]);
    make([['val.csv', table(['a/3.jpg,cat', './a/0.JPG,dog'])]]);
    expect(refusal()).toMatch(
      /val\.csv cannot be read for certain:\n {2}row 3: a\/0\.jpg is "dog" here and "cat" in row 2 of train\.csv/,
    );
    make([['val.csv', table(['a/3.jpg,cat', 'a/0.jpg,cat'])]]);
    expect(refusal()).toMatch(/row 3: a\/0\.jpg is for valid here and for train in row 2 of train\.csv/);
    make([['val.csv', table(['a/3.jpg,cat'])]]);
    make([['test.csv', table(['a/1.jpg,dog'])]]);
    // Of tables in the order of their names, the later is mended.
    expect(refusal()).toMatch(
      /train\.csv cannot .*\n {2}row 3: a\/1\.jpg is for train here and for test in row 2 of test\.csv/,
    );
    make([['test.csv', table(['a/4.jpg,dog'])]]);
    expect(counts()).toEqual({ 'cat train': 2, 'dog train': 1, 'cat valid': 1, 'dog test': 1 });
    expect(told()).toContain(
      'test.csv is the test: its one picture is looked at once, when a training has ended.',
    );
  });

  it('Roboflow: _classes.csv on each side', () => {
    make([...pictures('train', 2), ...pictures('valid', 2)]);
    for (const side of ['train', 'valid'])
      make([[`${side}/_classes.csv`, 'filename, cat, dog\n0.jpg, 1, 0\n1.jpg, 0, 1\n']]);
    expect(counts()).toEqual({ 'cat train': 1, 'dog train': 1, 'cat valid': 1, 'dog valid': 1 });
  });

  it('two that could decide: one has to be named; a table with faults ends it, whatever else is there', () => {
    make([
      ...pictures('a'),
      ['one.csv', table(['a/0.jpg,x', 'a/1.jpg,y'])],
      ['two.csv', table(['a/0.jpg,y'])],
    ]);
    expect(refusal()).toMatch(
      /several tables that list pictures \(one\.csv, two\.csv\): name one, such as .*one\.csv/,
    );
    rmSync(join(root, 'two.csv'));
    make([['one.csv', table(['a/0.jpg,x', 'a/1.jpg,cat, tabby'])]]);
    expect(refusal()).toMatch(/one\.csv cannot be read for certain:\n {2}row 3: 3 cells/);
    make([['one.csv', table(['a/0.jpg,x', 'a/1.jpg,"y'])]]);
    expect(refusal()).toMatch(/one\.csv, row 3: a quote that begins here is never closed/);
    // But not where another one lists the pictures.
    make([['labels.csv', table(['a/0.jpg,x', 'a/1.jpg,y'])]]);
    expect(counts()).toEqual({ x: 1, y: 1 });
    expect(told()).toContain('one.csv, row 3: a quote that begins here is never closed.');
  });
});

describe('sets for other tasks, and what is no folder', () => {
  it.each([
    [
      'YOLO',
      [...pictures('images'), 'labels/0.txt', 'labels/1.txt'],
      /boxes in labels\/ \(\.txt, as YOLO has them\).*object detection/,
    ],
    [
      'YOLO with sides',
      [...pictures('train/images'), 'train/labels/0.txt', ...pictures('valid/images'), 'valid/labels/0.txt'],
      /YOLO.*object detection/,
    ],
    [
      'COCO',
      [...pictures('train2017'), ...pictures('val2017'), 'annotations/instances_val2017.json'],
      /no folder for each class in it.*COCO/,
    ],
    [
      'Pascal VOC',
      [...pictures('JPEGImages'), 'Annotations/0.xml', 'ImageSets/Main/train.txt'],
      /Pascal VOC.*object detection/,
    ],
    [
      'masks',
      [...pictures('images'), ...pictures('masks')],
      /a mask in masks\/ for each picture in images\/: a set for segmentation/,
    ],
    [
      'masks of classes',
      [...pictures('images/cat'), ...pictures('images/dog'), ...pictures('masks/cat')],
      /a set for segmentation.*If the folders in images\/ are the classes, name it: .*train .*images$/,
    ],
    [
      'XML without an ending',
      [...pictures('images'), ['annotation/0', '<annotation>']],
      /boxes in annotation\/ \(files without an ending\)/,
    ],
    [
      'boxes beside pictures',
      ['1.jpg', '1.txt', '2.jpg', '2.txt'],
      /beside the pictures look like boxes, as YOLO/,
    ],
    [
      'labels in names',
      ['cat.1.jpg', 'cat.2.jpg', 'dog.1.jpg', 'dog.2.jpg'],
      /begin with their class \(cat, dog\), move them/,
    ],
    [
      'archives',
      ['cat-samples.zip', 'dog-samples.zip'],
      /archives \(cat-samples\.zip, dog-samples\.zip\): unpack each into a folder/,
    ],
    ['a workbook', ['1.jpg', 'labels.xlsx'], /labels\.xlsx is not read: save it as "CSV UTF-8"/],
    [
      'sides without classes',
      [...pictures('train'), ...pictures('test')],
      /has pictures in train\/, but no folder for each class in it/,
    ],
    ['empty folders', ['cat/', 'dog/'], /has folders \(cat\/, dog\/\), but no pictures in them/],
  ] as const)('%s', (_, files, message) => {
    make(files);
    expect(refusal()).toMatch(message);
  });

  it.each([
    ...['x.tgz', 'photos.tar.gz', 'x.tar.xz', 'x.TAR.bz2'].map(
      (name) => [name, /is an archive: unpack it \(mkdir photos && tar -xf \S+ -C photos\), then/] as const,
    ),
    ...['x.7z', 'x.rar', 'labels.csv.gz'].map(
      (name) => [name, /is an archive: unpack it, then name/] as const,
    ),
    ...['labels.xlsx', 'x.xlsm', 'x.XLS', 'x.ods'].map(
      (name) => [name, /is a workbook: save the sheet as "CSV UTF-8" and name that\.$/] as const,
    ),
    ...['x.arrow', 'x.feather'].map(
      (name) => [name, /holds a table in a form that is not read: write it as CSV/] as const,
    ),
    ['labels.json', /is JSON: expected a CSV .* or JSON lines/],
    ...['x.tfrecord', 'x.h5', 'x.hdf5', 'x.npz', 'x.npy', 'x.pkl'].map(
      (name) => [name, /holds pictures in a form that is not read: write them as files/] as const,
    ),
    ['x.onnx', /is a model: to train on from it, .*train (?:-- )?--from \S*x\.onnx\.$/],
    [
      '1.jpg',
      /1\.jpg is a file: expected a folder of pictures, or a table with the columns path and label\.$/,
    ],
  ] as const)('%s', (name, message) => {
    make([name]);
    expect(refusal(join(root, name))).toMatch(message);
  });

  it('a folder that cannot be read is no empty class: it is listed with its reason', () => {
    const problems = [{ path: 'owl', reason: 'the folder cannot be read: EACCES' }];
    const { folders } = levelOf({ files: ['cat/0.jpg'], folders: ['cat', 'owl', 'emu'], problems });
    expect(folders.map(({ name }) => name)).toEqual(['cat', 'emu']);
  });

  it('a folder that may not be read', () => {
    make([...pictures('cat'), ...pictures('dog'), ...pictures('owl')]);
    chmodSync(root, 0o755);
    chmodSync(join(root, 'owl'), 0);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534); // permissions apply to nobody, whom the test may become
    try {
      expect(counts()).toEqual({ cat: 3, dog: 3 });
      expect(listing().problems).toEqual([{ path: 'owl', reason: 'the folder cannot be read: EACCES' }]);
      if (isRoot) process.seteuid?.(0);
      chmodSync(root, 0);
      if (isRoot) process.seteuid?.(65_534);
      expect(refusal()).toBe(`${root}: the folder cannot be read: EACCES.`);
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(root, 0o755);
      chmodSync(join(root, 'owl'), 0o700);
    }
  });
});

it('labels that look alike stay apart, and are named', () => {
  expect(lookAlikes(['Cat', 'cat', '01', '1', 'big cat', 'big_cat', 'dog', '-1'])).toEqual([
    'Classes that look alike: "Cat" and "cat"; "01" and "1"; "big cat" and "big_cat". Each is a class of its own: if one is meant, write it in one way.',
  ]);
  expect(lookAlikes(['cat', 'ca\u200bt'])).toHaveLength(1);
  expect(lookAlikes(['cat', 'cats', '10', '1'])).toEqual([]);
  expect(lookAlikes(['cat', 'nan'])).toEqual([
    'The class "nan" may be what a program wrote for a missing label.',
  ]);
});

it('lists files and folders, links as what they lead to, and what is neither', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'trainyard-elsewhere-'));
  try {
    make(['b/1.jpg', 'b/c/', 'a.jpg', 'B.jpg', 'b/ä.jpg', '.git/config']);
    writeFileSync(join(elsewhere, 'far.jpg'), '');
    symlinkSync(elsewhere, join(root, 'z'));
    symlinkSync(join(elsewhere, 'far.jpg'), join(root, 'b', 'near.jpg'));
    symlinkSync('..', join(root, 'b', 'c', 'up'));
    symlinkSync('/', join(root, 'top'));
    symlinkSync('self', join(root, 'self'));
    symlinkSync('gone', join(root, 'nowhere'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    symlinkSync('pipe', join(root, 'to-pipe'));
    const { files, folders, problems } = listFiles(root);
    expect(files).toEqual(['B.jpg', 'a.jpg', 'b/1.jpg', 'b/near.jpg', 'b/ä.jpg', 'z/far.jpg']);
    expect(folders).toEqual(['b', 'b/c', 'z']);
    expect(Object.fromEntries(problems.map(({ path, reason }) => [path, reason]))).toEqual({
      'b/c/up': 'a link that leads back to a folder that it is in',
      nowhere: 'a link that leads nowhere',
      pipe: 'neither a file nor a folder',
      self: 'a link that leads to itself',
      'to-pipe': 'neither a file nor a folder',
      top: 'a link that leads back to a folder that it is in',
    });
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

describe('all that is said of a listing', () => {
  const said = (files: Parameters<typeof make>[0], test: TestFolder = 'kept') => {
    make(files);
    const { decides, notes, problems, layout } = listing(root, test);
    return [layout, decides, ...notes, ...problems.map(({ path, reason }) => `${path}: ${reason}`)].map(
      (line) => line.replaceAll(root, 'ROOT'),
    );
  };

  it.each([
    [
      'one class, beside pictures',
      [...pictures('cat'), 'x.jpg'],
      [
        'classes',
        'Labels: the name of the one folder in ROOT.',
        'x.jpg: in no class folder, so it has no label',
      ],
    ],
    [
      'classes, empty ones and files',
      [...pictures('cat'), ...pictures('dog'), ...[...'abcdefg'].map((name) => `${name}/`), 'cat/x.txt'],
      [
        'classes',
        'Labels: the names of the 2 folders in ROOT.',
        'No class, since no pictures are in them: a/, b/, c/, d/, e/ and 2 more.',
        'Not read, since their endings are of no pictures: 1 .txt.',
      ],
    ],
    [
      'sides',
      [
        ...pictures('train/cat'),
        ...pictures('train/dog'),
        'train/x.jpg',
        ...pictures('valid/cat'),
        'valid/owl/',
        'valid/y.jpg',
      ],
      [
        'train-and-valid',
        'Labels: the names of the folders in train/ and valid/; valid/ is for validation.',
        'No class, since no pictures are in it: valid/owl/.',
        'train/x.jpg: in no class folder, so it has no label',
        'valid/y.jpg: in no class folder, so it has no label',
      ],
    ],
    [
      'pictures without labels',
      [
        ...pictures('train/cat'),
        ...pictures('train/dog'),
        ...pictures('test', 1),
        ...pictures('old'),
        ...pictures('older'),
      ],
      [
        'classes',
        'Labels: the names of the folders in train/; validation is chosen from them.',
        'test/ has 1 picture in no class folder: it has no label and is left out.',
        'Not looked at, beside the sides: old/, older/.',
      ],
    ],
    [
      'a test of one picture',
      [...pictures('train/cat'), ...pictures('train/dog'), 'test/cat/0.jpg'],
      [
        'classes',
        'Labels: the names of the folders in train/; validation is chosen from them.',
        'test/ is the test: its one picture is looked at once, when a training has ended. To validate with it instead of pictures of training: --valid test.',
      ],
    ],
    [
      'sides within classes',
      ['cat', 'dog'].flatMap((name) => [...pictures(`${name}/train`), `${name}/test/0.jpg`]),
      [
        'classes',
        'Labels: the names of the 2 folders in ROOT. The folders within them are the sides; validation is chosen from those of training. 2 pictures are the test, looked at once, when a training has ended. To validate with it instead of pictures of training: --valid test.',
      ],
    ],
    [
      'groups of the same names',
      ['x', 'y'].flatMap((name) => [...'abcd'].map((own) => `${name}/${own}/0.jpg`)),
      [
        'classes',
        'Labels: the names of the 2 folders in ROOT.',
        'All of these folders have folders of the same names (a, b, c, ...), which say nothing here. If those are the classes, put them side by side, or name one of the folders.',
      ],
    ],
    [
      'names that differ in how accents are stored',
      [...pictures('caf\u00e9'), ...pictures('cafe\u0301'), ...pictures('tea')],
      [
        'classes',
        'Labels: the names of the 3 folders in ROOT.',
        'Several folders are called "café", with accents stored in two ways: they are one class.',
      ],
    ],
  ] as const)('%s', (_, files, expected) => {
    expect(said(files)).toEqual(expected);
  });
});

describe('what is said of a folder’s files', () => {
  const none: FolderFindings = {
    ...{
      root: '/photos',
      split: 'as the folders say',
      classes: ['cat', 'dog'].map((label) => ({ label, train: 3, validation: 1 })),
    },
    ...{ problems: [], remarks: {}, copies: [], contradictions: [], nearDuplicates: [], notes: [] },
  };
  it('is nothing where data are in no folder, and the classes alone where nothing is odd', () => {
    expect(findingsInWords({})).toEqual([]);
    expect(findingsInWords({ findings: none })).toEqual([
      '  2 classes (training+validation): cat 3+1, dog 3+1.',
    ]);
  });

  it('is the first of everything, and how much more there is', () => {
    const findings: FolderFindings = {
      ...none,
      decides: 'Labels: the names of the 7 folders.',
      classes: [...'abcdefg'].map((label, i) => ({ label, train: i + 1, validation: 1 })),
      split: '20 % of each class, chosen by the content of the files',
      problems: [1, 2, 3, 4, 5].map((i) => ({ path: `a/${i}.jpg`, reason: 'the file is empty' })),
      copies: [
        ['a/x.jpg', 'b/x.jpg', 'c/x.jpg'],
        ['a/y.jpg', 'a/z.jpg'],
      ],
      contradictions: [['a/x.jpg', 'b/x.jpg', 'c/x.jpg']],
      nearDuplicates: [
        { train: 'a/t.jpg', other: 'a/v.jpg', side: 'validation', distance: 1 },
        { train: 'a/u.jpg', other: 'a/w.jpg', side: 'validation', distance: 2 },
      ],
      remarks: { deep: ['b/1.png'], cmyk: ['b/2.jpg', 'b/3.jpg'] },
      notes: ['owl/ is empty.'],
    };
    const told = findingsInWords({ findings });
    expect(told).toEqual([
      '  Labels: the names of the 7 folders.',
      '  7 classes (training+validation): a 1+1, b 2+1, c 3+1, d 4+1, e 5+1, f 6+1, ....',
      ...[1, 2, 3].map((i) => `  Left out: a/${i}.jpg: the file is empty.`),
      '  Left out: 2 more files.',
      '  1 picture under two labels: a/x.jpg and b/x.jpg.',
      '  2 pictures more than once, on one side of the split.',
      '  2 pairs of pictures that look the same, one in training, one in validation: a/t.jpg and a/v.jpg. The validation error is lower than it should be because of them.',
      '  2 files: CMYK: turned into sRGB.',
      '  1 file: 16 bits: turned into 8.',
      '  owl/ is empty.',
    ]);
    const few = findingsInWords({
      findings: {
        ...findings,
        split: 'as the folders say',
        classes: findings.classes.slice(1),
        problems: findings.problems.slice(2),
      },
    });
    expect(few).toContain('  2 pictures more than once.');
    expect(few).toContain('  6 classes (training+validation): b 2+1, c 3+1, d 4+1, e 5+1, f 6+1, g 7+1.');
    expect(few.filter((line) => line.includes('Left out'))).toHaveLength(3);
  });
});
