// Letters and digits as strokes of a pen, drawn by hand on a grid of nine by nine places. Other letters are left for tests:
// what a model says of kinds of drawings that it was never shown.

export interface Glyph {
  readonly name: string;
  /** A digit that is written alike. */
  readonly like?: string;
  /**
   * Strokes, divided by `|`; each is places `xy`, x to the right and y down, from 0 to 8. A stroke that begins with `~` is a
   * curve through them.
   */
  readonly strokes: string;
}

export const letters: readonly Glyph[] = [
  { name: 'A', strokes: '08 40 88|15 75' },
  { name: 'B', like: '8', strokes: '10 18|~10 50 72 54 14|~14 64 76 58 18' },
  { name: 'E', strokes: '70 10 18 78|14 64' },
  { name: 'F', strokes: '70 10 18|14 64' },
  { name: 'G', like: '6', strokes: '~71 50 21 04 27 58 77|77 75 45' },
  { name: 'H', strokes: '10 18|70 78|14 74' },
  { name: 'I', like: '1', strokes: '40 48' },
  { name: 'J', strokes: '~60 65 48 27 15' },
  { name: 'L', strokes: '10 18 78' },
  { name: 'N', strokes: '18 10 78 70' },
  { name: 'O', like: '0', strokes: '~40 12 16 48 76 72 40' },
  { name: 'P', strokes: '10 18|~10 50 72 54 14' },
  { name: 'Q', like: '0', strokes: '~40 12 16 48 76 72 40|56 88' },
  { name: 'R', strokes: '10 18|~10 50 72 54 14|34 78' },
  { name: 'S', like: '5', strokes: '~71 40 12 34 56 68 27 17' },
  { name: 'T', strokes: '00 80|40 48' },
  { name: 'V', strokes: '00 48 80' },
  { name: 'X', strokes: '10 78|70 18' },
  { name: 'Y', like: '4', strokes: '00 44|80 44 48' },
  { name: 'Z', like: '2', strokes: '10 70 18 78' },
  { name: 'b', like: '6', strokes: '10 18|~15 44 66 58 28 17' },
  { name: 'd', strokes: '~65 34 15 27 48 66|70 78' },
  { name: 'f', strokes: '~71 50 32 38|14 64' },
  { name: 'g', like: '9', strokes: '~63 32 14 25 46 63|~63 66 48 28' },
  { name: 'k', strokes: '10 18|63 15 68' },
  { name: 'm', strokes: '03 08|~05 23 34 38|~35 53 64 68' },
  { name: 'n', strokes: '13 18|~15 43 65 68' },
  { name: 'p', strokes: '12 18|~13 42 64 46 15' },
  { name: 'q', like: '9', strokes: '~63 32 14 25 46 63|62 68' },
  { name: 'r', strokes: '23 28|~25 43 64' },
  { name: 'u', strokes: '~13 16 37 56 63|63 68' },
  { name: 'w', strokes: '03 28 44 68 83' },
  { name: 'y', strokes: '13 45|~73 45 18' },
];

export const digits: readonly Glyph[] = [
  { name: '0', strokes: '~40 12 16 48 76 72 40' },
  { name: '1', strokes: '40 48' },
  { name: '1', strokes: '22 40 48' },
  { name: '1', strokes: '22 40 48|28 68' },
  { name: '2', strokes: '~11 30 61 63 36 18|18 78' },
  { name: '2', strokes: '~11 30 61 63 36 18 27 58 78' },
  { name: '3', strokes: '~11 40 62 44|~44 65 67 38 17' },
  { name: '4', strokes: '50 15 75|50 58' },
  { name: '4', strokes: '10 14 74|60 68' },
  { name: '5', strokes: '70 20 13|~13 43 65 57 28 17' },
  { name: '6', strokes: '~60 32 15 17 48 66 45 16' },
  { name: '7', strokes: '10 70 38' },
  { name: '7', strokes: '10 70 38|24 64' },
  { name: '8', strokes: '~61 40 12 44 66 48 26 44 62 61' },
  { name: '9', strokes: '~63 40 12 24 44 62|62 58' },
  { name: '9', strokes: '~63 40 12 24 44 62 65 48 28' },
];
