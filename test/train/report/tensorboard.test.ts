// The event files as TensorFlow's own reader sees them.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readRecord } from '../../../train/report/record.ts';
import { crc32c } from '../../../train/report/tensorboard.ts';
import { python } from '../../python.ts';
import { newRun, temporaryFolder, trainWithReport } from './support.ts';

const folder = temporaryFolder();
afterAll(folder.close);

// The venv has TensorFlow without the packages that its __init__ imports. Its record reader, which checks both
// checksums of every record, and its definition of an event do without them.
const script = `
import sys, json, types, importlib.util
root = importlib.util.find_spec('tensorflow').submodule_search_locations[0]
for name, path in (('tensorflow', root), ('tensorflow.python', root + '/python')):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [path]
from tensorflow.core.util import event_pb2
from tensorflow.python.lib.io import _pywrap_record_io
path, = sys.argv[1:]
scalars, images, versions, logs = {}, [], [], []
for record in _pywrap_record_io.RecordIterator(path, ''):
    event = event_pb2.Event.FromString(record)
    if event.file_version: versions.append(event.file_version)
    if event.HasField('session_log'): logs.append(event.session_log.status)
    for value in event.summary.value:
        if value.HasField('image'):
            png = value.image.encoded_image_string
            images.append([value.tag, value.image.height, value.image.width, int.from_bytes(png[20:24], 'big'), int.from_bytes(png[16:20], 'big')])
        else:
            scalars.setdefault(value.tag, []).append([event.step, value.simple_value])
print(json.dumps({'scalars': scalars, 'images': images, 'versions': versions, 'logs': logs}))
`;

it('has every step and epoch, and the sample batch', async () => {
  const run = newRun(folder.path);
  await trainWithReport(run, { tensorboard: true });
  const [file = ''] = readdirSync(run.folder).filter((name) => name.startsWith('events.out.tfevents.'));
  const output = python(script, [join(run.folder, file)]);
  const { scalars, images, versions, logs } = JSON.parse(output.slice(output.indexOf('{')));
  const { steps, history, tested } = readRecord(run);
  expect(versions).toEqual(['brain.Event:2']);
  expect(logs).toEqual([1]);
  expect(images).toEqual([['sample batch', 4 * 28, 8 * 28, 4 * 28, 8 * 28]]);
  expect(scalars['loss/training step']).toEqual(
    steps.map(({ step, loss }) => [step, expect.closeTo(loss, 5)]),
  );
  expect(scalars['error/validation']).toEqual(
    history.map(({ step, errorRate }) => [step, Math.fround(errorRate)]),
  );
  expect(scalars['error/test']).toEqual([[80, Math.fround(tested?.last.errorRate ?? Number.NaN)]]);
  expect(scalars['error/training']).toHaveLength(2);
});

it('computes the checksum of RFC 3720', () => {
  // Appendix B.4: 32 bytes of zeroes, 32 of ones; and the usual check of "123456789".
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
});
