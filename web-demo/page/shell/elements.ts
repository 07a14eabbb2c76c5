// Finds the elements of index.html by their ids.

/** @throws Error when index.html has no such element: the two files do not belong together. */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${kind.name} with the id "${id}"`);
  return found;
}

/** @throws Error when index.html has no such element. */
export function svg(id: string): SVGSVGElement {
  const found = document.getElementById(id);
  if (!(found instanceof SVGSVGElement)) throw new Error(`index.html has no SVG with the id "${id}"`);
  return found;
}

/** Changes a text only where it is another: each change costs a layout, and answers come with every movement. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function byId(id: string): HTMLElement {
  return element(id, HTMLElement);
}
