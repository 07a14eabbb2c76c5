// What is promised of each method over gRPC, without a server: whom it lets in, how much it reads, what it answers. Messages are
// written and read by protobuf.js.
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import type { ServedModel } from '../../../serve/engine/models.ts';
import type { PictureResult } from '../../../serve/engine/picture-states.ts';
import { type Call, grpcMethods, type MethodServices } from '../../../serve/grpc/methods.ts';
import { Refusal } from '../../../serve/refusal.ts';
import { NO_CONTROL } from '../../../serve/routes/repository.ts';
import { defaultLimits } from '../../../serve/settings/limits.ts';
import { version as ownVersion } from '../../../setup/paths.mjs';
import { model } from '../openinference/colors.ts';

const { root } = protobuf.parse(
  `syntax = "proto3";
  message Empty {}
  message Live { bool live = 1; }
  message Ready { bool ready = 1; }
  message Named { string name = 1; string version = 2; }
  message Server { string name = 1; string version = 2; repeated string extensions = 3; }
  message Tensor { string name = 1; string datatype = 2; repeated int64 shape = 3; }
  message Model { string name = 1; repeated string versions = 2; string platform = 3; repeated Tensor inputs = 4; repeated Tensor outputs = 5; }
  message IndexRequest { string repository_name = 1; bool ready = 2; }
  message Entry { string name = 1; string version = 2; string state = 3; string reason = 4; }
  message Index { repeated Entry models = 1; }
  message Parameter { oneof c { string string_param = 3; } }
  message ControlRequest { string repository_name = 1; string model_name = 2; map<string, Parameter> parameters = 3; }
  message Control { string model_name = 1; bool done = 2; }
  message Health { string service = 1; }
  message Status { int32 status = 1; }
  message Input { string name = 1; string datatype = 2; repeated int64 shape = 3; }
  message InferRequest { string model_name = 1; string model_version = 2; string id = 3; repeated Input inputs = 5; repeated bytes raw_input_contents = 7; }
  message Output { string name = 1; repeated int64 shape = 3; }
  message Infer { string model_name = 1; string model_version = 2; string id = 3; repeated Output outputs = 5; repeated bytes raw_output_contents = 6; }`,
  { keepCase: true },
);

const older: ServedModel = { ...model, version: 2 };
const loading = { name: 'colors', version: 4, reason: 'it is read', loading: true };

/** Methods of a server, and what they did. */
function open(given: { ready?: boolean; control?: boolean; limits?: Partial<typeof defaultLimits> } = {}) {
  const { ready = true, control = true, limits } = given;
  const done: unknown[] = [];
  const result: PictureResult = {
    output: Float32Array.of(0.5, 0.25, 0.25),
    ...{ timings: { decode: 0, prepare: 0, queue: 0, run: 1 }, batch: 1 },
  };
  const services: Pick<MethodServices, 'limits' | 'control' | 'log'> & { engine: object } = {
    engine: {
      models: () => [older, model],
      absent: () => [loading],
      defaultModel: () => model,
      ready: () => ready,
      classify: async (asked: ServedModel) => {
        done.push(['classify', asked.version]);
        return result;
      },
    },
    limits: { ...defaultLimits, ...limits },
    control: control
      ? {
          load: async (name) => void done.push(['load', name]),
          unload: async (name) => void done.push(['unload', name]),
        }
      : undefined,
    log: (line, { model: named } = {}) => void done.push([line, named]),
  };
  // The methods ask no more of an engine than is there.
  return { methods: grpcMethods(services as MethodServices), done };
}

type Methods = ReturnType<typeof grpcMethods>;
const INFERENCE = '/inference.GRPCInferenceService/';
const asked: string[] = [];
const calling: Call = {
  ...{ gone: () => false, deadline: undefined, owner: 'ada', allowance: undefined },
  asks: (name) => void asked.push(name),
};

async function ask(
  methods: Methods,
  name: string,
  [request, response]: readonly [request: string, response: string],
  message: object = {},
  call: Call = calling,
) {
  const [sent, got] = [root.lookupType(request), root.lookupType(response)];
  const method = methods.get(name.startsWith('/') ? name : INFERENCE + name);
  const bytes = await method?.answer(new Uint8Array(sent.encode(sent.fromObject(message)).finish()), call);
  return got.toObject(got.decode(bytes ?? Buffer.of(255)), { longs: Number, arrays: true, defaults: true });
}

test('health and life are open, loading asks for its own key, all else for one', () => {
  const { methods } = open({ limits: { bodyBytes: 12_345 } });
  const of = (access: string) =>
    [...methods].flatMap(([path, method]) => (method.access === access ? [path.split('/').at(-1)] : []));
  expect(of('open')).toEqual(['ServerLive', 'ServerReady', 'Check']);
  expect(of('models')).toEqual(['RepositoryModelLoad', 'RepositoryModelUnload']);
  expect(of('key')).toEqual([
    ...['ServerMetadata', 'ModelReady', 'ModelMetadata', 'RepositoryIndex', 'ModelInfer'],
  ]);
  for (const [path, { most, pictures = false }] of methods) {
    const infers = path.endsWith('/ModelInfer');
    expect([most, pictures], path).toEqual([infers ? 12_345 : 65_536, infers]);
  }
});

test.each([true, false])('life, readiness and health, of a server that is ready: %s', async (ready) => {
  const { methods } = open({ ready });
  expect(await ask(methods, 'ServerLive', ['Empty', 'Live'])).toEqual({ live: true });
  expect(await ask(methods, 'ServerReady', ['Empty', 'Ready'])).toEqual({ ready });
  const health = (service: string) =>
    ask(methods, '/grpc.health.v1.Health/Check', ['Health', 'Status'], { service });
  for (const service of ['', 'inference.GRPCInferenceService'])
    expect(await health(service)).toEqual({ status: ready ? 1 : 2 });
  await expect(health('other')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'there is no service "other", expected "inference.GRPCInferenceService" or ""',
  });
  const modelReady = (name: string, version = '') =>
    ask(methods, 'ModelReady', ['Named', 'Ready'], { name, version });
  for (const version of ['', '2', '3']) expect(await modelReady('colors', version)).toEqual({ ready });
  expect(await modelReady('colors', '4')).toEqual({ ready: false });
  expect(await modelReady('digits')).toEqual({ ready: false });
  for (const wrong of ['new', '1a', 'a1', '-1'])
    await expect(modelReady('colors', wrong)).rejects.toMatchObject({
      status: 400,
      message: `version: received "${wrong}", expected a number such as "1"`,
    });
});

test('the server, its models and its repository are described', async () => {
  const { methods } = open();
  const server = await ask(methods, 'ServerMetadata', ['Empty', 'Server']);
  expect(server).toMatchObject({ name: 'trainyard', version: ownVersion });
  expect(server.extensions).toEqual([
    ...['binary_tensor_data', 'classification', 'model_repository', 'parameters'],
  ]);
  asked.length = 0;
  expect(await ask(methods, 'ModelMetadata', ['Named', 'Model'], { name: 'colors' })).toEqual({
    ...{ name: 'colors', versions: ['2', '3'], platform: 'onnxruntime_onnx' },
    inputs: [{ name: 'image', datatype: 'UINT8', shape: [-1, 1, 2, 3] }],
    outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3] }],
  });
  await ask(methods, 'ModelMetadata', ['Named', 'Model'], { name: 'colors', version: '2' });
  expect(asked).toEqual(['colors/3', 'colors/2']);
  const ready = ['2', '3'].map((version) => ({ name: 'colors', version, state: 'READY', reason: '' }));
  const absent = { name: 'colors', version: '4', state: 'LOADING', reason: 'it is read' };
  const index = (message: object) => ask(methods, 'RepositoryIndex', ['IndexRequest', 'Index'], message);
  expect(await index({})).toEqual({ models: [...ready, absent] });
  expect(await index({ ready: true })).toEqual({ models: ready });
});

describe('loading and unloading', () => {
  test('is done by the name in either field, and is in the log with who asked', async () => {
    const { methods, done } = open();
    const control = ['ControlRequest', 'Control'] as const;
    for (const [field, verb] of [
      ['model_name', 'Load'],
      ['repository_name', 'Unload'],
    ] as const)
      expect(await ask(methods, `RepositoryModel${verb}`, control, { [field]: 'colors' })).toEqual({
        ...{ model_name: 'colors', done: true },
      });
    const nobody = { ...calling, owner: undefined };
    const both = { model_name: 'colors', repository_name: 'other', parameters: { unload_dependents: {} } };
    await ask(methods, 'RepositoryModelLoad', control, both, nobody);
    expect(done).toEqual([
      ['load', 'colors'],
      ['colors: load by ada', 'colors'],
      ['unload', 'colors'],
      ['colors: unload by ada', 'colors'],
      ['load', 'colors'],
      ['colors: load by a request', 'colors'],
    ]);
  });

  test('is refused with a configuration, and where it is not allowed', async () => {
    const { methods, done } = open();
    const message = { model_name: 'colors', parameters: { config: { string_param: '{}' } } };
    const load = ask(methods, 'RepositoryModelLoad', ['ControlRequest', 'Control'], message);
    await expect(load).rejects.toThrow('parameters.config: a model is loaded from its folder');
    expect(done).toEqual([]);
    const without = open({ control: false }).methods;
    const refused = ask(without, 'RepositoryModelUnload', ['ControlRequest', 'Control'], {
      model_name: 'colors',
    });
    await expect(refused).rejects.toEqual(new Refusal(400, NO_CONTROL));
  });
});

test('inference asks the version that is named, of rows no more than may be, and answers as it was asked', async () => {
  const { methods, done } = open({ limits: { rowsPerRequest: 2 } });
  const infer = (rows: number, version = '') =>
    ask(methods, 'ModelInfer', ['InferRequest', 'Infer'], {
      ...{ model_name: 'colors', model_version: version, id: 'seven' },
      inputs: [{ name: 'image', datatype: 'UINT8', shape: [rows, 1, 2, 3] }],
      raw_input_contents: [Buffer.alloc(rows * 6)],
    });
  asked.length = 0;
  const answer = await infer(2, '2');
  expect(answer).toMatchObject({ model_name: 'colors', model_version: '2', id: 'seven' });
  expect(answer.outputs).toEqual([{ name: 'probabilities', shape: [2, 3] }]);
  const [raw] = answer.raw_output_contents as Buffer[];
  expect([raw?.length, raw?.readFloatLE(0), raw?.readFloatLE(20)]).toEqual([24, 0.5, 0.25]);
  expect((await infer(1)).model_version).toBe('3');
  expect([asked, done.map((one) => (one as [string, number])[1])]).toEqual([
    ['colors/2', 'colors/3'],
    [2, 2, 3],
  ]);
  await expect(infer(3)).rejects.toThrow('received 3 rows, expected 1 to 2');
});
