// A lesson: one cycle of a high learning rate does in a fifth of the epochs what a step schedule does.
import { defineRecipe } from './family.ts';

/**
 * Smith and Topin 2017, "Super-Convergence", https://arxiv.org/abs/1708.07120: a residual network on CIFAR-10 with a
 * rate that rises to several times the usual one and falls far below it, against a rate of 0.1 that is divided by ten at
 * half and at three quarters, both with a weight decay of 1e-4 (He et al. 2015, section 4.2). Pictures are not augmented,
 * so that nothing but the schedule regularizes: high rates do, by the same paper, and longer training alone does not.
 */
export const superConvergence = defineRecipe({
  recipe: {
    name: 'super-convergence',
    description:
      'A lesson: one cycle of a high learning rate against a step schedule with five times the epochs',
    dataset: 'cifar10',
    // As what it is compared with was measured: trained on all training images, tested after every epoch.
    validation: 'test',
    architecture: { name: 'resnet', blocks: [1, 1, 1], widths: [32, 64, 128], stem: 'small' },
    // Mean and deviation of the 50,000 training images.
    standardize: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] },
    prepare: { rule: 'resize', filter: 'bilinear', crop: 'center' },
    augment: {},
    optimizer: { name: 'momentum', weightDecay: 1e-4 },
    schedule: { name: 'one-cycle', learningRate: 0.5 },
    labelSmoothing: 0,
    batchSize: 256,
    epochs: 8,
    seed: 1,
  },
  lesson:
    'The same network on the same pictures, for 40 epochs with the usual steps of the learning rate and for 8 epochs with one cycle of it (Smith and Topin 2017, arXiv 1708.07120). Pictures are not augmented, so that nothing but the schedule regularizes. `npx trainyard lr-find super-convergence` draws the curve from which such a peak is chosen.',
  options: [
    {
      name: 'schedule',
      description: 'How the learning rate goes',
      standard: 'one-cycle',
      values: {
        'one-cycle': {},
        step: {
          schedule: { name: 'step', learningRate: 0.1, at: [0.5, 0.75], gamma: 0.1 },
          epochs: 40,
        },
      },
      lessons: {
        'one-cycle':
          'The rate rises to 0.5, five times the usual, and falls far below the usual again ([Curves](#curves)). By the paper it is the high rates that regularize; the long way down settles the weights.',
        step: 'The rate is 0.1, and a tenth of it after half of the epochs and again after three quarters (He et al. 2015, arXiv 1512.03385): see the error fall at each step in [Curves](#curves).',
      },
    },
  ],
});
