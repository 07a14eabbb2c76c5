// Numbers of 16 bits and less as ONNX's types spell them: the sign, the exponent, the digits.
import { dataType } from './types.ts';

interface Form {
  readonly exponent: number;
  readonly mantissa: number;
  readonly bias: number;
  /** What the largest exponent, or minus zero, stands for beside numbers. */
  readonly special: 'ieee' | 'all ones is NaN' | 'minus zero is NaN' | 'none';
}

/**
 * References: IEEE 754-2019; https://onnx.ai/onnx/technical/float8.html; OCP Microscaling Formats 1.0, section 5.3.
 */
const FORMS: ReadonlyMap<number, Form> = new Map<number, Form>([
  [dataType.FLOAT16, { exponent: 5, mantissa: 10, bias: 15, special: 'ieee' }],
  [dataType.BFLOAT16, { exponent: 8, mantissa: 7, bias: 127, special: 'ieee' }],
  [dataType.FLOAT8E4M3FN, { exponent: 4, mantissa: 3, bias: 7, special: 'all ones is NaN' }],
  [dataType.FLOAT8E4M3FNUZ, { exponent: 4, mantissa: 3, bias: 8, special: 'minus zero is NaN' }],
  [dataType.FLOAT8E5M2, { exponent: 5, mantissa: 2, bias: 15, special: 'ieee' }],
  [dataType.FLOAT8E5M2FNUZ, { exponent: 5, mantissa: 2, bias: 16, special: 'minus zero is NaN' }],
  [dataType.FLOAT6E2M3, { exponent: 2, mantissa: 3, bias: 1, special: 'none' }],
  [dataType.FLOAT6E3M2, { exponent: 3, mantissa: 2, bias: 3, special: 'none' }],
  [dataType.FLOAT4E2M1, { exponent: 2, mantissa: 1, bias: 1, special: 'none' }],
]);

/** Whole numbers of 4 and 2 bits, by their signs. */
const SMALL_WHOLE: ReadonlyMap<number, (code: number) => number> = new Map([
  [dataType.UINT4, (code: number) => code],
  [dataType.UINT2, (code: number) => code],
  [dataType.INT4, (code: number) => (code ^ 8) - 8],
  [dataType.INT2, (code: number) => (code ^ 2) - 2],
]);

/** The number that the bits of an element of a type stand for. */
export function decodeFloat(type: number): (code: number) => number {
  const whole = SMALL_WHOLE.get(type);
  if (whole !== undefined) return whole;
  // An exponent alone.
  if (type === dataType.FLOAT8E8M0) return (code) => (code === 255 ? Number.NaN : 2 ** (code - 127));
  const form = FORMS.get(type);
  return form === undefined ? (code) => code : (code) => decode(code, form);
}

function decode(code: number, { exponent, mantissa, bias, special }: Form): number {
  const sign = code >>> (exponent + mantissa) === 1 ? -1 : 1;
  const most = 2 ** exponent - 1;
  const power = (code >>> mantissa) & most;
  const digits = code & (2 ** mantissa - 1);
  if (special === 'ieee' && power === most)
    return digits === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (special === 'all ones is NaN' && power === most && digits === 2 ** mantissa - 1) return Number.NaN;
  if (special === 'minus zero is NaN' && sign < 0 && power === 0 && digits === 0) return Number.NaN;
  if (power === 0) return sign * digits * 2 ** (1 - bias - mantissa);
  return sign * (1 + digits / 2 ** mantissa) * 2 ** (power - bias);
}
