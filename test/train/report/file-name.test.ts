// A file's name breaks between its parts, and its ending stays whole.
import { expect, it } from 'vitest';
import { fileName } from '../../../train/report/file-name.ts';

it.each([
  ['valid/cat/00294.png', 'valid/<wbr>cat/<wbr>0<span class="whole">0294.png</span>'],
  ['a_b-c d.jpeg', 'a_<wbr>b-<wbr>c <wbr><span class="whole">d.jpeg</span>'],
  ['README', 'RE<span class="whole">ADME</span>'],
  ['<b>.png', '<span class="whole">&lt;b&gt;.png</span>'],
])('%s', (path, expected) => {
  expect(fileName(path).toString()).toBe(expected);
});
