// The differences of a sweep as a picture: a dot for each picture, on a scale of powers of ten.
import { formatScientific } from '../shell/format.ts';
import type { Pair } from './both.ts';
import { tolerance } from './check.ts';

/** Powers of ten at the foot and the head of the scale. Below it float32 probabilities near 1 have no digits. */
const lowest = -12;
const highest = -4;

const height = 190;
const margin = { left: 44, right: 8, top: 10, bottom: 22 };

/** Fills an SVG element; `total` is how many pictures there will be. */
export function plotDifferences(svg: SVGSVGElement, pairs: readonly Pair[], total: number): void {
  const width = Math.max(280, svg.clientWidth || 640);
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const x = (i: number) =>
    margin.left + ((width - margin.left - margin.right) * (i + 0.5)) / Math.max(1, total);
  const y = (power: number) =>
    margin.top + ((height - margin.top - margin.bottom) * (highest - power)) / (highest - lowest);
  const shapes: SVGElement[] = [];
  for (let power = lowest; power <= highest; power += 2) {
    shapes.push(line('rule', margin.left, width - margin.right, y(power)));
    const text = power === lowest ? '0' : formatScientific(10 ** power).replace('1 × ', '');
    shapes.push(label(margin.left - 8, y(power) + 4, 'end', text));
  }
  const bound = Math.log10(tolerance);
  shapes.push(line('bound', margin.left, width - margin.right, y(bound)));
  shapes.push(
    label(
      width - margin.right,
      y(bound) - 5,
      'end',
      `what rounding may do: ${formatScientific(tolerance).replace('1 × ', '')}`,
    ),
  );
  shapes.push(label(margin.left, height - 4, 'start', 'picture 1'));
  shapes.push(label(width - margin.right, height - 4, 'end', String(total)));
  for (const [i, { difference }] of pairs.entries()) {
    const power = Math.min(highest, Math.max(lowest, Math.log10(difference)));
    shapes.push(dot(x(i), y(power), difference <= tolerance));
  }
  svg.replaceChildren(...shapes);
}

function make(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function line(kind: string, x1: number, x2: number, y: number): SVGElement {
  return make('line', { class: kind, x1, x2, y1: y, y2: y });
}

function label(x: number, y: number, anchor: string, text: string): SVGElement {
  const element = make('text', { x, y, 'text-anchor': anchor });
  element.textContent = text;
  return element;
}

function dot(cx: number, cy: number, within: boolean): SVGElement {
  return make('circle', {
    class: within ? 'within' : 'beyond',
    cx: cx.toFixed(1),
    cy: cy.toFixed(1),
    r: 2.5,
  });
}
