// What names say: of folders, of tables, of their columns, and words of sides and of truth.
import { describe, expect, it } from 'vitest';
import { insideOf, oddNames } from '../../../../train/datasets/folder/beside.ts';
import { isContainer, otherKind, whatIsThere } from '../../../../train/datasets/folder/foreign.ts';
import { isTable, mayBeTable } from '../../../../train/datasets/folder/kinds.ts';
import { type Level, levelOf } from '../../../../train/datasets/folder/level.ts';
import { listFiles } from '../../../../train/datasets/folder/list-files.ts';
import { copiesWithin, sameWithin, sidesInSome } from '../../../../train/datasets/folder/nested.ts';
import {
  areSideNumbers,
  sideOfName,
  sideOfNumber,
  sideOfWord,
  sidesOfNames,
} from '../../../../train/datasets/folder/sides.ts';
import { areCoordinates, doubtOf, isOutputName } from '../../../../train/datasets/folder/table/doubts.ts';
import { flagsOf, truthOf } from '../../../../train/datasets/folder/table/flags.ts';
import { plain } from '../../../../train/datasets/folder/table/plain.ts';
import { temporaryPlace } from './pictures.ts';

it('files are in the order of their paths’ letters, on every machine', () => {
  const place = temporaryPlace();
  try {
    for (const name of ['b/1.png', 'b.png', 'a/2.png', 'a/10.png', 'B/1.png', 'é.png', 'a.png'])
      place.write(name, Buffer.of(1));
    const { files, folders } = listFiles(place.path);
    // As Python's sorted() has them.
    expect(files).toEqual(['B/1.png', 'a.png', 'a/10.png', 'a/2.png', 'b.png', 'b/1.png', 'é.png']);
    expect(folders).toEqual(['B', 'a', 'b']);
  } finally {
    place.close();
  }
});

/** Each word, and with an s at its end. */
const both = (words: string) => words.split(' ').flatMap((word) => [word, `${word}s`]);
/** Those of some names for which something holds. */
const those = (names: readonly string[], holds: (name: string) => boolean) => names.filter(holds);
const folder = (name: string, picture = '0.jpg') => ({
  name,
  pictures: [`${name}/${picture}`],
  others: [] as string[],
});

describe('a folder that holds pictures, whichever', () => {
  it.each([
    ...both('image img picture photo jpg jpeg png'),
    ...['JPEGImages', 'data', 'dataset', 'all'],
    ...['part_1', 'part1', 'Part 12', 'batch-2', 'chunk3', 'shard_04', 'HAM10000_images_part_1'],
    ...both('image img picture photo jpg jpeg png').map((word) => `my ${word}-part_1`),
    ...['data_part_1', 'datapart1', 'img_12', 'imgs12', 'x-image 3', 'images3'],
  ])('%s', (name) => expect(isContainer(name)).toBe(true));

  it('is no other', () => {
    const names = ['my images', 'images of cats', 'database', 'overall', 'allover', 'part_one', 'part_1b'];
    names.push('cart_1', 'apart1', 'pictures_12', 'photo 3', 'xdatapart1', 'part', 'ximage3');
    expect(those(names, isContainer)).toEqual([]);
  });
});

describe('a folder beside others', () => {
  const kept = [
    ...both('doc figure fig plot asset screenshot thumbnail preview result output prediction pred'),
    ...both('notebook annotation mask'),
    'checkpoints',
    ...['documentation', 'thumbs', 'runs', 'groundtruth', 'ground_truth', 'meta', 'metadata'],
    ...['unlabeled', 'unlabelled', 'unsorted', 'unannotated', 'unlabeled_data', 'unsorted-photo'],
    ...both('image img picture photo').map((word) => `unlabeled ${word}`),
  ];
  it.each(kept)('%s may be none of the classes', (name) => {
    expect(oddNames([folder('cat'), folder(name), folder('dog')])).toEqual([
      `Taken for a class, though its name may say otherwise: ${name}/. If it is none, move it elsewhere.`,
    ]);
  });

  it('is a class by any other name, and where no two others are', () => {
    const names = [
      'mydocs',
      'docsify',
      'metal',
      'runsheet',
      'mask2',
      'unlabeled things',
      'checkpoint',
      'figurehead',
    ];
    expect(those(names, (name) => oddNames([folder('cat'), folder(name), folder('dog')]).length > 0)).toEqual(
      [],
    );
    expect(oddNames([folder('cat'), folder('masks')])).toEqual([]);
    expect(oddNames([folder('cat'), folder('masks'), folder('test'), folder('dog')])).toEqual([
      'Taken for classes, though their names may say otherwise: masks/, test/. If they are none, move them elsewhere.',
    ]);
  });

  const sets = [
    ...both('dataset original input source'),
    ...[
      'raw',
      'processed',
      'preprocessed',
      'cropped',
      'crops',
      'resized',
      'augmented',
      'clean',
      'cleaned',
      'sorted',
    ],
    ...['labeled', 'labelled', 'annotated', 'rawdata', 'raw-dataset'],
    ...both('image img picture photo').map((word) => `sorted_${word}`),
  ];
  it.each(sets)('%s is a set of classes, if it has some', (name) => {
    expect(insideOf('/x', [folder(name), folder('images')], (each) => each.name === name)).toEqual({
      inside: name,
      notes: [`Not looked at, beside ${name}/: images/.`],
    });
  });

  it('is no set by any other name', () => {
    for (const name of ['cats', 'rawhide', 'my raw', 'raw cats'])
      expect(() => insideOf('/x', [folder(name), folder('images')], (each) => each.name === name)).toThrow(
        /^\/x does not say which folders are the classes: by its name images\/ is none, and .* has folders/,
      );
  });

  it('is named, up to five', () => {
    const others = ['docs', 'figs', 'masks', 'meta', 'plots', 'runs'].map((name) => folder(name));
    const only = (each: { name: string }) => each.name === 'data';
    expect(insideOf('/x', [folder('data'), ...others.slice(0, 5)], only)?.notes).toEqual([
      'Not looked at, beside data/: docs/, figs/, masks/, meta/, plots/.',
    ]);
    expect(insideOf('/x', [folder('data'), ...others], only)?.notes).toEqual([
      'Not looked at, beside data/: docs/, figs/, masks/, meta/, plots/ and 1 more.',
    ]);
  });
});

describe('a set for another task', () => {
  const level = (...folders: Level['folders']): Level => ({
    ...{ at: '', loose: [], tables: [], others: [] },
    folders,
  });
  const boxes = (name: string, ending = '.txt') => ({ name, pictures: [], others: [`${name}/0${ending}`] });
  it.each([...both('image img picture photo input'), 'JPEGImages', 'rgb'])(
    'has its pictures in %s',
    (name) => {
      expect(otherKind('/x', level(folder(name), boxes('labels')))).toBe(
        `/x has boxes in labels/ (.txt, as YOLO has them) for the pictures in ${name}/: a set for object detection. Trainyard tells pictures apart as a whole: expected a folder for each class.`,
      );
    },
  );

  it.each([
    ...both('mask label annotation segmentation labelid target'),
    ...['SegmentationClass', 'SegmentationObject', 'groundtruth', 'ground_truth', 'gt', 'trimaps'],
  ])('has what it tells of them in %s', (name) => {
    expect(otherKind('/x', level(folder('images'), boxes(name, '.xml')))).toContain(
      `has boxes in ${name}/ (.xml, as Pascal VOC has them)`,
    );
    expect(otherKind('/x', level(folder('images'), folder(name)))).toContain(
      `/x has a mask in ${name}/ for each picture in images/: a set for segmentation. Trainyard tells`,
    );
  });

  it('is none by other names, beside another folder, or where the pictures are grouped', () => {
    const none = [
      level(folder('my images'), boxes('labels')),
      level(folder('images2'), boxes('labels')),
      level(folder('images'), boxes('my labels')),
      level(folder('images'), boxes('labels2')),
      level(folder('images')),
      level(boxes('images'), boxes('labels')),
      level(folder('images'), boxes('labels'), folder('cat')),
      level(folder('images'), { name: 'labels', pictures: [], others: [] }),
      level({ name: 'images', pictures: ['images/a/0.jpg', 'images/b/0.jpg'], others: [] }, boxes('labels')),
    ];
    expect(none.map((each) => otherKind('/x', each))).toEqual(none.map(() => undefined));
    for (const pictures of [
      ['images/a/0.jpg'],
      ['images/a/0.jpg', 'images/0.jpg'],
      ['images/train/0.jpg', 'images/val/0.jpg'],
    ])
      expect(
        otherKind('/x', level({ name: 'images', pictures, others: [] }, boxes('labels', '.json'))),
      ).toContain('(.json, as COCO has them)');
    expect(otherKind('/x', level(folder('images'), boxes('labels', '.csv')))).toContain('labels/ (.csv) for');
  });

  it.each(['0.png', '0_mask.png', '0-gt.png', '0_LABEL.png', '0_seg.jpg'])(
    'has the mask %s of 0.jpg',
    (mask) => {
      expect(otherKind('/x', level(folder('images'), folder('masks', mask)))).toContain('a mask in masks/');
    },
  );

  it('has masks for half of the pictures', () => {
    const masks = (...names: string[]) => ({
      name: 'masks',
      pictures: names.map((n) => `masks/${n}`),
      others: [],
    });
    expect(otherKind('/x', level(folder('images'), masks('0.png', '9.png')))).toContain('a mask');
    expect(otherKind('/x', level(folder('images'), masks('0.png', '8.png', '9.png')))).toBeUndefined();
    expect(otherKind('/x', level(folder('images'), folder('masks', '0_masked.png')))).toBeUndefined();
  });

  it('or what lies about is told of', () => {
    const there = (loose: string[], others: string[] = []) => whatIsThere({ ...level(), loose, others });
    expect(there([])).toEqual([]);
    expect(there([], ['a.zip', 'b.TAR', 'c.tgz', 'notes.txt'])).toEqual([
      'It has archives (a.zip, b.TAR, c.tgz): unpack each into a folder called as its class.',
    ]);
    expect(there([], ['a.gz', 'b.bz2', 'c.xz', 'd.7z', 'e.rar'])).toEqual([
      'It has archives (a.gz, b.bz2, c.xz, ...): unpack each into a folder called as its class.',
    ]);
    expect(there([], ['a.zip.md5', 'xlsx.md'])).toEqual([]);
    for (const name of ['a.xls', 'a.xlsx', 'a.xlsm', 'a.ods'])
      expect(there([], [name, 'b.xls'])).toEqual([`${name} is not read: save it as "CSV UTF-8".`]);
    expect(there([], ['x.md', 'a.parquet', 'b.parquet'])).toEqual([
      'a.parquet is not looked into beside pictures: name it.',
    ]);
    expect(there(['1.jpg', '2.jpg'], ['1.txt'])).toEqual([]);
    expect(there(['1.jpg', '2.jpg', '3.jpg'], ['1.txt', '3.txt'])[0]).toContain('as YOLO has them');
    expect(there(['1.jpg'], ['1.xml'])[0]).toContain(
      '.xml files beside the pictures look like boxes, as Pascal VOC',
    );
    for (const name of ['_annotations.coco.json', 'COCO.json', 'instances_val.json'])
      expect(there([], [name])).toEqual([
        expect.stringContaining(`${name} looks like boxes, as COCO has them`),
      ]);
    expect(there([], ['coco.json.md', 'instances.json', 'x.coco'])).toEqual([]);
    expect(there(['cat1.jpg', 'cat2.jpg', 'dog 1.jpg', 'dog-2.jpg', 'owl.1.jpg'])).toEqual([
      'If the names of files begin with their class (cat, dog), move them into folders of these names.',
    ]);
    expect(there(['cat1.jpg', 'cat2.jpg', '1.jpg', '2.jpg', 'a1b.jpg', 'a2b.jpg'])).toEqual([]);
    expect(whatIsThere(level(folder('a'), boxes('b'), folder('c')))).toEqual([
      'Folders with pictures: a/, c/.',
    ]);
  });
});

describe('folders within folders', () => {
  const nested = (name: string, ...within: string[]) => ({
    ...{ name, others: [] as string[] },
    pictures: within.map((path) => `${name}/${path}/0.jpg`),
  });

  it('are sides in some, and not in others: which, is said; training alone is none', () => {
    const said = (...folders: ReturnType<typeof nested>[]) => sidesInSome('/x/', folders);
    expect(said(nested('cat', 'train', 'old', 'val'), folder('dog'))).toEqual([
      expect.stringMatching(
        /^train\/, val\/ in cat\/ are not taken for sides, .* each folder of \/x is a class /,
      ),
    ]);
    expect(said(nested('cat', 'train', 'old'), folder('dog'))).toEqual([]);
    expect(said(nested('cat', 'val', 'test'), folder('dog'))).toEqual([]);
    expect(said(nested('cat', 'train', 'val'))).toEqual([]);
    expect(() => said(nested('cat', 'train/a', 'val/a'), folder('dog'))).toThrow(
      /^\/x has cat\/, a set of its own/,
    );
    expect(said(nested('cat', 'train', 'val', 'old/a'), folder('dog'))).toHaveLength(1);
  });

  it('are of the same names in all, up to three of which are told', () => {
    const said = (...names: string[][]) => sameWithin(names.map((own, i) => nested(`${i}`, ...own)));
    expect(said(['a', 'b', 'c'], ['c', 'a', 'b'])).toEqual([
      expect.stringContaining('of the same names (a, b, c), which say nothing'),
    ]);
    expect(said(['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd'])[0]).toContain('(a, b, c, ...)');
    expect(said(['a', 'b'], ['a', 'b'], ['a', 'c'])).toEqual([]);
    expect(said(['a', 'b'], ['a', 'b', 'c'])).toEqual([]);
    expect([said(['a'], ['a']), said(['a', 'b'])]).toEqual([[], []]);
    expect(sameWithin([nested('x', 'a', 'b'), folder('y')])).toEqual([]);
  });

  it('are a copy of what is beside them', () => {
    const copies = (...within: string[]) =>
      copiesWithin([folder('cat'), folder('dog'), nested('pets', ...within)]).map(({ name }) => name);
    expect(copies('cat', 'dog')).toEqual(['pets']);
    expect([copies('cat'), copies('cat', 'owl'), copies('cat', 'pets')]).toEqual([[], [], []]);
  });
});

it('of a table is told by its ending', () => {
  const names = ['a.csv', 'A.TSV', 'b.jsonl', 'c.ndjson'];
  expect(those([...names, 'a.csv.gz', 'csv', 'a.txt', 'a.json'], isTable)).toEqual(names);
  expect(those([...names, 'a.csv.gz', 'a.TXT', 'txt', 'a.txt.md'], mayBeTable)).toEqual([...names, 'a.TXT']);
});

describe('sides', () => {
  const words = {
    train: ['train', 'training', 'trn'],
    valid: 'valid validation val dev development eval evaluation publictest public_test'.split(' '),
    test: ['test', 'testing', 'tst', 'privatetest', 'private_test'],
  };
  const rests = [
    ...both('image img picture photo jpg jpeg png label annotation').map((word) => `_${word}`),
    ...['set', ' set', '-data', '_split', 'metadata', '_list', '2017', '_1', 'jpegs'],
  ];
  it.each(Object.entries(words))(
    '%s has its words, alone and with what follows them in names',
    (side, all) => {
      for (const word of all) {
        expect([word, sideOfWord(` ${word.toUpperCase()} `)]).toEqual([word, side]);
        for (const rest of rests) expect([word, rest, sideOfName(word + rest)]).toEqual([word, rest, side]);
      }
    },
  );

  it('are no others', () => {
    for (const name of ['trainer', 'train_2', 'train_20177', 'trains', 'testament', 'invalid', 'valid_x'])
      expect([name, sideOfWord(name)]).toEqual([name, undefined]);
    for (const name of ['trainer', 'train_12345', 'train_images_x', 'my train', 'images'])
      expect([name, sideOfName(name)]).toEqual([name, undefined]);
  });

  it('are told where all names begin alike', () => {
    const told = (...names: string[]) => [...sidesOfNames(names)].map(([name, side]) => `${name} ${side}`);
    expect(told('seg_train', 'seg_test', 'seg_pred')).toEqual(['seg_train train', 'seg_test test']);
    expect(told('a b-train', 'a b-val')).toEqual(['a b-train train', 'a b-val valid']);
    expect(told('my_seg_train', 'my_seg_test')).toEqual(['my_seg_train train', 'my_seg_test test']);
    expect(told('seg_train')).toEqual([]);
    expect(told('seg_train', 'segtest')).toEqual([]);
    expect(told()).toEqual([]);
    expect(told('train', 'cat')).toEqual(['train train']);
  });

  it('are 0, 1 and 2, all of them', () => {
    expect(areSideNumbers(['0', '1.0', ' 2 ', '1', '2.00'])).toBe(true);
    for (const numbers of [
      ['0', '1'],
      ['1', '2', '3'],
      ['0', '1', '2', '3'],
      ['0', '1', '2', 'x'],
      [],
      ['0.5', '1', '2'],
      ['10', '1', '2'],
      ['-0', '1', '2'],
    ])
      expect([numbers, areSideNumbers(numbers)]).toEqual([numbers, false]);
    expect(['0', '1.0', '2', '3', 'x'].map(sideOfNumber)).toEqual([
      'train',
      'valid',
      'test',
      undefined,
      undefined,
    ]);
  });
});

describe('columns', () => {
  const boxed = ['xmin', 'x_min', 'ymin', 'y_min', 'xmax', 'x_max', 'ymax', 'y_max', 'rle', 'EncodedPixels'];
  boxed.push(
    'encoded_pixels',
    'bbox',
    'bboxes',
    'box',
    'boxes',
    'bounding_box',
    'bounding-boxes',
    'roi.xmin',
  );
  boxed.push('bb_xmax', 'bbox.ymin', 'box-ymax', 'bounding box', ...both('polygon segmentation'));
  it.each(boxed)('%s is of parts of pictures', (name) => {
    expect(doubtOf(['by', name])).toBe(
      `has a column "${name}": it describes parts of pictures, not whole ones`,
    );
  });

  it('are of parts of pictures where they are two coordinates', () => {
    const pairs = ['x y', 'cx cy', 'x1 y1', 'x_2 y_2', 'xc yc', 'x_center y_center', 'xcentre ycentre'];
    pairs.push('x_tl y_tl', 'xbr ybr', 'left top', 'Left Top', 'roi.x1 roi.y1');
    for (const pair of pairs) {
      const names = pair.split(' ');
      expect([pair, areCoordinates(names)]).toEqual([pair, true]);
      expect(doubtOf(['by', ...names])).toContain(`column "${names[0]}": it describes parts`);
    }
    for (const pair of [
      'x z',
      'top y',
      'left right',
      'xx yy',
      'x10 y10',
      'a_left a_top',
      'ax y',
      'x ya',
      'leftover top',
      'left topic',
    ])
      expect([pair, areCoordinates(pair.split(' ')), doubtOf(pair.split(' '))]).toEqual([
        pair,
        false,
        undefined,
      ]);
  });

  it.each(
    [
      'prob probs proba probas probability probabilities confidence confidences conf certainty certitude score scores',
      'pred preds prediction predictions predicted logit logits softmax likelihood posterior p',
    ].flatMap((line) => line.split(' ')),
  )('%s is how sure a program was', (name) => {
    for (const written of name === 'p'
      ? ['p', 'P']
      : [name, `cat_${name}`, `${name} (%)`, `label${name[0]?.toUpperCase()}${name.slice(1)}`])
      expect(doubtOf(['by', written])).toBe(
        `has a column "${written}", so a program may have guessed its labels`,
      );
  });

  it('are neither by other names', () => {
    const names = [
      'by',
      'xminor',
      'maxx',
      'boxing',
      'boxer',
      'polygonal',
      'problem',
      'confident',
      'scored',
      'px',
      'left',
    ];
    expect(doubtOf(names)).toBeUndefined();
    expect(doubtOf([])).toBeUndefined();
  });

  const flags = [
    ...'train training test testing valid validation val dev holdout held_out fold fold1 fold_12 verified checked'.split(
      ' ',
    ),
    ...'reviewed approved confirmed corrected annotated labeled labelled done flag flagged use used usable'.split(
      ' ',
    ),
    ...'ignore ignored exclude excluded include included skip duplicate duplicates corrupt corrupted index'.split(
      ' ',
    ),
    ...[
      'is_train',
      'for_validation',
      'is_test_set',
      'train_image',
      'train_img',
      'for_train_data',
      'test_split',
    ],
  ];
  it.each(flags)('%s is no class beside others', (name) => {
    expect(flagsOf(['cat', name])).toEqual([false, true]);
  });

  it('are classes by other names; of questions, those that stand beside classes are none', () => {
    for (const name of [
      'trainer',
      'a_train',
      'validx',
      'is_',
      'for_x',
      'train_x',
      'indexes',
      'dog',
      'xis_blurry',
    ])
      expect([name, flagsOf(['cat', name])[1]]).toEqual([name, name === 'is_']);
    expect(flagsOf(['cat', 'is_blurry', 'has_tail'])).toEqual([false, true, true]);
    expect(flagsOf(['is_cat', 'has_tail', 'train'])).toEqual([false, false, true]);
    expect(flagsOf(['valid', 'invalid'])).toEqual([false, false]);
    expect(flagsOf(['train', 'invalid'])).toEqual([true, false]);
  });

  it('of truth have its words', () => {
    for (const word of ['true', 'TRUE', '1', '1.0', '1.00', 'yes', 'y', 't'])
      expect([word, truthOf(word)]).toEqual([word, true]);
    for (const word of ['false', 'False', '0', '0.0', '0.00', 'no', 'n', 'f'])
      expect([word, truthOf(word)]).toEqual([word, false]);
    for (const word of [
      '',
      '2',
      '10',
      '01',
      '1.5',
      '0.1',
      'yep',
      'untrue',
      'nope',
      'falsehood',
      'of',
      'x1',
      'any',
    ])
      expect([word, truthOf(word)]).toEqual([word, undefined]);
  });

  it('are the same however programs write them', () => {
    for (const name of ['File Name', 'file-name', ' file_name ', 'fileName', 'FileName'])
      expect([name, plain(name)]).toEqual([name, 'file_name']);
  });
});

it('of a program’s output', () => {
  const names = [
    'submission',
    'mySubmission',
    'predictions',
    'inference1',
    'pseudo_label',
    'pseudolabels',
    'pseudo-label',
  ];
  names.push(
    'pseudo label',
    ...['pred', 'preds', 'predicted', 'result', 'results', 'output', 'outputs', 'my_results2'],
  );
  expect(
    those(
      [...names, 'labels', 'spreads', 'resulting', 'outputting', 'pseudonym', 'train'].map((n) => `${n}.csv`),
      isOutputName,
    ),
  ).toEqual(names.map((n) => `${n}.csv`));
});

it('of folders within a level are those of that level alone', () => {
  const files = ['a/0.jpg', 'a/b/1.jpg', 'a/b/notes.txt', 'a/x.csv', 'ab/2.jpg', 'loose.jpg', 'readme.md'];
  const folders = ['a', 'a/b', 'a/b/c', 'ab'];
  expect(levelOf({ files, folders, problems: [] }, 'a/')).toEqual({
    at: 'a/',
    folders: [{ name: 'b', pictures: ['b/1.jpg'], others: ['b/notes.txt'] }],
    loose: ['0.jpg'],
    tables: ['x.csv'],
    others: ['x.csv'],
  });
  expect(levelOf({ files, folders, problems: [{ path: 'ab', reason: 'x' }] })).toMatchObject({
    folders: [{ name: 'a', pictures: ['a/0.jpg', 'a/b/1.jpg'], others: ['a/b/notes.txt', 'a/x.csv'] }],
    loose: ['loose.jpg'],
    others: ['readme.md'],
  });
});
