// The first images of MNIST as a dataset of its own, for trainings that take seconds.
import { loadDataset, type MemoryDataset } from '../../train/datasets/index.ts';
import { firstImages } from '../../train/datasets/subset.ts';

/** MNIST cut to its first `train` training and `test` test images. */
export async function smallMnist(train: number, test: number): Promise<MemoryDataset> {
  return firstImages(await loadDataset('mnist'), train, test);
}
