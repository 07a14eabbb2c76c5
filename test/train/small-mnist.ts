// The first images of MNIST as a dataset of its own, for trainings that take seconds.
import { type Dataset, loadDataset, type Split } from '../../train/datasets/index.ts';

/** MNIST cut to its first `train` training and `test` test images. */
export async function smallMnist(train: number, test: number): Promise<Dataset> {
  const mnist = await loadDataset('mnist');
  const cut = ({ images, labels, n: all }: Split, n: number): Split => ({
    images: images.subarray(0, (images.length / all) * n),
    labels: labels.subarray(0, n),
    n,
  });
  return { ...mnist, train: cut(mnist.train, train), test: cut(mnist.test, test) };
}
