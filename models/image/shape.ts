// The shape of one image.

/** Height and width in pixels, and channels: `[H,W,C]`. */
export type Shape = readonly [height: number, width: number, channels: number];
