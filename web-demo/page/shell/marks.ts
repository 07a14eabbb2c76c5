// The page's own marks (User Timing), for whoever observes them: the page itself collects nothing.

/** From a movement of the pen to the frame that shows the bars. */
export const penToBars = 'pen-to-bars';

/** From the beginning of the visit to the frame that shows the first answer. */
export const firstAnswer = 'first-answer';

/** Measures until the next frame has been painted. */
export function measureUntilPainted(name: string, start: number): void {
  requestAnimationFrame(() => {
    // A message sent before a frame is painted arrives after it.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      performance.measure(name, { start, end: performance.now() });
      performance.clearMeasures(name); // else they would pile up
    };
    port2.postMessage(null);
  });
}
