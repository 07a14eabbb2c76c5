"""Made the models in this folder: Keras 3.15.1, converted by the modules of tensorflowjs 4.22.0, and the answers of Keras.

pip install keras==3.15.1 tensorflow-cpu==2.21.0 h5py six; pip download --no-deps tensorflowjs==4.22.0, and unpack it.
python make.py UNPACKED FOLDER: NAME-h5 is what tfjs.converters.save_keras_model writes, NAME-keras what tensorflowjs_converter
makes of a .keras file; NAME.json has the inputs and answers.
"""

import json
import os
import sys
import tempfile
import types
import zipfile

unpacked, folder = os.path.join(sys.argv[1], 'tensorflowjs'), sys.argv[2]
for name, path in (('tensorflowjs', unpacked), ('tensorflowjs.converters', os.path.join(unpacked, 'converters'))):
    # The packages themselves import every converter, with jax and more.
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [path]

import h5py
import keras
import numpy as np
from keras import layers, ops
from tensorflowjs.converters import keras_h5_conversion as conversion

from importlib.machinery import SourceFileLoader

zoo = SourceFileLoader('zoo', os.path.join(os.path.dirname(__file__), '../../../bench/zoo/saved-models.py')).load_module()


def classifier():
    """Everyday layers; augmentation, which does nothing in inference; LeakyReLU's own slope; other activations."""
    network = keras.Sequential([
        layers.Input((12, 12, 3)), layers.RandomFlip(), layers.Rescaling(1 / 127.5, offset=-1), layers.Resizing(9, 10),
        layers.Conv2D(4, 3, activation='hard_sigmoid'), layers.BatchNormalization(), layers.LeakyReLU(negative_slope=0.1),
        layers.DepthwiseConv2D(3, activation='silu'), layers.SeparableConv2D(5, 3, padding='same', activation='leaky_relu'),
        layers.GlobalAveragePooling2D(keepdims=True), layers.Conv2D(6, 1, activation='gelu'), layers.Flatten(),
        layers.Dropout(0.3), layers.Dense(3, 'softmax')])
    return network, [zoo.pixels(1, 12, 12, 3)]


def siamese():
    """A model within a model, twice; a Sequential within it; a layer that is shared; two outputs."""
    inner = keras.Sequential([layers.Input((5, 5, 4)), layers.Conv2D(3, 3), layers.ReLU(6.0)], name='inner')
    picture = layers.Input((8, 8, 3))
    x = inner(layers.Conv2D(4, 4, name='first')(picture))
    base = keras.Model(picture, layers.BatchNormalization()(x), name='base')
    left, right = layers.Input((8, 8, 3), name='left'), layers.Input((8, 8, 3), name='right')
    shared = layers.Dense(4, 'tanh', name='shared')
    a, b = (shared(layers.Flatten()(base(each))) for each in (left, right))
    both = layers.Concatenate()([layers.Subtract()([a, b]), layers.Multiply()([a, b])])
    return keras.Model([left, right], [layers.Dense(2, 'softmax', name='last')(both), a + b]), [
        zoo.signed(2, 8, 8, 3) / 64, zoo.signed(3, 8, 8, 3) / 64]


def transfer():
    """Two models that have layers of the same names."""
    def base(name):
        return keras.Sequential([layers.Input((8, 8, 3)), layers.Conv2D(3, 3, name='conv'), layers.GlobalMaxPooling2D()], name=name)
    inputs = layers.Input((8, 8, 3))
    return keras.Model(inputs, layers.Dense(2, name='dense')(layers.Add()([base('one')(inputs), base('two')(inputs)]))), [
        zoo.signed(4, 8, 8, 3)]


def recurrent():
    network = keras.Sequential([
        layers.Input((6,), dtype='int32'), layers.Embedding(20, 5), layers.Bidirectional(layers.LSTM(4, return_sequences=True, unroll=True)),
        layers.LayerNormalization(), layers.LSTM(3, unroll=True), layers.Dense(2)])
    return network, [zoo.tokens(5, 20, 6)]


def without_input():
    """A Sequential that learned the shape of its input when it was called; half precision."""
    keras.mixed_precision.set_global_policy('mixed_float16')
    network = keras.Sequential([layers.Dense(4, activation=keras.activations.elu), layers.PReLU(), layers.Dense(2)])
    network.build((None, 5))
    keras.mixed_precision.set_global_policy('float32')
    return network, [zoo.signed(6, 5)]


def many():
    """One layer of each other kind."""
    picture, row, cube = layers.Input((7, 8, 4)), layers.Input((9, 4)), layers.Input((5, 4, 6, 2))
    cut = layers.Cropping2D(((1, 2), (0, 1)))(picture)
    other = layers.Permute((2, 1, 3))(layers.Permute((2, 1, 3))(picture))
    return keras.Model([picture, row, cube], [
        cut, layers.UpSampling2D((2, 3))(cut), layers.UpSampling2D(2, interpolation='bilinear')(cut),
        layers.ZeroPadding2D(((1, 0), (2, 3)))(cut), layers.AveragePooling2D(3, 2, padding='same')(picture),
        layers.MaxPooling2D((2, 3))(picture), layers.Conv2DTranspose(3, 3, strides=2, padding='same')(picture),
        layers.Conv2D(3, 3, dilation_rate=2, activation='relu6')(picture), layers.Conv2D(3, (3, 2), strides=2, padding='same')(picture),
        layers.Reshape((8, -1))(picture), layers.Softmax()(picture), layers.ELU()(picture), layers.Average()([picture, other]),
        layers.Maximum()([picture, layers.Activation('hard_silu')(other)]), layers.Minimum()([picture, layers.Activation('soft_shrink')(other)]),
        layers.Conv1D(3, 3, padding='same')(row), layers.MaxPooling1D(2)(row), layers.GlobalMaxPooling1D(keepdims=True)(row),
        layers.TimeDistributed(layers.Dense(3))(row), layers.Dot(axes=2)([row, row]), layers.LayerNormalization()(row),
        layers.Conv3D(3, 2, padding='same')(cube), layers.AveragePooling3D(2)(cube), layers.SimpleRNN(3)(row),
        layers.BatchNormalization(axis=2, scale=False)(picture), layers.CenterCrop(4, 5)(picture), layers.SpatialDropout1D(0.2)(row),
        layers.RepeatVector(3)(layers.Flatten()(row)), layers.PReLU(shared_axes=[1, 2])(picture)]), [
        zoo.signed(7, 7, 8, 4), zoo.signed(8, 9, 4), zoo.signed(9, 5, 4, 6, 2)]


def write(topology, groups, name):
    path = os.path.join(folder, name)
    os.makedirs(path, exist_ok=True)
    conversion.write_artifacts(topology, groups, path)


for maker in (classifier, siamese, transfer, recurrent, without_input, many):
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    network, inputs = maker()
    zoo.drawn(network)
    name = maker.__name__.replace('_', '-')
    with tempfile.TemporaryDirectory() as temporary:
        network.save(os.path.join(temporary, 'model.h5'))
        write(*conversion.h5_merged_saved_model_to_tfjs_format(os.path.join(temporary, 'model.h5')), name + '-h5')
        network.save(os.path.join(temporary, 'model.keras'))
        with zipfile.ZipFile(os.path.join(temporary, 'model.keras')) as archive:
            archive.extractall(temporary)
        parts = [json.load(open(os.path.join(temporary, each))) for each in ('metadata.json', 'config.json')]
        weights = h5py.File(os.path.join(temporary, 'model.weights.h5'))
        write(*conversion.h5_v3_merged_saved_model_to_tfjs_format(weights, *parts), name + '-keras')
    answers = network(inputs if len(inputs) > 1 else inputs[0], training=False)
    answers = answers if isinstance(answers, (list, tuple)) else [answers]
    numbered = lambda arrays: {str(i): np.asarray(array) for i, array in enumerate(arrays)}
    zoo.write(os.path.join(folder, name + '.json'), numbered(inputs), numbered(answers))
