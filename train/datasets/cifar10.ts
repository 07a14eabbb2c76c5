// CIFAR-10: 60,000 photographs of 32x32 pixels in ten classes (Krizhevsky, "Learning Multiple Layers of Features", 2009).
import { defineIdxDataset } from './idx-dataset.ts';

export const cifar10 = defineIdxDataset({
  name: 'cifar10',
  title: 'CIFAR-10',
  labels: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  shape: [32, 32, 3],
  // Files that set-up makes of the published pictures.
  train: {
    images: 'train-images',
    labels: 'train-labels',
    n: 50_000,
    sha256: 'f912919bdea371136f1aa4feed6beeca728015a5f08b1899a29c932a7e30be2b',
  },
  test: {
    images: 'test-images',
    labels: 'test-labels',
    n: 10_000,
    sha256: '8193b3fbce55bec361cd1b8fd4880cb1649832dc4d6de6da1e7a21847a4843aa',
  },
  validation: 5000,
});
