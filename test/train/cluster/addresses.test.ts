// Who trains together, from options and from TF_CONFIG: places, and the words for what is none.
import { describe, expect, it } from 'vitest';
import { isPrivate, placeOf } from '../../../train/cluster/addresses.ts';

const addresses = ['one:2222', 'two:2222'];

describe('placeOf', () => {
  it('reads the options, whatever TF_CONFIG says', () => {
    const environment = { TF_CONFIG: 'not JSON' };
    expect(placeOf({ cluster: 'one:2222, two:2222', task: '1' }, environment)).toEqual({
      addresses,
      task: 1,
    });
    expect(placeOf({ cluster: '[::1]:80,10.0.0.2:65535', task: '0' }, {})?.addresses).toEqual([
      '[::1]:80',
      '10.0.0.2:65535',
    ]);
    expect(placeOf({}, {})).toBeUndefined();
  });

  it.each([
    [{ cluster: 'one:2222' }, '--cluster names one task alone'],
    [{ cluster: 'one:2222,one:2222', task: '0' }, '--cluster names one:2222 twice'],
    [{ cluster: 'one,two:2222', task: '0' }, '--cluster has "one": expected host:port'],
    [{ cluster: 'one:0,two:2222', task: '0' }, '--cluster has "one:0"'],
    [{ cluster: 'one:65536,two:2222', task: '0' }, '--cluster has "one:65536"'],
    [{ cluster: 'http://one:2222,two:2222', task: '0' }, '--cluster has "http://one:2222"'],
    [{ cluster: 'one:2222,', task: '0' }, '--cluster has ""'],
    [{ cluster: 'one:2222,two:2222' }, '--task says which of them this machine is: a number from 0 to 1'],
    [{ cluster: 'one:2222,two:2222', task: '2' }, /--task.*2/],
    [{ task: '1' }, '--task 1 says which of several machines this is'],
  ])('refuses %j', (options, message) => {
    expect(() => placeOf(options, {})).toThrow(message);
  });

  const config = (cluster: object, type: string, index: number | string) => ({
    TF_CONFIG: JSON.stringify({ cluster, task: { type, index } }),
  });

  // As https://www.tensorflow.org/guide/distributed_training has it: a chief is the first of all.
  it.each([
    [config({ worker: addresses }, 'worker', 1), { addresses, task: 1 }],
    [config({ worker: addresses }, 'worker', '1'), { addresses, task: 1 }],
    [
      config({ chief: ['zero:1'], worker: addresses }, 'worker', 0),
      { addresses: ['zero:1', ...addresses], task: 1 },
    ],
    [
      config({ chief: ['zero:1'], worker: addresses }, 'chief', 0),
      { addresses: ['zero:1', ...addresses], task: 0 },
    ],
    [config({ worker: ['one:2222'] }, 'worker', 0), undefined],
    [{ TF_CONFIG: '' }, undefined],
  ])('reads TF_CONFIG %j', (environment, place) => {
    expect(placeOf({}, environment)).toEqual(place);
  });

  it.each([
    [
      { TF_CONFIG: '{' },
      'TF_CONFIG is {, which is not what TensorFlow writes: expected {"cluster": {"worker":',
    ],
    [{ TF_CONFIG: '[]' }, 'TF_CONFIG is [], which'],
    [config({ worker: addresses }, 'worker', -1), 'which is not what TensorFlow writes'],
    [config({ worker: addresses, ps: ['three:1'] }, 'worker', 0), 'TF_CONFIG has tasks of the kind ps'],
    [
      config({ worker: addresses }, 'worker', 2),
      'TF_CONFIG says that this is worker 2, which is not in its cluster',
    ],
    [config({ worker: addresses }, 'evaluator', 0), 'TF_CONFIG says that this is evaluator 0'],
    [config({ worker: ['one:1', 'two'] }, 'worker', 0), 'TF_CONFIG has "two": expected host:port'],
  ])('refuses TF_CONFIG %j', (environment, message) => {
    expect(() => placeOf({}, environment)).toThrow(message);
  });
});

describe('isPrivate', () => {
  // https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-special-registry
  it.each([
    '127.0.0.1:1',
    '10.1.2.3:1',
    '172.16.0.1:1',
    '172.31.9.9:1',
    '192.168.0.1:1',
    '169.254.1.1:1',
    '100.64.0.1:1',
    '100.127.0.1:1',
    '[::1]:1',
    '[fd00::1]:1',
    '[fe80::1]:1',
    'localhost:1',
    'trainer-0:1',
    'trainer-0.trainer.default.svc.cluster.local:1',
  ])('%s is', (address) => expect(isPrivate(address)).toBe(true));
  it.each([
    '8.8.8.8:1',
    '172.15.0.1:1',
    '172.32.0.1:1',
    '192.169.0.1:1',
    '100.63.0.1:1',
    '100.128.0.1:1',
    '[2001:db8::1]:1',
    'train.example.com:1',
  ])('%s is not', (address) => expect(isPrivate(address)).toBe(false));
});
