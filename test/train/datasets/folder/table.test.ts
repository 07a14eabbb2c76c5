// Tables of labels: read as Python's csv module and codecs read them, and refused by row where they can be read in two ways.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../../models/errors.ts';
import { isOutputName } from '../../../../train/datasets/folder/table/doubts.ts';
import { readTable } from '../../../../train/datasets/folder/table/table.ts';
import { python } from '../../../python.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-table-'));
  for (const name of ['a', 'b', 'c', 'd', 'e']) writeFileSync(join(folder, `${name}.jpg`), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(content: string | Uint8Array, name = 'labels.csv'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const read = (content: string | Uint8Array, name?: string) => readTable(write(content, name));
/** `file label side` of each picture; a side that is not said is left out. */
const rowsOf = (content: string | Uint8Array, name?: string) =>
  read(content, name).found.map(({ path, label, split }) => [path, label, split].filter(Boolean).join(' '));
const refusal = (content: string | Uint8Array, name?: string): string => {
  try {
    return `no refusal: ${JSON.stringify(rowsOf(content, name))}`;
  } catch (error) {
    return error instanceof Error && error.name === 'UserError' ? error.message : String(error);
  }
};
/** The labels, or why there are none: the table is read once. */
const labelsOf = (content: string | Uint8Array): string | string[] => {
  try {
    return read(content).found.map(({ label }) => label);
  } catch (error) {
    return error instanceof UserError ? error.message : String(error);
  }
};

describe('a column for each class', () => {
  const withLast = (cell: string) => `file,cat,dog\na.jpg,1,0\nb.jpg,0,${cell}\n`;

  it('has ones and zeros alone, in every row', () => {
    for (const cell of ['1', '1.0', '1.00'])
      expect(rowsOf(withLast(cell)), cell).toEqual(['a.jpg cat', 'b.jpg dog']);
    for (const cell of ['2', '10', '-1', '1.05', '1.', 'x'])
      expect(refusal(withLast(cell)), cell).toMatch(/has the columns "file", "cat", "dog"; expected/);
  });
});

describe('JSON lines', () => {
  const lines = (...labels: string[]) =>
    labels.map((label, i) => `{"file_name": "${'abcde'[i]}.jpg", "label": ${label}}`).join('\n');

  it('may have numbers and truths for labels, as JSON writes them; a list and an object are none', () => {
    expect(rowsOf(lines('true', 'false', '3', '"x"'), 'labels.jsonl')).toEqual([
      'a.jpg true',
      'b.jpg false',
      'c.jpg 3',
      'd.jpg x',
    ]);
    expect(rowsOf(lines('3', '[4]', '{"a": 5}', 'null'), 'labels.jsonl')).toEqual(['a.jpg 3']);
  });

  it('are objects, each', () => {
    for (const line of ['[1]', 'null', '3', '"x"', '{'])
      expect(refusal(`${lines('3')}\n${line}`, 'labels.jsonl'), line).toMatch(/\b2 is no JSON object/);
  });
});

describe('encodings', () => {
  const text = 'file;label\r\na.jpg;Käse\r\nb.jpg;Köse\r\n';
  const expected = ['a.jpg Käse', 'b.jpg Köse'];
  it('are those that spreadsheets write, as Python encodes them', () => {
    const names = ['utf-8', 'utf-8-sig', 'utf-16', 'utf-16-le', 'utf-16-be', 'cp1252', 'cp1250', 'latin-1'];
    const encode = 'import sys, json; print(json.dumps([list(sys.argv[1].encode(e)) for e in sys.argv[2:]]))';
    const all: unknown = JSON.parse(python(encode, [text, ...names]));
    if (!Array.isArray(all)) throw new Error('expected a list');
    for (const [i, bytes] of all.entries())
      expect([names[i], rowsOf(Uint8Array.from(bytes))]).toEqual([names[i], expected]);
    expect(rowsOf(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()]))).toEqual(
      expected,
    );
  });

  it('of two bytes a letter have zeros on both sides where letters are numbered by 256', () => {
    const encode =
      'import sys, json, codecs; print(json.dumps([list(m + sys.argv[1].encode(e)) for m, e in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))]))';
    const all: number[][] = JSON.parse(python(encode, ['file,label\na.jpg,Āda\n']));
    expect(all.map((bytes) => rowsOf(Uint8Array.from(bytes)))).toEqual([['a.jpg Āda'], ['a.jpg Āda']]);
  });

  it('of four bytes a letter are refused', () => {
    const encode =
      'import sys, json; print(json.dumps([list("file,label".encode(e)) for e in sys.argv[1:]]))';
    const [marked, little, big]: number[][] = JSON.parse(
      python(encode, ['utf-32', 'utf-32-le', 'utf-32-be']),
    );
    expect(refusal(Uint8Array.from(marked ?? []))).toMatch(/labels\.csv is UTF-32, which is not read/);
    for (const bytes of [little, big])
      expect(refusal(Uint8Array.from(bytes ?? []))).toMatch(/is no text: it has bytes that are zero/);
  });

  it('that no byte order mark names are refused by row, where a letter is another in another code page', () => {
    // E8 is è in Paris and č in Prague; EA EE F2 is кот in cp1251, êîò in cp1252; 84 is ä in DOS.
    for (const label of ['ch\xe8vre', '\xea\xee\xf2', 'K\x84se', '\xe4'])
      expect(refusal(Buffer.from(`file,label\na.jpg,cat\nb.jpg,${label}\n`, 'latin1'))).toMatch(
        /cannot be read for certain:\n {2}row 3: not UTF-8.*\n.*"CSV UTF-8"/,
      );
    // What decides nothing may be in any encoding.
    expect(rowsOf(Buffer.from('file,label,by\na.jpg,cat,Andr\xe8\n', 'latin1'))).toEqual(['a.jpg cat']);
  });

  it('a label is what was written, or the table is refused, in the encodings that Python has', () => {
    const words =
      'Käse Süß Größe Ä1 éa äå chèvre señor où Łoś kočka pes ørn şeker кот дуй й γάτα ιδ חתול قطة ねこ 漢字 €5 d’Anjou';
    const encodings = `cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 iso8859-2 iso8859-5 iso8859-15 koi8-r mac_roman
      cp437 cp850 cp866 shift_jis big5 utf-8 utf-16`;
    const program = `import json, sys
out = []
for e in sys.argv[2].split():
    for w in sys.argv[1].split():
        try: out.append([e, w, list(f'file,label\\na.jpg,cat\\nb.jpg,{w}\\n'.encode(e))])
        except UnicodeEncodeError: pass
print(json.dumps(out))`;
    const all: unknown = JSON.parse(python(program, [words, encodings]));
    if (!Array.isArray(all)) throw new Error('expected a list');
    // Left out: words of two bytes that are also valid UTF-8 by chance, such as 猫 in GBK, which nobody can tell.
    const right = new Set<string>();
    for (const [encoding, word, bytes] of all) {
      const content = Uint8Array.from(bytes);
      const answer = labelsOf(content);
      if (answer.includes('row 3: not UTF-8')) continue;
      expect([encoding, word, answer[1]]).toEqual([encoding, word, word.normalize('NFC')]);
      right.add(`${encoding} ${word}`);
    }
    expect([...right]).toEqual(
      expect.arrayContaining(['cp1252 Größe', 'cp1250 Käse', 'utf-8 ねこ', 'utf-16 кот']),
    );
    expect(right.size).toBeLessThan(all.length / 2);
  });

  it('takes letters that are the same in every Latin code page of Windows, by Python', () => {
    const same = python(
      `print(''.join(c for b in range(0xc0, 0x100) for c in [bytes([b]).decode('latin-1')]
        if c.isalpha() and all(bytes([b]).decode(e) == c for e in ('cp1250', 'cp1252', 'cp1254', 'cp1257'))))`,
    ).trim();
    const letters = Array.from({ length: 64 }, (_, i) => String.fromCharCode(0xc0 + i));
    const taken = letters.filter(
      (letter) => !refusal(Buffer.from(`file,label\na.jpg,x${letter}\n`, 'latin1')).includes('certain'),
    );
    expect(taken.join('')).toBe(same);
  });
});

describe('what is no table is named for what it is', () => {
  it.each([
    ['PK\x03\x04rest', /Excel workbook.*"CSV UTF-8"/],
    ['\xd0\xcf\x11\xe0\xa1\xb1', /Excel workbook of the old kind/],
    ['PAR1rest', /Parquet/],
    ['%PDF-1.7', /PDF/],
    ['<!DOCTYPE html><html>', /web page/],
    ['version https://git-lfs.github.com/spec/v1\n', /Git LFS/],
    ['a\0\0b\0', /bytes that are zero/],
    ['', /has the columns \(none\)/],
    ['file\na.jpg\n', /has the columns "file"; expected/],
    ['when,what\n1,2\n', /has the columns "when", "what"; expected/],
    // As pandas writes its index.
    [',label\n0,cat\n1,dog\n', /has the columns "", "label"; expected/],
  ])('%j', (content, message) => {
    expect(refusal(Buffer.from(content, 'latin1'))).toMatch(message);
  });
});

describe('rows', () => {
  it.each([
    ['lone carriage returns', 'file,label\ra.jpg,cat\rb.jpg,dog\r'],
    ['mixed line ends, none at the end', 'file,label\r\na.jpg,cat\rb.jpg,dog'],
    ['sep=;', 'sep=;\r\nfile;label\r\na.jpg;cat\r\nb.jpg;dog\r\n'],
    ['sep=^', 'sep=^\nfile^label\na.jpg^cat\nb.jpg^dog\n'],
    ['tabs', 'file\tlabel\na.jpg\tcat\nb.jpg\tdog\n'],
    ['bars', 'file|label\na.jpg|cat\nb.jpg|dog\n'],
    ['no header', 'a.jpg,cat\nb.jpg,dog\n'],
    ['no header, semicolons', 'a.jpg;cat\nb.jpg;dog\n'],
    ['empty cells at the end, empty lines', 'file,label,,\na.jpg,cat,,\n,,,\n\nb.jpg,dog,,\n'],
    [
      'remarks with spaces and quotes above',
      '  # made by hand\n" # checked"\nfile,label\na.jpg,cat\nb.jpg,dog\n',
    ],
    ['remarks and empty lines above', '\n# made by hand, checked\nfile,label\na.jpg,cat\nb.jpg,dog\n'],
    ['spaces around cells', ' file , label \n a.jpg ,cat \nb.jpg, dog\n'],
    ['names of columns as people write them', 'Nr;File Name;Class\n1;a.jpg;cat\n2;b.jpg;dog\n'],
    ['paths with dots and backslashes', 'file,label\n./a.jpg,cat\n.\\b.jpg,dog\n'],
    ['another case, and no ending', 'file,label\nA.JPG,cat\nb,dog\n'],
    ['addresses of files', 'image,label\n%61.jpg,cat\nfile:///data/my%20files/b.jpg,dog\n'],
    ['plural names of columns', 'filenames,labels\na.jpg,cat\nb.jpg,dog\n'],
    [
      'an export of Label Studio',
      'annotator,choice,id,image\n1,cat,7,/data/upload/1/a.jpg\n1,dog,8,/data/upload/1/b.jpg\n',
    ],
    ['the folder of another machine', 'file,label\nC:\\Users\\me\\a.jpg,cat\nC:\\Users\\me\\b.jpg,dog\n'],
  ])('%s', (_, content) => {
    expect(rowsOf(content)).toEqual(['a.jpg cat', 'b.jpg dog']);
  });

  it('with a space before a quote', () => {
    expect(rowsOf('file,label\na.jpg, "cat, tabby"\nb.jpg,"dog, pug" \n')).toEqual([
      'a.jpg cat, tabby',
      'b.jpg dog, pug',
    ]);
  });

  it('of JSON lines, as Hugging Face has them', () => {
    const lines =
      '{"file_name": "a.jpg", "label": 3, "box": [1, 2]}\n\n{"file_name":"b.jpg","label":"dog"}\n';
    expect(rowsOf(lines, 'metadata.jsonl')).toEqual(['a.jpg 3', 'b.jpg dog']);
    expect(refusal('{"file_name": "a.jpg", "label": 1}\n[2]\n', 'metadata.jsonl')).toMatch(
      /line 2 is no JSON object/,
    );
  });

  it('of zeros and ones are the class that is one', () => {
    expect(rowsOf('filename, cat, dog\na.jpg, 1, 0\nb.jpg, 0, 1\n')).toEqual(['a.jpg cat', 'b.jpg dog']);
    // Where a person says that each has one; else they are several labels: table-tasks.test.ts.
    const path = write('filename,cat,dog\na.jpg,1,0\nb.jpg,1,1\nc.jpg,0,0\n');
    expect(() => readTable(path, { as: 'single' })).toThrow(/row 3: 2 classes are 1.*\n.*row 4: 0 classes/);
  });

  it('are those of Python’s csv module, whatever labels hold', () => {
    const cell = fc
      .string({ unit: fc.constantFrom(...'ab,;|"\' é犬\n#'), maxLength: 8 })
      .map((text) => text.trim());
    const label = fc
      .tuple(fc.constantFrom('x', 'y', '1'), cell)
      .map(([first, rest]) => (first + rest).trim());
    const table = fc.record({
      labels: fc.array(label, { minLength: 1, maxLength: 5 }),
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      terminator: fc.constantFrom('\n', '\r\n', '\r'),
      quoting: fc.constantFrom(0, 1),
      header: fc.boolean(),
    });
    // Python does not quote a line feed where lines end with a carriage return: then there are two ways to read it.
    const isClear = ({
      labels,
      terminator,
      quoting,
    }: {
      labels: string[];
      terminator: string;
      quoting: number;
    }) => terminator !== '\r' || quoting === 1 || !labels.join().includes('\n');
    const samples = fc.sample(table.filter(isClear), { numRuns: 300, seed: 11 });
    const program = `import csv, io, json, sys
out = []
for s in json.load(sys.stdin):
    f = io.StringIO()
    w = csv.writer(f, delimiter=s['delimiter'], lineterminator=s['terminator'], quoting=s['quoting'])
    if s['header']: w.writerow(['path', 'label'])
    for name, label in zip('abcde', s['labels']): w.writerow([name + '.jpg', label])
    out.append(f.getvalue())
json.dump(out, sys.stdout)`;
    const written: unknown = JSON.parse(python(program, [], Buffer.from(JSON.stringify(samples))));
    if (!Array.isArray(written)) throw new Error('expected a list');
    let refused = 0;
    for (const [i, { labels }] of samples.entries()) {
      const text = String(written[i]);
      const answer = labelsOf(text);
      // A label over several lines with a separator in it looks as if a quote were missing.
      if (answer.includes('goes over several lines')) refused++;
      else expect([text, answer]).toEqual([text, labels]);
    }
    expect(refused).toBeLessThan(samples.length / 4);
  });
});

describe('what can be read in two ways is refused by the row that a spreadsheet shows', () => {
  it.each([
    [
      'a comma without quotes',
      'file,label\na.jpg,cat, tabby\nb.jpg,cat, black\n',
      /row 2: 3 cells where 2 are expected \(a label with a comma in it is written "cat, tabby"\)$/m,
    ],
    ['a comma without quotes, without a header', 'a.jpg,cat, tabby\nb.jpg,dog\n', /row 1: 3 cells/],
    [
      'three columns without a header',
      'a.jpg,cat,train\nb.jpg,dog,valid\n',
      /row 1: 3 cells.*path,label,split/,
    ],
    [
      'a comma that moves the label into the side',
      'file,label,split\na.jpg,cat, tabby\n',
      /row 2: "tabby" is no side/,
    ],
    ['after an empty line and sep=', 'sep=;\nfile;label\n\na.jpg;cat;tabby\n', /row 4: 3 cells/],
    [
      'a quote that is never closed',
      'file,label\na.jpg,cat\nb.jpg,"dog\nc.jpg,cat\n',
      /row 3: a quote that begins here/,
    ],
    ['a quote within a cell', 'file,label\na.jpg,5" nail\n', /row 2: a quote is in the middle/],
    ['text after a quote', 'file,label\na.jpg,"cat" tabby\n', /row 2: text follows the quote/],
    ['backslashes for quotes', 'file,label\na.jpg,"the \\"cat\\""\n', /row 2: text follows/],
    [
      'a quote that takes rows',
      'file,label\na.jpg,"cat\nb.jpg,dog"\nc.jpg,cat\n',
      /row 2: its label goes over several lines/,
    ],
    [
      'two labels of one picture',
      'file,label\na.jpg,cat\nb.jpg,cat\n./A.jpg,dog\n',
      /row 4: a\.jpg is "dog" here and "cat" in row 2/,
    ],
    [
      'two sides of one picture',
      'file,label,split\na.jpg,cat,train\na.jpg,cat,valid\n',
      /row 3: a\.jpg is for valid here and for train in row 2/,
    ],
    [
      'an unknown side',
      'file,label,split\na.jpg,cat,holdout\n',
      /row 2: "holdout" is no side of a split: expected train, valid or test/,
    ],
    [
      'a letter that is lost',
      'file,label\na.jpg,K\ufffdse\n',
      /row 2: "a\.jpg, K\ufffdse" has lost a letter/,
    ],
    ['an error of a spreadsheet', 'file,label\na.jpg,#N/A\n', /row 2: its label is an error .*, #N\/A/],
    [
      'two columns of labels',
      'file,label,class\na.jpg,cat,x\n',
      /2 columns that could be the label: label, class/,
    ],
  ])('%s', (_, content, message) => {
    expect(refusal(content)).toMatch(message);
  });

  it('names the first few of many rows', () => {
    const rows = Array.from({ length: 9 }, () => 'a.jpg,cat, tabby\n').join('');
    expect(refusal(`file,label\n${rows}`)).toMatch(/row 6: .*\n {2}and 4 more\nMend those rows/);
  });
});

describe('sides', () => {
  it('are told by many words', () => {
    const words = ['Train', 'dev', 'test', 'VALIDATION', ''];
    const rows = words.map((word, i) => `${'abcde'[i]}.jpg,cat,${word}`).join('\n');
    const table = read(`file,label,Split\n${rows}\n`);
    expect(table.found.map(({ path, split }) => [path, split])).toEqual([
      ['a.jpg', 'train'],
      ['b.jpg', 'valid'],
      ['c.jpg', 'test'],
      ['d.jpg', 'valid'],
      ['e.jpg', undefined],
    ]);
    expect(table.decides).toContain('the column "Split" the sides');
    expect(table.decides).toContain('1 picture is the test, looked at once, when a training has ended');
    expect(rowsOf('file,label,is_valid\na.jpg,cat,False\nb.jpg,cat,True\n')).toEqual([
      'a.jpg cat train',
      'b.jpg cat valid',
    ]);
  });
});

describe('sides of published sets', () => {
  it('FER2013: Usage, whose PublicTest is for validation; another Usage says nothing', () => {
    const fer = 'image,emotion_label,Usage\na.jpg,0,Training\nb.jpg,1,PublicTest\nc.jpg,1,PrivateTest\n';
    const table = read(fer.replace('emotion_label', 'label'));
    expect(table.found.map(({ path, split }) => [path, split])).toEqual([
      ['a.jpg', 'train'],
      ['b.jpg', 'valid'],
      ['c.jpg', 'test'],
    ]);
    expect(table.decides).toContain('the column "Usage" the sides.');
    expect(table.decides).toContain('1 picture is the test');
    expect(rowsOf('image,label,usage\na.jpg,0,commercial\nb.jpg,1,train\n')).toEqual(['a.jpg 0', 'b.jpg 1']);
    expect(rowsOf('image,label,phase\na.jpg,0,train\nb.jpg,1,val\n')).toEqual([
      'a.jpg 0 train',
      'b.jpg 1 valid',
    ]);
  });

  it.each(['partition', 'split'])('CelebA and WILDS: 0, 1 and 2 in %s are train, valid and test', (name) => {
    const table = read(`image_id,label,${name}\na.jpg,1,0\nb.jpg,-1,1\nc.jpg,1,2.0\nd.jpg,-1,0\n`);
    expect(table.found.map(({ path, split }) => [path, split])).toEqual([
      ['a.jpg', 'train'],
      ['b.jpg', 'valid'],
      ['c.jpg', 'test'],
      ['d.jpg', 'train'],
    ]);
    expect(table.decides).toContain(`"${name}" the sides (0 train, 1 valid, 2 test).`);
    // Of two numbers, or from 1, nobody can tell.
    for (const numbers of ['01', '12', '123'])
      expect(
        refusal(
          `image_id,label,${name}\n${[...numbers].map((n, i) => `${'abc'[i]}.jpg,x,${n}`).join('\n')}\n`,
        ),
      ).toMatch(/"[0-3]" is no side of a split: expected train, valid or test/);
  });
});

it('names of columns are read as programs write them, and one that is like a label is named', () => {
  expect(rowsOf('ImageID,Source,LabelName\na,verification,/m/01\nb,verification,/m/02\n')).toEqual([
    'a.jpg /m/01',
    'b.jpg /m/02',
  ]);
  expect(refusal('path,noisy_labels_0,noisy_labels_5,is_valid\na.jpg,n01,n02,False\n')).toContain(
    'If "noisy_labels_0" or "noisy_labels_5" is the label, call it label.',
  );
});

it('Label Studio: what was uploaded is found under its own name, or under the one that it was given', () => {
  writeFileSync(join(folder, '0a1b2c3d-e.jpg'), '');
  const upload = '/data/upload/1/';
  expect(
    rowsOf(
      `image,id,choice\n${upload}1a2b3c4d-a.jpg,1,Cat\n${upload}0a1b2c3d-e.jpg,2,Dog\n${upload}1a2b3c4d-z.jpg,3,Dog\n`,
    ),
  ).toEqual(['a.jpg Cat', '0a1b2c3d-e.jpg Dog']);
  rmSync(join(folder, '0a1b2c3d-e.jpg'));
});

it('pixels as numbers are refused by the name of their columns', () => {
  const row = (value: (i: number) => string | number) =>
    Array.from({ length: 784 }, (_, i) => value(i)).join();
  for (const [table, what] of [
    ['emotion,pixels,Usage\n0,70 80 82,Training\n', 'the column "pixels"'],
    [`label,${row((i) => `pixel${i + 1}`)}\n3,${row(() => 0)}\n`, '784 columns such as "pixel1"'],
    [`label,${row((i) => `${Math.floor(i / 28) + 1}x${(i % 28) + 1}`)}\n`, '784 columns such as "1x1"'],
    [`5,${row((i) => i % 256)}\n`, '785 columns such as "5"'],
  ] as const)
    expect(refusal(table)).toContain(
      `holds the pixels of pictures as numbers (${what}), which are not read: write each row as a picture (PNG)`,
    );
});

it('validation is chosen where no row says what it is: what is kept for a test does not become that', () => {
  expect(rowsOf('file,label,split\na.jpg,cat,train\nb.jpg,dog,train\nc.jpg,cat,test\n')).toEqual([
    'a.jpg cat',
    'b.jpg dog',
    'c.jpg cat test',
  ]);
});

describe('columns that are no labels', () => {
  it('coordinates, and flags of rows', () => {
    expect(refusal('file,x,y\na.jpg,12,40\nb.jpg,13,41\n')).toMatch(/expected one called path/);
    for (const header of [
      'file,x,y',
      'file,is_train,is_test',
      'file,checked,is_blurry',
      'file,fold,verified',
    ])
      expect(refusal(`${header}\na.jpg,1,0\nb.jpg,0,1\n`)).toMatch(/expected one called path/);
    expect(rowsOf('file,cat,dog,is_blurry\na.jpg,1,0,1\nb.jpg,0,1,0\n')).toEqual(['a.jpg cat', 'b.jpg dog']);
    expect(rowsOf('file,is_cat,is_dog\na.jpg,1,0\nb.jpg,0,1\n')).toEqual(['a.jpg is_cat', 'b.jpg is_dog']);
    for (const box of ['x,y,w,h', 'left,top,right,bottom', 'x1,y1,x2,y2'])
      expect(read(`file,label,${box}\na.jpg,cat,1,2,3,4\n`).doubt).toContain('parts of pictures');
  });

  it('valid may mean usable, and is_test a side: neither is guessed', () => {
    expect(refusal('file,label,valid\na.jpg,cat,1\nb.jpg,dog,0\n')).toMatch(/call it is_valid/);
    expect(refusal('file,label,is_test\na.jpg,cat,1\nb.jpg,dog,0\n')).toMatch(/Write a column split/);
    expect(rowsOf('file,label,is_valid\na.jpg,cat,0.0\nb.jpg,cat,1.0\n')).toEqual([
      'a.jpg cat train',
      'b.jpg cat valid',
    ]);
  });

  it.each(['certainty', 'label_confidence', 'Confidence (%)', 'prob_cat', 'top1_conf', 'p', 'predictedProb'])(
    '%s is how sure a program was',
    (name) => expect(read(`file,label,${name}\na.jpg,cat,0.9\n`).doubt).toContain(name),
  );

  it('of classes are doubted where all of them are called so', () => {
    const rows = 'a.jpg,1,0\nb.jpg,0,1\n';
    expect(read(`file,score,dog\n${rows}`).doubt).toBeUndefined();
    expect(read(`file,prob_cat,prob_dog\n${rows}`).doubt).toContain('column "prob_cat"');
  });

  it('names of output, in any case', () => {
    for (const name of ['sampleSubmission', 'MYSUBMISSION', 'inference', 'myPreds', 'results2'])
      expect([name, isOutputName(`${name}.csv`)]).toEqual([name, true]);
    expect(isOutputName('labels.csv')).toBe(false);
  });
});

describe('what a program guessed', () => {
  it('is no label, whatever the file is called', () => {
    const rows = 'file,model,label,probability,error\na.jpg,m/1,cat,0.9,\n';
    expect(refusal(rows)).toMatch(/column "probability": a program guessed its labels/);
    const line = '{"file":"a.jpg","model":"m/1","label":"cat","probability":0.9,"predictions":[]}\n';
    expect(refusal(line, 'x.jsonl')).toMatch(/a program guessed its labels/);
  });

  it('or may have guessed is doubted', () => {
    expect(read('file,label,confidence\na.jpg,cat,0.9\n').doubt).toContain('column "confidence"');
    expect(read('file,class,xmin,ymin\na.jpg,cat,1,2\n').doubt).toContain('parts of pictures');
  });
});

it('says which columns decide, and counts rows without pictures and pictures without rows', () => {
  const { decides, problems } = read('file,label\na.jpg,cat\na.jpg,cat\nz.jpg,cat\nc.jpg,\n,dog\n');
  expect(decides).toBe(
    '5 rows: the column "label", for the files of the column "file". 1 row without a picture, 4 pictures without a row.',
  );
  expect(problems.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
    'c.jpg: has no label in row 5 of labels.csv',
    'row 6 of labels.csv: has no path: ", dog"',
    'a.jpg: listed more than once in labels.csv',
    'z.jpg: listed in row 4 of labels.csv, but not there',
  ]);
});

it('labels are composed: é is one letter, however a Mac stores it', () => {
  expect(rowsOf('file,label\na.jpg,caf\u00e9\nb.jpg,cafe\u0301\n')).toEqual([
    'a.jpg caf\u00e9',
    'b.jpg caf\u00e9',
  ]);
});

it('addresses in place of files are named', () => {
  expect(refusal('url,label\nhttps://a.org/1.jpg,cat\n')).toMatch(/has the columns "url", "label"/);
  expect(refusal('image,label\nhttps://a.org/1.jpg,cat\n')).toMatch(/Fetch what is at these addresses first/);
});

it('a name whose accents are stored in another way is the same name, also beside one in upper case', () => {
  for (const name of ['cafe\u0301.png', 'CAF\u00c9.png']) writeFileSync(join(folder, name), '');
  expect(rowsOf('file,label\ncaf\u00e9.png,cat\n')).toEqual(['cafe\u0301.png cat']);
});

it('several files that a path could mean are named', () => {
  for (const name of ['Two.png', 'two.PNG']) writeFileSync(join(folder, name), '');
  expect(read('file,label\na.jpg,cat\ntwo.png,cat\n').problems).toEqual([
    { path: 'two.png', reason: 'listed in row 3 of labels.csv, but could be Two.png or two.PNG' },
  ]);
  expect(refusal('file,label\ntwo.png,cat\n')).toMatch(
    / two\.png: listed in row 2 of labels\.csv, but could be Two\.png or two\.PNG\.$/,
  );
});

describe('paths', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'trainyard-paths-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  /** What a table of these paths finds, with all that is said of it. */
  const located = (files: readonly string[], cells: readonly string[], table = 'labels.csv') => {
    for (const file of files) {
      mkdirSync(join(root, dirname(file)), { recursive: true });
      writeFileSync(join(root, file), '');
    }
    mkdirSync(join(root, dirname(table)), { recursive: true });
    writeFileSync(join(root, table), `file,label\n${cells.map((cell) => `${cell},cat\n`).join('')}`);
    const { found, problems, notes } = readTable(join(root, table));
    return [
      ...found.map(({ path }) => path),
      ...problems.map(({ path, reason }) => `${path}: ${reason}`),
      ...notes.map((note) => note.replaceAll(root, 'ROOT')),
    ];
  };

  it.each([
    [
      'above, and below',
      ['a.jpg', 's/t/b.jpg'],
      ['../a.jpg', 't/b.jpg', 't/../../a.jpg', './t/./b.jpg'],
      's/labels.csv',
      [
        '../a.jpg',
        't/b.jpg',
        '../a.jpg: listed more than once in labels.csv',
        't/b.jpg: listed more than once in labels.csv',
      ],
    ],
    [
      'a name as it is, beside one in another case',
      ['x.png', 'X.PNG'],
      ['x.png', 'X.PNG'],
      'labels.csv',
      ['x.png', 'X.PNG'],
    ],
    [
      'an ending that is left out, of one picture',
      ['x.png', 'x.txt', 'y.png', 'y.jpg', 'z.txt'],
      ['x', 'y', 'z'],
      'labels.csv',
      [
        'x.png',
        'y: listed in row 3 of labels.csv, but could be y.jpg or y.png',
        'z: listed in row 4 of labels.csv, but not there',
      ],
    ],
    [
      'in the only folder that has it',
      ['a/1.jpg', 'b/2.jpg', 'b/sub/3.jpg', '.git/4.jpg', 'c.jpg'],
      ['1.jpg', '2.jpg', 'sub/3.jpg', '4.jpg', 'c.jpg'],
      'labels.csv',
      [
        'a/1.jpg',
        'b/2.jpg',
        'b/sub/3.jpg',
        'c.jpg',
        '4.jpg: listed in row 5 of labels.csv, but not there',
        'Files are in a/, b/, which the paths do not say.',
      ],
    ],
    [
      'in several folders',
      ['a/1.jpg', 'b/1.jpg', 'c/1.jpg', 'd/1.jpg', 'e/2.jpg'],
      ['1.jpg', '2.jpg'],
      'labels.csv',
      [
        'e/2.jpg',
        '1.jpg: listed in row 2 of labels.csv, but is in several folders: a/1.jpg, b/1.jpg, c/1.jpg',
        'Files are in e/, which the paths do not say.',
      ],
    ],
    [
      'in the folder called as the table',
      ['train/1.jpg', 'test/1.jpg', 'test/2.jpg'],
      ['1.jpg', '2.jpg'],
      'train_labels.csv',
      ['train/1.jpg', 'test/2.jpg', 'Files are in test/, train/, which the paths do not say.'],
    ],
    [
      'of another machine',
      ['x/1.jpg', 'x/2.jpg'],
      ['/home/me/data/x/1.jpg', '/home/me/data/x/2.jpg', '/home/you/x/1.jpg'],
      'labels.csv',
      [
        'x/1.jpg',
        'x/2.jpg',
        '/home/you/x/1.jpg: listed in row 4 of labels.csv, but not there',
        'Paths begin with /home/me/data/, which is read as ROOT/.',
      ],
    ],
    [
      'no address after all',
      ['%zz.jpg', 'a%20b.jpg', 'c d.jpg'],
      ['%zz.jpg', 'a%20b.jpg', 'c%20d.jpg', '%E9.jpg'],
      'labels.csv',
      ['%zz.jpg', 'a%20b.jpg', 'c d.jpg', '%E9.jpg: listed in row 5 of labels.csv, but not there'],
    ],
    [
      'Label Studio, in several folders',
      ['a/1a2b3c4d-x.jpg', 'b/1a2b3c4d-x.jpg', 'a/y.jpg', 'z.jpg', 'b/z.jpg'],
      [
        '/data/upload/1a2b3c4d-x.jpg',
        '/data/upload/3/1a2b3c4d-y.jpg',
        '/data/upload/1a2b3c4d-z.jpg',
        '/data/upload/x-y.jpg',
      ],
      'labels.csv',
      [
        'a/y.jpg',
        '/data/upload/1a2b3c4d-x.jpg: listed in row 2 of labels.csv, but is in several folders',
        '/data/upload/1a2b3c4d-z.jpg: listed in row 4 of labels.csv, but is in several folders',
        '/data/upload/x-y.jpg: listed in row 5 of labels.csv, but not there',
      ],
    ],
    [
      'a file, where a folder has the same name; a folder is no picture',
      ['cat.jpg', 'cat/1.jpg', 's/b.jpg', 'x.jpg/1.jpg'],
      ['cat', 'cat/1', 's', '..', 'cat.jpg/', 'cat.jpg/x', 'x.jpg'],
      'labels.csv',
      [
        'cat.jpg',
        'cat/1.jpg',
        ...['s', '..', 'cat.jpg/', 'cat.jpg/x', 'x.jpg'].map(
          (cell, i) => `${cell}: listed in row ${i + 4} of labels.csv, but not there`,
        ),
      ],
    ],
  ] as const)('%s', (_, files, cells, table, expected) => {
    expect(located(files, cells, table)).toEqual(expected);
  });

  it('in many folders: the first of these are named', () => {
    const files = ['a/1.jpg', 'b/2.jpg', 'c/3.jpg', 'd/4.jpg', 'e/5.jpg', 'f/6.jpg'];
    expect(located(files, ['6.jpg', '5.jpg', '4.jpg', '3.jpg', '2.jpg', '1.jpg']).at(-1)).toBe(
      'Files are in a/, b/, c/, d/, e/, which the paths do not say.',
    );
  });

  it('may begin with the name of the table’s own folder', () => {
    const own = basename(root);
    expect(located(['a.jpg'], [`${own}/a.jpg`, `/mnt/${own}/a.jpg`, join(root, 'a.jpg')])).toEqual([
      'a.jpg',
      'a.jpg: listed more than once in labels.csv',
      'a.jpg: listed more than once in labels.csv',
      `Paths begin with /mnt/${own}/, which is read as ROOT/.`,
    ]);
  });
});

describe('a table without a picture says why', () => {
  it.each([
    [
      'no label',
      'file,label\na.jpg,\n',
      'FOLDER/labels.csv lists no picture with a label. a.jpg has no label in row 2 of labels.csv.',
    ],
    [
      'one file that is not there',
      'file,label\nx.jpg,cat\n',
      'The one file that FOLDER/labels.csv lists is not there; paths are relative to FOLDER, and the first is "x.jpg".',
    ],
    [
      'files that are not there',
      'file,label\nx.jpg,cat\ny.jpg,cat\n',
      'None of the 2 files that FOLDER/labels.csv lists is there; paths are relative to FOLDER, and the first is "x.jpg".',
    ],
    [
      'an address',
      'file,label\nhttps://a.org/x.jpg,cat\n',
      'The one file that FOLDER/labels.csv lists is not there; paths are relative to FOLDER, and the first is "https://a.org/x.jpg". Fetch what is at these addresses first, and name the files.',
    ],
    ['nothing', 'file,label\n', 'FOLDER/labels.csv lists no picture with a label.'],
    [
      'columns, many',
      `${Array.from({ length: 13 }, (_, i) => `c${i}`).join()}\n1\n`,
      'FOLDER/labels.csv has the columns "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", ...; expected one called path, file or filename and one called label, class or category; or no header and two columns, paths relative to FOLDER and labels. --label names another column, or several.',
    ],
    [
      'a column like a label, and a category',
      'path,my_label,category_id,x\na.jpg,1,2,3\n',
      'FOLDER/labels.csv has the columns "path", "my_label", "category_id", "x"; expected one called path, file or filename and one called label, class or category; or no header and two columns, paths relative to FOLDER and labels. --label names another column, or several. If "my_label" or "category_id" is the label, call it label.',
    ],
  ])('%s', (_, content, expected) => {
    expect(refusal(content).replaceAll(folder, 'FOLDER')).toBe(expected);
  });
});

it('a table of many rows, most of them about the same pictures, is read', () => {
  const rows = 'a.jpg,cat\nb.jpg,dog\n'.repeat(100_000);
  const { found, problems } = read(`file,label\n${rows}`);
  expect(found).toHaveLength(2);
  expect(problems).toHaveLength(199_998);
});
