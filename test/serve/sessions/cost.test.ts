// What is promised of estimates: they grow with the work, and come near to what pictures and runs took.
import { describe, expect, it } from 'vitest';
import { type ToDecode, workOf } from '../../../models/image/work.ts';
import type { PlainHeader } from '../../../serve/decode/header.ts';
import { createCosts } from '../../../serve/sessions/cost.ts';

const header = (format: PlainHeader['format'], width = 1000, height = 500): PlainHeader => ({
  ...{ format, width, height },
  orientation: 1,
});
const target = {
  shape: [224, 112, 3],
  prepare: { rule: 'resize', filter: 'bicubic', crop: 'stretch' },
} as const;
/** Work of so many milliseconds for a million pixels, and the least that a picture takes. */
const milliseconds = (perMillion: number, sizes: ToDecode, to?: typeof target) =>
  0.05 + (perMillion * workOf(sizes, to)) / 1e6;

describe('before anything was measured', () => {
  it.each([
    ['JPEG', 12],
    ['PNG', 15],
    ['BMP', 6],
  ] as const)('a million pixels of a %s take %d ms', (format, each) => {
    const costs = createCosts();
    expect(costs.ofFile(header(format))).toBeCloseTo(milliseconds(each, header(format)), 9);
    expect(costs.ofFile(header(format), target)).toBeCloseTo(milliseconds(each, header(format), target), 9);
  });

  it('a million decoded pixels take 3 ms, an input nothing, and a run one', () => {
    const costs = createCosts();
    const picture = { data: new Uint8Array(600), width: 20, height: 30, channels: 1 } as const;
    expect(costs.ofPixels(20, 30, target)).toBeCloseTo(milliseconds(3, picture, target), 9);
    expect(costs.ofInput({ kind: 'picture', picture }, target)).toBe(costs.ofPixels(20, 30, target));
    expect(costs.ofInput({ kind: 'input', data: new Uint8Array(9) }, target)).toBe(0);
    expect(costs.ofRun('a')).toBe(1);
  });

  it('a file costs what its upright picture does', () => {
    const costs = createCosts();
    const turned = { ...header('PNG', 1000, 40), orientation: 6 } as const;
    const input = { kind: 'encoded', bytes: new Uint8Array(), header: turned } as const;
    expect(costs.ofInput(input, target)).toBe(costs.ofFile(header('PNG', 40, 1000), target));
    expect(costs.ofInput(input, target)).not.toBe(costs.ofFile(header('PNG', 1000, 40), target));
  });
});

describe('what was measured', () => {
  it('counts for a tenth each time, for pictures of that format alone', () => {
    const costs = createCosts();
    const others = [costs.ofFile(header('PNG')), costs.ofFile(header('BMP'))];
    const before = costs.ofFile(header('JPEG')) - 0.05;
    costs.learnFile(header('JPEG'), 100);
    expect(costs.ofFile(header('JPEG')) - 0.05).toBeCloseTo(0.9 * before + 0.1 * 100, 9);
    for (let i = 0; i < 300; i++) costs.learnFile(header('JPEG'), 100);
    expect(costs.ofFile(header('JPEG'))).toBeCloseTo(100.05, 6);
    // Twice the sides have four times the pixels, but for the cost of rows.
    const larger = header('JPEG', 2000, 1000);
    expect(costs.ofFile(larger)).toBeCloseTo(0.05 + (100 * workOf(larger)) / workOf(header('JPEG')), 6);
    expect([costs.ofFile(header('PNG')), costs.ofFile(header('BMP'))]).toEqual(others);
  });

  it('is of the upright picture, and none of fewer than 10,000 pixels', () => {
    const costs = createCosts();
    const turned = { ...header('PNG', 1000, 40), orientation: 6 } as const;
    for (let i = 0; i < 300; i++) costs.learnFile(turned, 7);
    expect(costs.ofFile(header('PNG', 40, 1000))).toBeCloseTo(7.05, 6);
    const before = costs.ofFile(header('PNG'));
    costs.learnFile(header('PNG', 100, 99), 1000);
    expect(costs.ofFile(header('PNG'))).toBe(before);
    costs.learnFile(header('PNG', 100, 100), 1000);
    expect(costs.ofFile(header('PNG'))).toBeGreaterThan(before);
  });

  it('is of a run the first as it was, then a tenth of each, until it is forgotten', () => {
    const costs = createCosts();
    costs.learnRun('a', 20);
    expect(costs.ofRun('a')).toBe(20);
    costs.learnRun('a', 40);
    expect([costs.ofRun('a'), costs.ofRun('b')]).toEqual([22, 1]);
    costs.forget('a');
    expect(costs.ofRun('a')).toBe(1);
  });
});
