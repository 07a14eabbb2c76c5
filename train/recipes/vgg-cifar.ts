// A lesson: a VGG on photographs, from the plainest training to the best that is known for it.
import { defineRecipe } from './family.ts';

/** Mean and deviation of the 50,000 training images. */
const CHANNELS = { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] };

export const vggCifar = defineRecipe({
  recipe: {
    name: 'vgg-cifar',
    description: 'A lesson: a deep network (VGG) on photographs, from plain to good',
    dataset: 'cifar10',
    // As what it is compared with was measured: trained on all training images, tested after every epoch.
    validation: 'test',
    architecture: { name: 'vgg', batchNorm: false, dropout: 0.5 },
    standardize: { mean: [0, 0, 0], deviation: [1, 1, 1] },
    prepare: { rule: 'resize', filter: 'bilinear', crop: 'center' },
    augment: {},
    optimizer: { name: 'momentum', weightDecay: 5e-4 },
    schedule: { name: 'cosine', learningRate: 0.01, warmUp: 0.05 },
    labelSmoothing: 0,
    batchSize: 100,
    // 10,000 steps, as many as the series took.
    epochs: 20,
    seed: 1,
  },
  lesson:
    'The VGG on photographs of ten kinds of things: as plainly as it can be trained, with the mean image subtracted, and with what is known to help.',
  options: [
    {
      name: 'preset',
      description: 'How much of what is known to help',
      standard: 'best',
      values: {
        raw: {},
        'mean-image': { standardize: { meanImage: true } },
        best: {
          architecture: { batchNorm: true, dropout: 0.2, hidden: 512 },
          standardize: CHANNELS,
          augment: { flip: 'alternating', translate: 3 },
          optimizer: { name: 'nesterov', weightDecay: 5e-4 },
          // Page 2019, "How to Train Your ResNet", https://myrtle.ai: 0.4 for 512 images, in proportion.
          schedule: { name: 'one-cycle', learningRate: 0.2 },
          labelSmoothing: 0.1,
          tta: 'mirror',
          batchSize: 250,
          epochs: 16,
        },
      },
      lessons: {
        raw: 'Pixels go in as they are, from 0 to 1; labels as numbers, by sparse cross entropy; 10,000 steps of 100. By then the training pictures are known by heart and the test pictures are not: what is left is variance ([Bias and variance](#bias-variance)), and the lesson on that is `npx trainyard train remedies`.',
        'mean-image':
          'From every picture the mean of all training pictures is subtracted, pixel by pixel ([Mean image](#mean-image)), inside the network, so that the exported file takes pictures as they are. Inputs of both signs let the weights of a unit change in different directions: from positive inputs alone a picture makes all of them rise or all fall (LeCun et al. 1998, "Efficient BackProp", section 4.3). Whether the gain is chance only several seeds can say: train both presets with `--budget 10m --seeds 3`, then `npx trainyard compare` all of them.',
        best: "Batch norm, pixels standardized by channel, mirrored and moved pictures ([Sample batch](#sample-batch)), smoothed labels, Nesterov's momentum through one cycle of the learning rate ([Curves](#curves)), and in the end the mean of each picture's and its mirror image's answers.",
      },
    },
  ],
});
