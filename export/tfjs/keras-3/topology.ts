// The topology of a model.json that was converted from Keras 3, as tfjs reads it, which knows the form of Keras 2.
import { UserError } from '../../../models/errors.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { activationOf } from './activations.ts';
import { substituteOf } from './layers.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Whether a topology is of Keras 3: by the version that it names, or by what only Keras 3 writes. */
export function isKeras3(topology: Fields): boolean {
  const { keras_version } = topology;
  if (typeof keras_version === 'string') return Number.parseInt(keras_version, 10) >= 3;
  return JSON.stringify(topology).includes('"__keras_tensor__"');
}

/** @throws UserError for a layer that tfjs has not, or that it computes in another way. */
export function fromKeras3(topology: Fields): Fields {
  const { model_config, ...rest } = topology;
  if (isFields(model_config)) return { ...rest, model_config: layerOf(model_config) };
  return layerOf(topology);
}

/** A layer, or a model, which is a layer of layers. */
function layerOf(layer: Fields): Fields {
  const { class_name, config, inbound_nodes, name } = layer;
  const fields = isFields(config) ? config : {};
  const className = String(class_name);
  const called = String(name ?? fields.name ?? className);
  const substitute = substituteOf(className, fields);
  if (typeof substitute === 'string') throw refused(called, className, substitute);
  const known = substitute?.className ?? className;
  if (!(known in tf.serialization.SerializationMap.getMap().classNameMap))
    throw refused(called, className, 'tfjs does not have it');
  const own = substitute?.config ?? fields;
  const isModel = Array.isArray(own.layers);
  return {
    class_name: known,
    config: isModel ? modelConfig(own) : configOf(called, className, own),
    ...(name !== undefined && { name }),
    ...(Array.isArray(inbound_nodes) && {
      inbound_nodes: inbound_nodes.map((node) => callOf(called, className, node)),
    }),
  };
}

function modelConfig(config: Fields): Fields {
  const layers = listOf(config.layers).filter(isFields);
  const models = new Set(
    layers.filter((layer) => isFields(layer.config) && Array.isArray(layer.config.layers)).map(nameOf),
  );
  const made = layers.map(layerOf).map((layer) => withLaterCalls(layer, models));
  const { build_input_shape: shape } = config;
  const [first, ...others] = made;
  // A Sequential that learned the shape of its input from its first call.
  const begins = first === undefined || first.class_name === 'InputLayer' || !Array.isArray(shape);
  const all = begins
    ? made
    : [{ ...first, config: { ...fieldsOf(first.config), batch_input_shape: shape } }, ...others];
  return {
    name: config.name,
    layers: all,
    ...(config.input_layers !== undefined && { input_layers: ends(config.input_layers, models) }),
    ...(config.output_layers !== undefined && { output_layers: ends(config.output_layers, models) }),
  };
}

/** Inputs or outputs of a model: one of them, a list or a record. */
function ends(value: unknown, models: ReadonlySet<string>): unknown[] {
  const all = isFields(value) ? Object.values(value) : listOf(value);
  const several = all.every(Array.isArray) ? all : [all];
  return several.map((end) => laterCall(listOf(end), models));
}

/** tfjs counts the model itself as the first call of a model. */
function laterCall([layer, call, ...rest]: readonly unknown[], models: ReadonlySet<string>): unknown[] {
  return [layer, models.has(String(layer)) ? Number(call) + 1 : call, ...rest];
}

function withLaterCalls(layer: Fields, models: ReadonlySet<string>): Fields {
  const calls = layer.inbound_nodes;
  if (!Array.isArray(calls)) return layer;
  const inbound_nodes = calls.map((inputs) =>
    listOf(inputs).map((input) => laterCall(listOf(input), models)),
  );
  return { ...layer, inbound_nodes };
}

/** A call `{args, kwargs}` as a list of `[layer, call, output, kwargs]`. */
function callOf(layer: string, className: string, node: unknown): unknown {
  if (!isFields(node)) return node;
  const kwargs = Object.entries(fieldsOf(node.kwargs)).filter(([, value]) => value !== null);
  const tensors = tensorsIn(node.args);
  if (tensors === undefined || kwargs.some(([, value]) => tensorsIn(value)?.length !== 0))
    throw refused(layer, className, 'it is called with more than the results of other layers');
  const ranks = new Set(tensors.map(({ shape }) => listOf(shape).length));
  if (ranks.size > 1) throw refused(layer, className, 'its inputs have different numbers of axes');
  const given = Object.fromEntries(kwargs);
  return tensors.map(({ keras_history: history }) => [...listOf(history), given]);
}

/** The results of layers among the arguments of a call; undefined where there are other things. */
function tensorsIn(value: unknown): Fields[] | undefined {
  if (value === null || typeof value === 'boolean') return [];
  if (Array.isArray(value)) {
    const all = value.map(tensorsIn);
    return all.every((each) => each !== undefined) ? all.flat() : undefined;
  }
  if (isFields(value) && value.class_name === '__keras_tensor__') return [fieldsOf(value.config)];
  return undefined;
}

/** The settings of a layer. Weights are read, so that nothing else need begin them. */
function configOf(layer: string, className: string, config: Fields): Fields {
  // tfjs writes every loop out, and warns where it is told to.
  const settings = Object.entries(config).filter(([key]) => key !== 'unroll');
  const entries = settings.map(([key, value]): [string, unknown] => {
    if (key === 'batch_shape') return ['batch_input_shape', value];
    if (key === 'dtype') return [key, dtypeOf(value)];
    if (/_?initializer$/.test(key)) return [key, value && { class_name: 'Zeros', config: {} }];
    if (/_?(regularizer|constraint)$/.test(key)) return [key, null];
    if (/(^|_)activation$/.test(key)) {
      const known = activationOf(value);
      if (known === undefined)
        throw refused(layer, className, `tfjs has no activation ${JSON.stringify(value)}`);
      return [key, known];
    }
    return [key, settingOf(value)];
  });
  return Object.fromEntries(entries);
}

/** Another layer, such as that of Bidirectional, or a tuple, or the value as it is. */
function settingOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(settingOf);
  if (!isFields(value)) return value;
  if (value.class_name === '__tuple__') return settingOf(value.items ?? fieldsOf(value.config).value);
  if (value.class_name === '__numpy__') return fieldsOf(value.config).value;
  return isFields(value.config) && value.class_name !== undefined ? layerOf(value) : value;
}

/** A type or a policy: tfjs computes in float32 and int32. */
function dtypeOf(value: unknown): unknown {
  const name = isFields(value) ? String(fieldsOf(value.config).name) : String(value);
  if (value === null || /float/.test(name)) return 'float32';
  return /^u?int/.test(name) ? 'int32' : name;
}

function refused(layer: string, className: string, why: string): UserError {
  return new UserError(
    `Layer ${layer} is ${className} of Keras 3, and ${why}. Write a SavedModel in Keras instead, with model.export('folder'), and export that folder.`,
  );
}

function nameOf({ name, config }: Fields): string {
  return String(name ?? fieldsOf(config).name);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
