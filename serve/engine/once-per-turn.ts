// Runs a function once per turn of the event loop, however often it was asked for in that turn.

/** @returns a function that schedules `run` for the end of this turn, unless it is scheduled already. */
export function oncePerTurn(run: () => void): () => void {
  let scheduled = false;
  const turn = () => {
    scheduled = false;
    run();
  };
  return () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(turn);
  };
}
