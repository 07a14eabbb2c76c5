// All cases, by family.
import type { Case } from '../support.ts';
import { activationCases } from './activation.ts';
import { arithmeticCases } from './arithmetic.ts';
import { blockCases, morphologyCases } from './blocks.ts';
import { boxCases } from './boxes.ts';
import { castCases } from './cast.ts';
import { convCases } from './conv.ts';
import { imageCases } from './image.ts';
import { joinCases } from './join.ts';
import { logicCases } from './logic.ts';
import { matmulCases } from './matmul.ts';
import { normCases } from './norm.ts';
import { poolCases } from './pool.ts';
import { reduceCases } from './reduce.ts';
import { scatterCases } from './scatter.ts';
import { shapeCases } from './shape.ts';
import { sizeCases } from './sizes.ts';
import { sliceCases } from './slice.ts';

export const cases: Readonly<Record<string, readonly Case[]>> = {
  convolution: convCases,
  pooling: poolCases,
  normalization: normCases,
  activation: activationCases,
  'matrix product': matmulCases,
  arithmetic: arithmeticCases,
  logic: logicCases,
  reduction: reduceCases,
  shape: shapeCases,
  parts: sliceCases,
  joining: joinCases,
  images: imageCases,
  blocks: blockCases,
  morphology: morphologyCases,
  boxes: boxCases,
  places: scatterCases,
  types: castCases,
  'varying sizes': sizeCases,
};
