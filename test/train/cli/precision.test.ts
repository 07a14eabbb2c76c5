// Which precision a training takes.
import { describe, expect, it } from 'vitest';
import { precisionsFor } from '../../../train/cli/precision.ts';

describe('precisionsFor', () => {
  it('takes what is asked for, whatever the processor', () => {
    expect(precisionsFor('float32', true)).toEqual(['float32']);
    expect(precisionsFor('bfloat16', false)).toEqual(['bfloat16']);
  });
  it('starts in bfloat16 where it is native, and goes on with either', () => {
    expect(precisionsFor('auto', true)).toEqual(['bfloat16', 'float32']);
    expect(precisionsFor('auto', false)).toEqual(['float32', 'bfloat16']);
  });
});
