// A lesson: a VGG, with batch norm, reads digits that are padded to its 32x32 pixels.
import { defineRecipe } from './family.ts';

export const vggMnist = defineRecipe({
  recipe: {
    name: 'vgg-mnist',
    description: 'A lesson: a deep network (VGG) on digits',
    dataset: 'mnist',
    // As what it is compared with was measured: trained on all training images, tested after every epoch.
    validation: 'test',
    architecture: { name: 'vgg', batchNorm: true, dropout: 0.5 },
    // Mean and deviation of the 60,000 training images.
    standardize: { mean: [0.1307], deviation: [0.3081] },
    prepare: { rule: 'digit' },
    augment: { rotate: 10, zoom: 0.1, shift: 2 },
    optimizer: { name: 'nesterov', weightDecay: 5e-4 },
    schedule: { name: 'one-cycle', learningRate: 0.05 },
    labelSmoothing: 0,
    batchSize: 125,
    epochs: 4,
    seed: 1,
  },
  lesson:
    'Depth: ten convolutions of 3x3 and two fully connected layers, on digits padded from 28 to 32 pixels so that they can be halved four times. Batch norm holds the values of each layer in place while the weights before it change (Ioffe and Szegedy 2015, arXiv 1502.03167), so that the whole depth learns at once; digits that are turned, zoomed and moved a little ([Sample batch](#sample-batch)) keep sixteen million weights from learning 60,000 pictures by heart.',
});
