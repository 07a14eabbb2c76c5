// Groups choose weights by name as RegExp does, and say until when these are trained.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { type Group, groupOf, groupSchema, isTrained, phasesOf } from '../../../train/optimizers/groups.ts';

const optimizer = { name: 'nesterov', weightDecay: 0.01, own: 3 };
const group = (input: object): Group => groupSchema.parse(input);

describe('the group of a weight', () => {
  it('is the first whose expression its name matches', () => {
    const groups = [
      group({ match: 'bias$', learningRate: 4, weightDecay: 0 }),
      group({ match: '^stem/', learningRate: 0.5 }),
    ];
    expect(groupOf('stem/bias', groups, optimizer)).toEqual({
      learningRate: 4,
      optimizer: { ...optimizer, weightDecay: 0 },
    });
    expect(groupOf('stem/kernel', groups, optimizer)).toEqual({ learningRate: 0.5, optimizer });
    expect(groupOf('head/kernel', groups, optimizer)).toEqual({ learningRate: 1, optimizer });
  });

  it('has a factor of one where none is given, and is refused where its expression is none', () => {
    expect(group({ match: 'x' })).toEqual({ match: 'x', learningRate: 1 });
    expect(() => groupOf('x', [group({ match: '(' })], optimizer)).toThrow(UserError);
    expect(() => isTrained('x', [group({ match: '[' })], 0)).toThrow(/"\["/);
  });
});

describe('a weight is trained', () => {
  it('always without a group, and never by a learning rate of zero', () => {
    expect(isTrained('bias', [group({ match: 'kernel', learningRate: 0 })], 0)).toBe(true);
    expect(isTrained('bias', [group({ match: 'bias', learningRate: 0 })], 0)).toBe(false);
    expect(isTrained('bias', [group({ match: 'bias', learningRate: 1e-9 })], 0.999)).toBe(true);
  });

  it('until the share that its group says, and not at it', () => {
    const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(share, share, (until, done) => {
        const groups = [group({ match: 'a', until })];
        expect(isTrained('a', groups, done)).toBe(done < until);
        expect(isTrained('a', groups, until)).toBe(false);
        expect(isTrained('b', groups, done)).toBe(true);
      }),
    );
  });

  it('anew from each phase on: between two of them nothing changes', () => {
    const percent = fc.integer({ min: 1, max: 99 }).map((n) => n / 100);
    const drawn = fc.record(
      { match: fc.constantFrom('a', 'b', 'c'), until: percent },
      { requiredKeys: ['match'] },
    );
    fc.assert(
      fc.property(fc.array(drawn), (inputs) => {
        const groups = inputs.map(group);
        const phases = phasesOf(groups);
        expect(phases).toEqual(
          Array.from({ length: 100 }, (_, n) => n / 100).filter(
            (done) => done === 0 || groups.some(({ until }) => until === done),
          ),
        );
        for (const [i, from] of phases.entries())
          for (const name of ['a', 'b', 'c'])
            expect(isTrained(name, groups, ((phases[i + 1] ?? 1) + from) / 2)).toBe(
              isTrained(name, groups, from),
            );
      }),
    );
  });
});

describe('numbers of a group', () => {
  it.each([{ learningRate: -0.1 }, { weightDecay: -0.1 }, { until: 0 }, { until: 1 }, { rate: 1 }])(
    '%o is refused',
    (options) => {
      expect(groupSchema.safeParse({ match: 'x', ...options }).success).toBe(false);
    },
  );

  it.each([{ learningRate: 0 }, { weightDecay: 0 }, { until: 0.01 }, { until: 0.99 }])(
    '%o is taken',
    (options) => {
      expect(groupSchema.parse({ match: 'x', ...options })).toMatchObject(options);
    },
  );
});
