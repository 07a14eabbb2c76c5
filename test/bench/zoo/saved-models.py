"""Writes SavedModels of Keras and of plain TensorFlow, and beside each the answers that TensorFlow itself gives.

python saved-models.py FOLDER [NAME ...]: FOLDER/NAME is a SavedModel, FOLDER/NAME.json its inputs and answers as base64.
Nothing is downloaded: weights are drawn. Without names, all are written.
"""

import base64
import json
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

makers = {}
refused = {}


def model(maker):
    """A maker gives a Keras model, a module with its signatures or what writes one, and inputs in order or by name."""
    makers[maker.__name__.replace('_', '-')] = maker
    return maker


def refused_model(maker):
    """What has loops, strings or random numbers: only its files are written."""
    refused[maker.__name__.replace('_', '-')] = maker
    return maker


def signed(seed, *shape):
    """Negative numbers, zeros, large ones, and a row from each of the usual ranges of pictures."""
    random = np.random.default_rng(seed)
    scales = [1.0, 0.0, -40.0, 255.0]
    return np.stack([random.uniform(0, 1, shape) * scale - (scale == 1.0) * 0.5 for scale in scales]).astype('float32')


def pixels(seed, *shape):
    return np.random.default_rng(seed).integers(0, 256, (4, *shape)).astype('float32')


def tokens(seed, count, *shape):
    return np.random.default_rng(seed).integers(0, count, (4, *shape)).astype('int32')


def drawn(network):
    """Statistics and biases that show when they are mixed up."""
    random = np.random.default_rng(1)
    for variable in network.weights:
        if 'variance' in variable.name or 'gamma' in variable.name:
            variable.assign(random.uniform(0.5, 1.5, variable.shape))
        elif any(word in variable.name for word in ('mean', 'beta', 'bias')):
            variable.assign(random.normal(0, 0.3, variable.shape))
    return network


@model
def sequential():
    network = keras.Sequential([
        layers.Input((12, 12, 3), name='picture'),
        layers.Conv2D(4, 3, padding='same', use_bias=False), layers.BatchNormalization(), layers.ReLU(6.0),
        layers.MaxPooling2D(3, 2, padding='same'), layers.SeparableConv2D(6, 3, strides=2, padding='same'),
        layers.LeakyReLU(0.2), layers.Dropout(0.5), layers.Flatten(), layers.Dense(5, activation='softmax')])
    return drawn(network), [signed(1, 12, 12, 3)]


@model
def functional_residual():
    x = inputs = layers.Input((16, 16, 3))
    x = layers.ZeroPadding2D(((1, 2), (0, 3)))(x)
    x = layers.Conv2D(8, 3, strides=2, padding='same')(x)
    for stride in (1, 2):
        y = layers.Conv2D(8, 3, strides=stride, padding='same')(x)
        y = layers.PReLU(shared_axes=[1, 2])(layers.BatchNormalization()(y))
        x = layers.Add()([layers.Conv2D(8, 1, strides=stride)(x), y])
    pooled = layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
    return drawn(keras.Model(inputs, [layers.Dense(4)(pooled), layers.Dense(1, 'sigmoid')(pooled)])), [signed(2, 16, 16, 3)]


class Attending(keras.Model):
    """A model as a class, whose layers are made where it is called first."""

    def __init__(self):
        super().__init__()
        self.first = layers.Conv2D(6, 3, activation='swish')
        self.gate = keras.Sequential([layers.Dense(2, 'relu'), layers.Dense(6, 'hard_sigmoid')])
        self.last = layers.Dense(3)

    def call(self, picture, training=False):
        x = self.first(picture)
        weights = self.gate(ops.mean(x, axis=(1, 2), keepdims=True))
        return {'classes': self.last(ops.max(x * weights, axis=(1, 2))), 'gate': weights[:, 0, 0]}


@model
def subclassed():
    network = Attending()
    network(np.zeros((1, 9, 9, 3), 'float32'))
    return network, [signed(3, 9, 9, 3)]


@model
def trained():
    """Saved by tf.saved_model.save after training: the optimizer's variables are there, and metrics."""
    network = keras.Sequential([layers.Input((6,)), layers.Dense(5, 'tanh'), layers.BatchNormalization(), layers.Dense(2)])
    network.compile('adam', 'mse', metrics=['mae'])
    network.fit(signed(4, 6) / 255, np.ones((4, 2)), epochs=3, verbose=0)
    network.saved_by = 'tensorflow'
    return network, [signed(5, 6)]


@model
def preprocessing():
    augment = keras.Sequential([layers.RandomFlip(), layers.RandomRotation(0.1), layers.RandomContrast(0.2)])
    x = inputs = layers.Input((20, 24, 3))
    x = layers.CenterCrop(12, 14)(layers.Resizing(16, 18)(x))
    x = augment(x, training=False)
    x = layers.Normalization(mean=[110.0, 120.0, 130.0], variance=[400.0, 500.0, 600.0])(x)
    x = layers.Conv2D(4, 3)(layers.Rescaling(1 / 127.5, offset=-1)(x))
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(x)), [pixels(6, 20, 24, 3)]


@model
def efficientnet():
    network = keras.applications.EfficientNetB0(weights=None, input_shape=(64, 64, 3), classes=7)
    return drawn(network), [pixels(7, 64, 64, 3)]


@model
def efficientnet_v2():
    network = keras.applications.EfficientNetV2B0(weights=None, input_shape=(64, 64, 3), classes=7)
    return drawn(network), [pixels(8, 64, 64, 3)]


@model
def mobilenet_v3():
    network = keras.applications.MobileNetV3Small(weights=None, input_shape=(64, 64, 3), classes=7)
    return drawn(network), [pixels(9, 64, 64, 3)]


def convnext_block(x, width):
    y = layers.DepthwiseConv2D(7, padding='same')(x)
    y = layers.LayerNormalization(epsilon=1e-6)(y)
    y = layers.Dense(4 * width, 'gelu')(y)
    y = layers.Dense(width)(y)
    return layers.Add()([x, y])


@model
def convnext():
    x = inputs = layers.Input((32, 32, 3))
    for width in (8, 16):
        x = layers.Conv2D(width, 4 if width == 8 else 2, strides=4 if width == 8 else 2)(x)
        x = layers.LayerNormalization(epsilon=1e-6)(x)
        x = convnext_block(convnext_block(x, width), width)
    x = layers.LayerNormalization(epsilon=1e-6)(layers.GlobalAveragePooling2D()(x))
    return drawn(keras.Model(inputs, layers.Dense(5)(x))), [signed(10, 32, 32, 3) / 64]


class Positions(layers.Layer):
    """A token for the class, and a place for each patch."""

    def build(self, shape):
        self.token = self.add_weight(shape=(1, 1, shape[-1]), initializer='normal', name='token')
        self.places = self.add_weight(shape=(1, shape[1] + 1, shape[-1]), initializer='normal', name='places')

    def call(self, x):
        token = ops.broadcast_to(self.token, (ops.shape(x)[0], 1, ops.shape(x)[2]))
        return ops.concatenate([token, x], axis=1) + self.places


@model
def vision_transformer():
    x = inputs = layers.Input((16, 16, 3))
    x = layers.Conv2D(12, 4, strides=4)(x)
    x = Positions()(layers.Reshape((16, 12))(x))
    for _ in range(2):
        y = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.MultiHeadAttention(3, 4)(y, y)])
        y = layers.Dense(24, activation=lambda z: keras.activations.gelu(z, approximate=True))(layers.LayerNormalization()(x))
        x = layers.Add()([x, layers.Dense(12)(y)])
    x = layers.LayerNormalization()(x)[:, 0]
    return drawn(keras.Model(inputs, layers.Dense(5, 'softmax')(x))), [signed(11, 16, 16, 3) / 64]


@model
def mixed_float16():
    keras.mixed_precision.set_global_policy('mixed_float16')
    x = inputs = layers.Input((12, 12, 3))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(8, 3, padding='same')(x)))
    x = layers.GlobalAveragePooling2D()(layers.MaxPooling2D()(x))
    return drawn(keras.Model(inputs, layers.Dense(4, 'softmax', dtype='float32')(x))), [signed(12, 12, 12, 3) / 64]


@model
def mixed_bfloat16():
    keras.mixed_precision.set_global_policy('mixed_bfloat16')
    network = keras.Sequential([layers.Input((6,)), layers.Dense(8, 'gelu'), layers.LayerNormalization(), layers.Dense(3)])
    return network, [signed(13, 6) / 64]


@model
def float64():
    keras.config.set_floatx('float64')
    network = keras.Sequential([layers.Input((6,)), layers.Dense(8, 'tanh'), layers.Dense(3)])
    return network, [signed(14, 6).astype('float64') / 64]


@model
def labels_of_pixels():
    """U-Net of any size, of bytes: the class of each pixel as int64, and a mask of bytes."""
    inputs = layers.Input((None, None, 3), dtype='uint8')
    x = layers.Rescaling(1 / 255.0)(inputs)
    wide = layers.Conv2D(6, 3, padding='same', activation='relu')(x)
    narrow = layers.Conv2D(8, 3, padding='same', activation='relu')(layers.MaxPooling2D()(wide))
    up = layers.Conv2DTranspose(6, 3, strides=2, padding='same')(narrow)
    smooth = layers.UpSampling2D()(narrow)
    scores = layers.Conv2D(4, 1)(layers.Concatenate()([wide, up, smooth]))
    labels = ops.argmax(scores, axis=-1)
    mask = ops.cast(ops.clip(ops.max(scores, axis=-1) * 100, 0, 255), 'uint8')
    return keras.Model(inputs, {'labels': labels, 'mask': mask}), [pixels(15, 16, 24, 3).astype('uint8')]


@model
def deep():
    """More than 3,000 nodes one after another."""
    kernel = tf.Variable(np.random.default_rng(1).normal(0, 0.4, (4, 4)).astype('float32'), name='kernel')
    module = tf.Module()
    module.kernel = kernel

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, name='x')])
    def serve(x):
        for step in range(1200):
            x = tf.tanh(x @ kernel + step / 1200.0)
        return {'y': x}

    module.serve = serve
    return (module, {'serving_default': serve}), [signed(16, 4)]


@model
def words():
    """Numbers of words in, with a mask over those that are not there."""
    inputs = layers.Input((10,), dtype='int64')
    x = layers.Embedding(50, 8, mask_zero=True)(ops.clip(inputs, 0, 49))
    x = layers.GlobalAveragePooling1D()(layers.Conv1D(8, 3, padding='same', activation='relu')(x))
    return keras.Model(inputs, layers.Dense(2)(x)), [tokens(17, 50, 10).astype('int64')]


@model
def recurrent():
    """Written out: `unroll=True` has no loop."""
    x = inputs = layers.Input((6, 5))
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True, unroll=True))(x)
    return keras.Model(inputs, layers.GRU(3, unroll=True)(x)), [signed(18, 6, 5) / 64]


@model
def activations():
    inputs = layers.Input((40,))
    names = ['relu', 'relu6', 'leaky_relu', 'elu', 'selu', 'celu', 'gelu', 'silu', 'mish', 'softplus', 'softsign', 'tanh',
             'sigmoid', 'hard_sigmoid', 'hard_silu', 'hard_tanh', 'hard_shrink', 'soft_shrink', 'tanh_shrink', 'squareplus',
             'exponential', 'log_sigmoid', 'log_softmax', 'softmax', 'linear', 'threshold', 'sparse_plus', 'sparse_sigmoid', 'glu']
    apply = {name: getattr(keras.activations, name) for name in names}
    apply['threshold'] = lambda x: keras.activations.threshold(x, 0.3, -2.0)
    return keras.Model(inputs, {name: layers.Activation(fn)(inputs) for name, fn in apply.items()}), [signed(19, 40) / 8]


@model
def normalizations():
    inputs = layers.Input((6, 6, 8))
    kinds = [layers.LayerNormalization(axis=[1, 2, 3]), layers.GroupNormalization(4), layers.UnitNormalization(),
             layers.RMSNormalization(), layers.BatchNormalization(axis=1), layers.GroupNormalization(-1),
             layers.SpectralNormalization(layers.Conv2D(3, 3))]
    return drawn(keras.Model(inputs, [kind(inputs) for kind in kinds])), [signed(20, 6, 6, 8)]


@model
def shapes():
    inputs = layers.Input((9, 10, 4))
    kinds = [layers.Cropping2D(((1, 2), (3, 0))), layers.UpSampling2D((2, 3)), layers.UpSampling2D(2, interpolation='bicubic'),
             layers.AveragePooling2D(3, 2, padding='same'), layers.AveragePooling2D((2, 4), 3), layers.Permute((3, 1, 2)),
             layers.DepthwiseConv2D(3, depth_multiplier=2, padding='same'), layers.Conv2D(4, 3, dilation_rate=2),
             layers.Conv2DTranspose(4, 3, strides=2), layers.Conv2D(8, 3, groups=2, strides=(2, 2), padding='same'),
             layers.Reshape((-1, 8)), layers.Resizing(5, 7, interpolation='nearest'), layers.Flatten(),
             layers.Resizing(7, 5, interpolation='bicubic'), layers.Resizing(4, 13, antialias=True),
             layers.Resizing(13, 4, interpolation='lanczos3'), layers.Resizing(3, 4, interpolation='area'), layers.Resizing(6, 6, crop_to_aspect_ratio=True)]
    return drawn(keras.Model(inputs, [kind(inputs) for kind in kinds])), [signed(21, 9, 10, 4)]


@model
def two_inputs():
    """Inputs and outputs by name; a layer that is shared; attention between them; products along named axes."""
    left, right = layers.Input((7, 6), name='left'), layers.Input((5, 6), name='right')
    shared = layers.EinsumDense('abc,cd->abd', output_shape=(None, 8), bias_axes='d')
    a, b = shared(left), shared(right)
    seen = layers.Attention()([a, b])
    scores = layers.Dot(axes=2, normalize=True)([a, b])
    rest = layers.GroupQueryAttention(4, 4, 2)(a, b)
    return keras.Model({'left': left, 'right': right}, {'seen': seen, 'scores': scores, 'rest': rest}), {
        'left': signed(22, 7, 6) / 64, 'right': signed(23, 5, 6) / 64}


@model
def several_signatures():
    """None is called serving_default."""
    module = tf.Module()
    module.weight = tf.Variable([[1.0, -2.0], [0.5, 3.0]], name='weight')

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name='x')])
    def classify(x):
        return {'scores': tf.nn.softmax(x @ module.weight)}

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name='x')])
    def embed(x):
        return {'embedding': x @ module.weight}

    module.classify, module.embed = classify, embed
    return (module, {'classify': classify, 'embed': embed}), [signed(24, 2)]


@model
def tensorflow_ops():
    """What people write by hand: slices, gathers, masks, sums up to a place, the largest ones."""
    module = tf.Module()
    module.table = tf.Variable(np.random.default_rng(2).normal(0, 1, (9, 4)).astype('float32'), name='table')
    module.steps = tf.Variable(7, dtype=tf.int64, name='steps')

    @tf.function(input_signature=[tf.TensorSpec([None, 6, 8], tf.float32, name='x')])
    def serve(x):
        values, places = tf.math.top_k(x, 3)
        far = tf.clip_by_value(tf.cast(x[..., 0] * 8, tf.int64), 0, 8)
        return {
            'slices': x[:, 1::2, tf.newaxis, -3:], 'reversed': tf.reverse(x, [1]), 'values': values, 'places': places,
            'rows': tf.gather(module.table, far), 'pairs': tf.gather_nd(tf.transpose(x, [1, 2, 0]), [[0, 1], [5, 2]]), 'argmin': tf.argmin(x, axis=-1),
            'hot': tf.one_hot(far, 9, 2.0, -1.0), 'sums': tf.cumsum(x, axis=1, exclusive=True),
            'where': tf.where(x > 0, x, tf.zeros_like(x)), 'log': tf.reduce_logsumexp(x, axis=-1), 'norm': tf.linalg.l2_normalize(x, -1),
            'erfc': tf.math.erfc(x / 32), 'mod': tf.math.floormod(x, 3.0), 'moments': tf.stack(tf.nn.moments(x, [1]), axis=1),
            'product': tf.einsum('bij,bkj->bik', x, x), 'steps': tf.cast(module.steps, tf.float32) + x, 'rank': tf.rank(x) + 0,
            'clip': tf.clip_by_value(x, -1.0, 20.0), 'tiled': tf.tile(x, [1, 2, 1]), 'any': tf.reduce_any(x > 20, axis=-1),
            'round': tf.round(x), 'floor': tf.cast(tf.floor(x), tf.int32) // 3, 'repeat': tf.repeat(x, 2, axis=1), 'size': tf.size(x[0])}

    module.serve = serve
    return (module, {'serving_default': serve}), [signed(25, 6, 8)]


@model
def types():
    """Constants and variables of every type, ends of slices of 64 bits, a branch that is decided already."""
    module = tf.Module()
    kinds = ['float16', 'bfloat16', 'float64', 'int8', 'int16', 'uint16', 'int64', 'uint8', 'float32', 'int32']
    module.all = [tf.Variable(tf.cast([-3 * (kind[0] != 'u'), 5, 70], kind), name=kind) for kind in kinds]

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name='x'), tf.TensorSpec([None, 3], tf.uint8, name='bytes')])
    def serve(x, bytes):
        made = {kind: x * tf.cast(variable, tf.float32) for kind, variable in zip(kinds, module.all)}
        for kind in kinds:
            made[kind + '_list'] = x + tf.cast(tf.constant([1, 2, 3], kind), tf.float32)
            made[kind + '_one'] = x + tf.cast(tf.fill([3], tf.constant(2, kind)), tf.float32)
        end = tf.constant([2**62, 2**62], tf.int64)
        made['whole'] = tf.strided_slice(x, tf.constant([0, 1], tf.int64), end, tf.constant([1, 1], tf.int64))
        made['branch'] = tf.cond(tf.constant(False), lambda: x + 1.0, lambda: tf.nn.relu(x))
        made['half'] = tf.cast(tf.cast(x, tf.float16) * tf.constant(0.5, tf.float16), tf.float32)
        made['bytes_on'], made['places'] = tf.reverse(bytes, [1]), tf.argmax(x, axis=1)
        made['true'] = x > 0
        return made

    module.serve = serve
    return (module, {'serving_default': serve}), {'x': signed(28, 3), 'bytes': pixels(29, 3).astype('uint8')}


@model
def tensorflow_1():
    """As TensorFlow 1 wrote them: variables that are values, a placeholder that says whether the model is trained."""
    def write(path):
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            one = tf.compat.v1
            x = one.placeholder(tf.float32, [None, 8, 8, 2], name='x')
            training = one.placeholder_with_default(False, [], name='training')
            kernel = one.get_variable('conv/kernel', [3, 3, 2, 4], use_resource=False)
            bias = one.get_variable('conv/bias', [4], initializer=one.random_normal_initializer(), use_resource=True)
            y = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, kernel, 2, 'SAME'), bias))
            y = tf.reshape(y, [-1, 64])
            session.run(one.global_variables_initializer())
            one.saved_model.simple_save(session, path, {'x': x}, {'y': tf.nn.softmax(y), 'asked': one.cast(training, tf.float32) + y})
    return write, {'x': signed(30, 8, 8, 2) / 64}


@model
def transfer():
    """A network within a network, called twice."""
    base = drawn(keras.Sequential([
        layers.Input((16, 16, 3)), layers.Conv2D(6, 3, strides=2), layers.BatchNormalization(), layers.ReLU(),
        keras.Sequential([layers.Conv2D(8, 3), layers.GlobalAveragePooling2D()])]))
    base.trainable = False
    left, right = layers.Input((16, 16, 3), name='left'), layers.Input((16, 16, 3), name='right')
    distance = ops.abs(base(left, training=False) - base(right, training=False))
    return keras.Model([left, right], layers.Dense(2, 'sigmoid')(distance)), [signed(26, 16, 16, 3) / 64, signed(27, 16, 16, 3) / 64]


@refused_model
def refused_augmentation():
    return keras.Sequential([layers.Input((8, 8, 3)), layers.RandomFlip(), layers.GlobalAveragePooling2D()])


@refused_model
def refused_loop():
    return keras.Sequential([layers.Input((6, 5)), layers.LSTM(4)])


@refused_model
def refused_words():
    return keras.Sequential([layers.Input((1,), dtype='string'), layers.StringLookup(vocabulary=['a', 'b'])])


def save(name, folder):
    keras.config.set_floatx('float32')
    keras.mixed_precision.set_global_policy('float32')
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    path = os.path.join(folder, name)
    if name in refused:
        refused[name]().export(path, verbose=False)
        return
    made, inputs = makers[name]()
    if callable(made) and not isinstance(made, keras.Model):
        made(path)
    elif isinstance(made, tuple):
        tf.saved_model.save(made[0], path, signatures=made[1])
    elif getattr(made, 'saved_by', None) == 'tensorflow':
        tf.saved_model.save(made, path)
    else:
        made.export(path, verbose=False)
    loaded = tf.saved_model.load(path)
    signatures = loaded.signatures
    signature = signatures['serving_default'] if 'serving_default' in signatures else signatures[sorted(signatures)[0]]
    takes = signature.structured_input_signature[1]
    if not isinstance(inputs, dict):
        # A signature lists its arguments by name; Keras calls several inputs in their order.
        order = sorted(takes, key=lambda word: [len(word), word])
        if not isinstance(made, tuple) and hasattr(made, 'inputs') and made.inputs:
            named = [tensor.name for tensor in made.inputs]
            order = named if set(named) == set(order) else order
        inputs = dict(zip(order, inputs))
    answers = signature(**{key: tf.constant(value) for key, value in inputs.items()})
    write(path + '.json', inputs, {key: value.numpy() for key, value in answers.items()})


def write(path, inputs, outputs):
    with open(path, 'w') as file:
        json.dump({'inputs': described(inputs), 'outputs': described(outputs)}, file)


def described(arrays):
    """Floats as float32, whole numbers as int32: what ONNX gives; bytes stay bytes."""
    return {key: {'shape': list(value.shape), 'type': str(kept(value).dtype),
                  'values': base64.b64encode(np.ascontiguousarray(kept(value)).tobytes()).decode()} for key, value in arrays.items()}


def kept(value):
    if value.dtype in (np.uint8, np.bool_):
        return value.astype('uint8')
    return value.astype('int32' if value.dtype.kind in 'iu' else 'float32')


if __name__ == '__main__':
    os.makedirs(sys.argv[1], exist_ok=True)
    for wanted in sys.argv[2:] or makers:
        save(wanted, sys.argv[1])
        print(wanted, flush=True)
