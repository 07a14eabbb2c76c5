// Layers of Keras 3 that tfjs computes in another way, or with fewer settings: what stands for them, or why nothing can.

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../../models/errors.ts';
import { tf } from '../../../train/graph/tensorflow.ts';

type Config = Readonly<Record<string, unknown>>;

interface Substitute {
  readonly className: string;
  readonly config: Config;
}

/** In inference their result is their input. */
const AUGMENTATIONS = new Set(
  [
    'Flip',
    'Rotation',
    'Zoom',
    'Translation',
    'Contrast',
    'Brightness',
    'Saturation',
    'Hue',
    'Shear',
    'Grayscale',
  ]
    .map((each) => `Random${each}`)
    .concat(
      'RandomColorJitter',
      'RandomColorDegeneration',
      'RandomSharpness',
      'RandomGaussianBlur',
      'RandomErasing',
    ),
);

/**
 * What to load instead of a layer: undefined for the layer as it is, and a sentence's end where tfjs has nothing like it.
 */
export function substituteOf(className: string, config: Config): Substitute | string | undefined {
  const { groups, negative_slope, threshold, output_padding, rms_scaling, reset_after, keepdims } = config;
  if (AUGMENTATIONS.has(className))
    return { className: 'Activation', config: { name: config.name, dtype: 'float32', activation: 'linear' } };
  if (groups !== undefined && groups !== 1) return `tfjs has no groups (${groups}) in it`;
  if (output_padding !== undefined && output_padding !== null) return 'tfjs has no output_padding in it';
  if (rms_scaling === true) return 'tfjs has no rms_scaling in it';
  if (reset_after === true) return 'tfjs computes it with reset_after=False alone';
  if (className === 'LeakyReLU')
    return { className, config: { ...config, alpha: negative_slope ?? config.alpha } };
  if (className === 'ReLU' && (negative_slope || threshold))
    return 'tfjs has neither negative_slope nor threshold in it';
  if (className === 'Resizing') {
    if (!['bilinear', 'nearest'].includes(String(config.interpolation ?? 'bilinear')) || config.antialias)
      return 'tfjs has bilinear and nearest alone';
    if (config.crop_to_aspect_ratio || config.pad_to_aspect_ratio)
      return 'tfjs has no other proportions in it';
    return registered(KerasResizing(), config);
  }
  if (className === 'UpSampling2D' && config.interpolation !== 'nearest')
    return config.interpolation === 'bilinear'
      ? registered(KerasUpSampling(), config)
      : 'tfjs has bilinear and nearest alone';
  if (className === 'CenterCrop') return registered(KerasCenterCrop(), config);
  if (className === 'Subtract') return registered(KerasSubtract(), config);
  if (keepdims === true && /^Global(Average|Max)Pooling[123]D$/.test(className))
    return registered(KerasGlobalPooling(), { ...config, largest: className.startsWith('GlobalMax') });
  return undefined;
}

// tfjs is loaded where it is first asked for: a class that extends one of its own is made then.
type LayerClass = ReturnType<
  | typeof KerasResizing
  | typeof KerasUpSampling
  | typeof KerasCenterCrop
  | typeof KerasGlobalPooling
  | typeof KerasSubtract
>;

function registered(made: LayerClass, config: Config): Substitute {
  const { className } = made;
  if (!(className in tf.serialization.SerializationMap.getMap().classNameMap))
    tf.serialization.registerClass(made);
  return { className, config };
}

const only = (inputs: Tensor | Tensor[]): Tensor => {
  const [tensor] = [inputs].flat();
  if (tensor === undefined) throw new Error('a layer has no input');
  return tensor;
};

type Shapes = Parameters<InstanceType<typeof tf.layers.Layer>['computeOutputShape']>[0];

/** Pixels have their centers in the middle; tfjs aligns corners. */
const KerasResizing = () =>
  class extends tf.layers.Layer {
    static readonly className = 'KerasResizing';
    constructor(private readonly settings: { height: number; width: number; interpolation?: string }) {
      super(settings as object);
    }
    override computeOutputShape(shape: Shapes): Shapes {
      const { height, width } = this.settings;
      return [shape[0] as number, height, width, shape[3] as number];
    }
    override call(inputs: Tensor | Tensor[]): Tensor {
      const { height, width, interpolation } = this.settings;
      const resize = interpolation === 'nearest' ? tf.image.resizeNearestNeighbor : tf.image.resizeBilinear;
      return resize(tf.cast(only(inputs), 'float32') as Tensor4D, [height, width], false, true);
    }
  };

const KerasUpSampling = () =>
  class extends tf.layers.Layer {
    static readonly className = 'KerasUpSampling';
    constructor(private readonly settings: { size: [number, number] }) {
      super(settings as object);
    }
    override computeOutputShape(shape: Shapes): Shapes {
      const [batch, height, width, channels] = shape as (number | null)[];
      return [batch, ...larger(this.settings.size, height, width), channels] as Shapes;
    }
    override call(inputs: Tensor | Tensor[]): Tensor {
      const x = only(inputs);
      const size = larger(this.settings.size, x.shape[1], x.shape[2]) as [number, number];
      return tf.image.resizeBilinear(x as Tensor4D, size, false, true);
    }
  };

function larger([down, right]: readonly [number, number], height?: number | null, width?: number | null) {
  return [height ? height * down : null, width ? width * right : null];
}

/** That of tfjs resizes, and changes the shape of what it is given. */
const KerasCenterCrop = () =>
  class extends tf.layers.Layer {
    static readonly className = 'KerasCenterCrop';
    constructor(private readonly settings: { height: number; width: number }) {
      super(settings as object);
    }
    override computeOutputShape(shape: Shapes): Shapes {
      const { height, width } = this.settings;
      return [shape[0] as number, height, width, shape[3] as number];
    }
    override call(inputs: Tensor | Tensor[]): Tensor {
      const x = only(inputs);
      const { height, width } = this.settings;
      const [batch = 1, rows = 1, columns = 1, channels = 1] = x.shape;
      if (rows < height || columns < width)
        throw new UserError(
          `A CenterCrop to ${height}x${width} is given pictures of ${rows}x${columns}, which Keras would enlarge: that is not exported.`,
        );
      const start = [0, Math.floor((rows - height) / 2), Math.floor((columns - width) / 2), 0];
      return tf.slice(x, start, [batch, height, width, channels]);
    }
  };

const KerasSubtract = () =>
  class extends tf.layers.Layer {
    static readonly className = 'KerasSubtract';
    override computeOutputShape(shapes: Shapes): Shapes {
      return shapes[0] as Shapes;
    }
    override call(inputs: Tensor | Tensor[]): Tensor {
      const [a, b] = [inputs].flat();
      if (a === undefined || b === undefined) throw new Error('a difference has two inputs');
      return tf.sub(a, b);
    }
  };

/** The axes of the places stay, with one number each. */
const KerasGlobalPooling = () =>
  class extends tf.layers.Layer {
    static readonly className = 'KerasGlobalPooling';
    constructor(private readonly settings: { largest: boolean }) {
      super(settings as object);
    }
    override computeOutputShape(shape: Shapes): Shapes {
      return shape.map((size, axis) => (axis > 0 && axis < shape.length - 1 ? 1 : size)) as Shapes;
    }
    override call(inputs: Tensor | Tensor[]): Tensor {
      const x = only(inputs);
      const axes = x.shape.map((_, axis) => axis).slice(1, -1);
      return this.settings.largest ? tf.max(x, axes, true) : tf.mean(x, axes, true);
    }
  };
