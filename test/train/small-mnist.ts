// The first images of MNIST as a dataset of its own, for trainings that take seconds.
import { datasetFolder } from '../../setup/paths.mjs';
import { readIdxDataset } from '../../train/datasets/idx-dataset.ts';
import { loadDataset, type MemoryDataset, type Validation } from '../../train/datasets/index.ts';
import { mnist } from '../../train/datasets/mnist.ts';
import { firstImages } from '../../train/datasets/subset.ts';

/** MNIST cut to its first `train` training and `others` validation and test images; as lessons have it by `'test'`. */
export async function smallMnist(
  train: number,
  others: number,
  validation?: Validation,
): Promise<MemoryDataset> {
  // Fetches it where it is not there.
  const whole = await loadDataset('mnist');
  const own =
    validation === undefined ? whole : await readIdxDataset(mnist.files, datasetFolder('mnist'), validation);
  return firstImages(own, train, others);
}
