// Which weight of a model.json of Keras 3 belongs to which weight of the layers: Keras puts the names of models before them, or
// writes numbers in place of names.

import type { LayersModel, layers, Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../../models/errors.ts';
import { tf } from '../../../train/graph/tensorflow.ts';

type Layer = layers.Layer;

/**
 * Gives the layers their weights. Within a layer both have them in the same order.
 * @param values - By the names of the file, in its order.
 * @throws UserError when a layer has other weights than the file, or the file has weights of no layer.
 */
export function assignKeras3(model: LayersModel, values: Readonly<Record<string, Tensor>>): void {
  const names = new Set(Object.keys(values));
  const numbered = [...names].some((name) => /(^|\/)vars\/\d+$/.test(name));
  for (const { layer, path, folder } of leavesOf(model, [], '')) {
    const found = numbered ? inFolder(names, folder) : ofLayer(names, layer, path);
    const { weights } = layer;
    if (found.length !== weights.length) throw mismatch(layer, `${weights.length} weights`, found.join(', '));
    weights.forEach((weight, i) => {
      const value = values[found[i] ?? ''];
      if (value === undefined || value.shape.join() !== weight.shape.join())
        throw mismatch(layer, `${weight.originalName} [${weight.shape}]`, `${found[i]} [${value?.shape}]`);
      weight.write(tf.cast(value, weight.dtype));
    });
    for (const name of found) names.delete(name);
  }
  const [left] = names;
  if (left !== undefined)
    throw new UserError(`The file has ${left}, a weight of no layer of its model.json.`);
}

interface Leaf {
  readonly layer: Layer;
  /** The names of the models that it is in. */
  readonly path: readonly string[];
  /** Where a .keras file has it: by the names of classes, counted in each model. */
  readonly folder: string;
}

function leavesOf(model: LayersModel, path: readonly string[], folder: string): Leaf[] {
  const counts = new Map<string, number>();
  return model.layers.flatMap((layer): Leaf[] => {
    const base = snakeCase(layer.getClassName());
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    const own = `${folder}layers/${count === 0 ? base : `${base}_${count}`}/`;
    if ('layers' in layer) return leavesOf(layer as LayersModel, [...path, layer.name], own);
    return layer.weights.length === 0 ? [] : [{ layer, path, folder: own }];
  });
}

/** As Keras names folders after classes: `Conv2D` is conv2d, `BatchNormalization` batch_normalization. */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** Numbered weights, and those of cells and layers within the layer: forward before backward. */
function inFolder(names: ReadonlySet<string>, folder: string): string[] {
  const rank = (name: string): [number, string, number] => [
    /\/backward_layer\//.test(name) ? 1 : 0,
    name.slice(0, name.lastIndexOf('/')),
    Number(name.slice(name.lastIndexOf('/') + 1)),
  ];
  return [...names]
    .filter((name) => name.startsWith(folder))
    .sort((a, b) => {
      const [x, y] = [rank(a), rank(b)];
      return x[0] - y[0] || (x[1] < y[1] ? -1 : x[1] > y[1] ? 1 : x[2] - y[2]);
    });
}

/** Names with the layer's own in them; where there are several such layers, those with the names of its models as well. */
function ofLayer(names: ReadonlySet<string>, { name, weights }: Layer, path: readonly string[]): string[] {
  const all = [...names].filter((each) => each.split('/').slice(0, -1).includes(name));
  if (all.length <= weights.length) return all;
  const within = all.filter((each) => {
    const tokens = each.split('/');
    return path.every((model) => tokens.includes(model)) || tokens[0] === name;
  });
  return within.length === weights.length ? within : all.filter((each) => each.split('/')[0] === name);
}

function mismatch({ name }: Layer, wants: string, has: string): UserError {
  return new UserError(
    `Layer ${name} wants ${wants}; the weight files have ${has || 'none'}. model.json is damaged, or of another model.`,
  );
}
