// Photographs of anything but a drawing: overlapping things before a ground, soft light, texture, noise. Without them, a
// detector that knows photographed digits would take every photograph for one.
import { preparePicture } from '../../models/image/prepare.ts';
import type { Random } from '../../train/random.ts';

/** Pixels a side. */
const SIDE = { from: 28, to: 48 };
const MOST_THINGS = 7;
const MOST_WAVES = 6;

type Level = (x: number, y: number) => number;

/** A photograph of a scene, uint8 `[28,28]`, prepared by the digit rule. */
export function photographedScene(next: Random): Uint8Array {
  const side = Math.round(SIDE.from + (SIDE.to - SIDE.from) * next());
  const waves = Array.from({ length: Math.floor((MOST_WAVES + 1) * next()) }, () => wave(next));
  const things = Array.from({ length: 1 + Math.floor(MOST_THINGS * next()) }, () => thing(next));
  const [ground, noise] = [255 * next(), 30 * next()];
  const data = new Uint8Array(side * side).map((_, i) => {
    const [x, y] = [(i % side) / side, Math.floor(i / side) / side];
    const solid = things.reduce((level, { covers, paint }) => {
      const share = covers(x, y);
      return level * (1 - share) + share * paint;
    }, ground);
    const level = waves.reduce((sum, each) => sum + each(x, y), solid) + noise * (next() + next() - 1);
    return Math.min(255, Math.max(0, Math.round(level)));
  });
  return preparePicture({ data, width: side, height: side, channels: 1 }, [28, 28, 1], { rule: 'digit' });
}

/** Light or texture: from one wave across the picture to fourteen. */
function wave(next: Random): Level {
  const [angle, waves, phase] = [2 * Math.PI * next(), 14 ** next(), 2 * Math.PI * next()];
  const amount = (50 * next()) / Math.sqrt(waves);
  const [across, down] = [Math.cos(angle), Math.sin(angle)].map((part) => 2 * Math.PI * waves * part);
  return (x, y) => amount * Math.sin((across ?? 0) * x + (down ?? 0) * y + phase);
}

/** An ellipse or a box, anywhere, turned, of one level, with an edge that is more or less soft. */
export function thing(next: Random): { readonly covers: Level; readonly paint: number } {
  const [middleX, middleY, angle] = [1.4 * next() - 0.2, 1.4 * next() - 0.2, Math.PI * next()];
  const [long, wide] = [0.05 + 0.55 * next(), 0.05 + 0.35 * next()];
  const [round, soft] = [next() < 0.5, 0.02 + 0.2 * next() ** 2];
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return {
    paint: 255 * next(),
    covers(x, y) {
      const u = ((x - middleX) * cosine + (y - middleY) * sine) / long;
      const v = ((y - middleY) * cosine - (x - middleX) * sine) / wide;
      const distance = round ? Math.hypot(u, v) : Math.max(Math.abs(u), Math.abs(v));
      return Math.min(1, Math.max(0, 0.5 + ((1 - distance) * Math.min(long, wide)) / soft));
    },
  };
}
