// A lesson: one convolutional network, three ways to draw its first weights, three optimizers.
import { defineRecipe } from './family.ts';

/**
 * The network of the series: its values with deviation 1 reach tens of thousands, its logits hundreds of thousands.
 *
 * normal: one epoch at 1e-5 gives 83 % and a cost of 1,900 (at 1e-6 48 % and 9,400, at 1e-4 87 % and 322); the series
 * had 81.88 % and 15,083. small: after one epoch at 0.01, with which variance-scaling is beyond 90 %, the cost is
 * still ln 10 = 2.3026 but for the third digit, and every picture gets the same answer; at 0.05 it leaves that plain
 * within the epoch. The series' 5 % are of one batch; of all test pictures one digit's share is right.
 */
export const convMnist = defineRecipe({
  recipe: {
    name: 'conv-mnist',
    description: 'A lesson: first weights and optimizers of a convolutional network',
    dataset: 'mnist',
    // As what it is compared with was measured: trained on all training images, tested after every epoch.
    validation: 'test',
    architecture: { name: 'conv-net', filters: [32, 64], units: 1024, initializer: 'variance-scaling' },
    // Pixels from 0 to 1, as the series takes them.
    standardize: { mean: [0], deviation: [1] },
    prepare: { rule: 'digit' },
    augment: {},
    optimizer: { name: 'sgd' },
    schedule: { name: 'constant', learningRate: 0.05 },
    labelSmoothing: 0,
    batchSize: 100,
    epochs: 5,
    seed: 1,
  },
  lesson:
    'One convolutional network on digits, three ways to draw its first weights, and three optimizers that follow the same gradient. Side by side: `npx trainyard histograms <run> <run> <run>` for what the layers compute, `npx trainyard compare <run> <run> <run>` for the curves, `npx trainyard surface <run>` for the loss over two weights with the ways of the three optimizers on it.',
  options: [
    {
      name: 'init',
      description: 'How the first weights are drawn',
      standard: 'variance-scaling',
      values: {
        normal: { architecture: { initializer: 'normal' }, schedule: { learningRate: 1e-5 }, epochs: 1 },
        small: { architecture: { initializer: 'small' }, schedule: { learningRate: 0.01 }, epochs: 1 },
        'variance-scaling': {},
      },
      lessons: {
        normal:
          'Every weight is drawn with a standard deviation of 1. The second convolution adds 800 products for each value, the first fully connected layer 3,136, so that values go beyond ten thousand and logits beyond a hundred thousand: see [Activations](#activations). The network is certain of every answer, right or wrong, and the cost counts in thousands: see what [Bias and variance](#bias-variance) says of its confidence.',
        small:
          'The same weights, a hundred times smaller. Now values shrink from layer to layer, the first logits are within a few thousandths of zero ([Activations](#activations)), each class gets a tenth, and the cost is ln 10 = 2.3026: what knowing nothing costs. The gradient comes back through the same small weights, so that an epoch leaves the network almost where it was, with one answer for all pictures ([Confusions](#confusion)).',
        'variance-scaling':
          'Weights are drawn by how many inputs a value adds: a variance of 2 / inputs before a ReLU (He et al. 2015, arXiv 1502.01852), of 2 / (inputs + outputs) before the answer (Glorot and Bengio 2010). Values keep about their size from layer to layer ([Activations](#activations)), and so do gradients on their way back.',
      },
    },
    {
      name: 'optimizer',
      description: 'What follows the gradient',
      standard: 'sgd',
      values: {
        sgd: {},
        momentum: { optimizer: { name: 'momentum' }, schedule: { learningRate: 0.02 } },
        adam: { optimizer: { name: 'adam' }, schedule: { learningRate: 1e-3 } },
      },
      lessons: {
        sgd: 'SGD follows the gradient of each batch and remembers nothing.',
        momentum:
          'Momentum keeps nine tenths of its last step and adds the gradient: what gradients agree on adds up to ten times as much, what they differ in cancels (Sutskever et al. 2013). So its learning rate is smaller, 0.02 for 0.05.',
        adam: "Adam divides each weight's step by the recent size of its gradient, so that weights with small gradients move as far as others (Kingma and Ba 2015, arXiv 1412.6980). Its learning rate, 0.001, is about how far a weight goes in a step.",
      },
    },
  ],
});
