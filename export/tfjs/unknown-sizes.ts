// Layers of tfjs that take a size that varies for zero when they are put together, and then find theirs to be negative.
import { tf } from '../../train/graph/tensorflow.ts';

type Shape = (number | null)[];
type ShapeOf = (shape: Shape) => Shape;

/** Runs `load` while Cropping2D, of which tfjs says `Negative dimension size`, leaves sizes open that vary. */
export async function withUnknownSizes<T>(load: () => Promise<T>): Promise<T> {
  // The border with tfjs, which does not export the classes of its layers.
  const [layer] = tf.serialization.SerializationMap.getMap().classNameMap.Cropping2D ?? [];
  const prototype: object = Reflect.get(Object(layer), 'prototype') ?? {};
  const own = Reflect.get(prototype, 'computeOutputShape') as ShapeOf;
  Reflect.set(prototype, 'computeOutputShape', function (this: object, shape: Shape) {
    return own.call(this, shape).map((size, axis) => (shape[axis] === null ? null : size));
  });
  try {
    return await load();
  } finally {
    Reflect.set(prototype, 'computeOutputShape', own);
  }
}
