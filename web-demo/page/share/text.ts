// Text on a canvas that fits into a width: smaller where it is long, and at its smallest cut.

export interface TextStyle {
  readonly family: string;
  readonly weight: number;
  /** Pixels at most, and at least. */
  readonly size: number;
  readonly least: number;
}

/** Sets the context's font, and returns the text, or as much of it as fits. */
export function fitText(
  context: CanvasRenderingContext2D,
  text: string,
  width: number,
  { family, weight, size, least }: TextStyle,
): string {
  const use = (pixels: number) => {
    context.font = `${weight} ${pixels}px ${family}`;
  };
  use(size);
  const wide = context.measureText(text).width;
  if (wide <= width) return text;
  use(Math.max(least, Math.floor((size * width) / wide)));
  const letters = [...text];
  let kept = letters.length;
  const shown = () => (kept === letters.length ? text : `${letters.slice(0, kept).join('')}…`);
  while (kept > 1 && context.measureText(shown()).width > width) kept--;
  return shown();
}
