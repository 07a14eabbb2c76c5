// Options of quantization: types of weights, and their defaults.

/** How weights can be stored. */
export const WEIGHT_TYPES = ['int8', 'float16'] as const;

export type WeightType = (typeof WEIGHT_TYPES)[number];

/** Training pictures from which ranges are taken, if no other number is asked for. */
export const CALIBRATION_PICTURES = 512;
