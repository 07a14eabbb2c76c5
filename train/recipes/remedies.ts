// A lesson: the remedies against overfitting, each alone and all together, on a VGG that has too few pictures.
import { type Changes, defineRecipe } from './family.ts';

const remedy = {
  augmentation: { augment: { flip: 'random', translate: 3 } },
  l2: { optimizer: { weightDecay: 5e-4 } },
  dropout: { architecture: { dropout: 0.5 } },
  'batch-norm': { architecture: { batchNorm: true } },
  'more-data': { images: 50_000 },
  'larger-net': { architecture: { widths: [64, 128, 256, 512] } },
} as const satisfies Record<string, Changes>;

export const remedies = defineRecipe({
  recipe: {
    name: 'remedies',
    description: 'A lesson: what helps against overfitting, one by one and together',
    dataset: 'cifar10',
    // As what it is compared with was measured: trained on all training images, tested after every epoch.
    validation: 'test',
    images: 10_000,
    architecture: { name: 'vgg', batchNorm: false, widths: [32, 64, 128, 256], hidden: 512 },
    // Mean and deviation of the 50,000 training images.
    standardize: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] },
    prepare: { rule: 'resize', filter: 'bilinear', crop: 'center' },
    augment: {},
    optimizer: { name: 'momentum', weightDecay: 0 },
    schedule: { name: 'cosine', learningRate: 0.02, warmUp: 0.1 },
    labelSmoothing: 0,
    batchSize: 100,
    epochs: 25,
    // As many for every remedy, whatever an epoch is.
    steps: 2500,
    seed: 1,
  },
  lesson:
    'A network with 10,000 pictures learns them by heart, and the test pictures do not follow: variance. Each remedy is tried alone against none, then all at once, for 2,500 steps each, however many epochs that is. `npx trainyard compare <run> <run> ...` puts them on one page.',
  options: [
    {
      name: 'remedy',
      description: 'Which remedy is taken',
      standard: 'none',
      values: {
        none: {},
        ...remedy,
        all: {
          ...remedy.augmentation,
          ...remedy.l2,
          ...remedy['more-data'],
          architecture: {
            ...remedy.dropout.architecture,
            ...remedy['batch-norm'].architecture,
            ...remedy['larger-net'].architecture,
          },
        },
      },
      lessons: {
        none: 'The yardstick: what the remedies have to close is the variance in [Bias and variance](#bias-variance), the test error above the training error.',
        augmentation:
          'Each picture is mirrored half of the time and moved by up to 3 pixels ([Sample batch](#sample-batch)), so that the network hardly sees the same one twice. Labels stay right, since a moved cat is a cat.',
        l2: 'Half the sum of the squares of all weights, times 5e-4, is added to the loss (weight decay): each step draws weights toward zero, and what the pictures do not ask for fades.',
        dropout:
          'In each training step half of the values before the answer are zeroed at random, so that no value can count on another (Srivastava et al. 2014).',
        'batch-norm':
          'Each layer is normalized by the mean and variance of its batch (Ioffe and Szegedy 2015, arXiv 1502.03167). It is made for fast training; since a batch is a random choice of pictures, its statistics are noise as well, which holds the network back from learning by heart.',
        'more-data':
          'All 50,000 pictures in place of 10,000, as many steps, so each is seen a fifth as often. The one remedy that cures the cause; the others are for when there are no more pictures.',
        'larger-net':
          'Twice the channels in every layer. More room lowers bias; against variance it is no remedy by itself, and it takes longer for each step.',
        all: 'All of them at once. Together they hold back most, and a network that is held back needs more steps before that pays: see in [Curves](#curves) whether the training loss still falls at the end.',
      },
    },
  ],
});
