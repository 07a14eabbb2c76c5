// A browser that speaks WebDriver, with the few commands that tests of the page need.
// Reference: https://www.w3.org/TR/webdriver2/

/** Sends a command: its name in the standard's table of endpoints, and its body. */
export type Send = (command: Command, body: Record<string, unknown>) => Promise<unknown>;

/** Endpoints of a session, and what Firefox's Marionette calls them. */
export const commands = {
  navigate: { path: 'url', marionette: 'WebDriver:Navigate' },
  script: { path: 'execute/async', marionette: 'WebDriver:ExecuteAsyncScript' },
  actions: { path: 'actions', marionette: 'WebDriver:PerformActions' },
  resize: { path: 'window/rect', marionette: 'WebDriver:SetWindowRect' },
} as const;

export type Command = keyof typeof commands;

export interface Driven {
  open(url: string): Promise<void>;
  /** The value of an expression on the page, or of the promise that it is. @throws Error with what the page threw. */
  run<T>(expression: string): Promise<T>;
  /** Waits until an expression is true. @throws Error with its last value. */
  until(expression: string): Promise<void>;
  /** Draws a stroke with the mouse through places of the viewport, in CSS pixels. */
  stroke(places: readonly (readonly [number, number])[]): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds that a page may take for what it is waited for. */
const patience = 30_000;

export function driven(send: Send, close: () => Promise<void>): Driven {
  async function run<T>(expression: string): Promise<T> {
    const script = `const done = arguments[0];
      Promise.resolve().then(() => (${expression})).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const reply = await send('script', { script, args: [] });
    if (!isReply(reply)) throw new Error(`the browser answered ${JSON.stringify(reply)}`);
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.value as T; // the border with the page: the caller says what the expression is
  }

  return {
    async open(url) {
      await send('navigate', { url });
    },
    run,
    async until(expression) {
      const end = Date.now() + patience;
      let last: unknown;
      while (Date.now() < end) {
        last = await run(expression).catch(String);
        if (last === true) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`${expression} is not true after ${patience} ms, but ${JSON.stringify(last)}`);
    },
    async stroke(places) {
      const move = ([x, y]: readonly [number, number]) => ({
        type: 'pointerMove',
        duration: 0,
        origin: 'viewport',
        x: Math.round(x),
        y: Math.round(y),
      });
      const [first = [0, 0], ...rest] = places;
      const actions = [
        move(first),
        { type: 'pointerDown', button: 0 },
        ...rest.map(move),
        { type: 'pointerUp', button: 0 },
      ];
      const mouse = { type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions };
      await send('actions', { actions: [mouse] });
    },
    close,
  };
}

function isReply(reply: unknown): reply is { value?: unknown; error?: string } {
  return typeof reply === 'object' && reply !== null;
}
