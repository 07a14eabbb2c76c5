// The options of `trainyard sweep` that are not those of a training.
import { inGroup } from '../../models/option-groups.ts';

/** Trials where nobody says how many. */
export const TRIALS = 20;

export const sweepOptions = inGroup('The sweep', {
  trials: {
    type: 'string',
    valueHint: 'number',
    description: 'How many to try, in all',
    default: String(TRIALS),
  },
  seeds: {
    type: 'string',
    valueHint: 'number',
    description: 'Train each trial with so many seeds, and take the mean of their errors',
  },
  on: {
    type: 'string',
    valueHint: 'local|ray://host:10001',
    description: 'Where trials run: on this machine, or on a Ray cluster',
    default: 'local',
  },
  'at-once': {
    type: 'string',
    valueHint: 'number',
    description: 'Trials at a time; one on this machine, and what it has room for on a cluster, if left out',
  },
  cores: { type: 'string', valueHint: 'number', description: 'Processors of each trial' },
  prune: {
    type: 'boolean',
    description: 'End trials early that do poorly',
    negativeDescription: 'Train every trial to its end',
    default: true,
  },
  plan: { type: 'boolean', description: 'Say what would be tried and what it costs, and train nothing' },
  fresh: { type: 'boolean', description: 'Start over, even if this sweep was begun before' },
  json: { type: 'boolean', description: 'Print JSON lines: one for each trial, and one at the end' },
} as const);
