// MNIST: 70,000 handwritten digits of 28x28 gray pixels, white ink on black (LeCun, Cortes and Burges, 1998).
import { defineIdxDataset } from './idx-dataset.ts';

export const mnist = defineIdxDataset({
  name: 'mnist',
  title: 'MNIST',
  labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  shape: [28, 28, 1],
  train: {
    images: 'train-images-idx3-ubyte',
    labels: 'train-labels-idx1-ubyte',
    n: 60_000,
    sha256: 'edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b',
  },
  test: {
    images: 't10k-images-idx3-ubyte',
    labels: 't10k-labels-idx1-ubyte',
    n: 10_000,
    sha256: 'c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b',
  },
  validation: 5000,
});
