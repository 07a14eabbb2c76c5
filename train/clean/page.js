// The page of `clean`: one picture at a time, decided by a key or a button. Texts are set as text, never as HTML.
export {};

/**
 * @typedef {{ index: number, path: string, label: string, was: string, decision: string | null, reason: string,
 *   likely: [string, number][], twin?: { index: number, path: string } }} Listed
 * @typedef {{ kept: number, dropped: number, relabeled: number }} Counts
 */

/** @param {string} id */
const element = (id) => document.getElementById(id) ?? document.body;
const input = /** @type {HTMLInputElement} */ (element('class'));
const token = document.querySelector('meta[name=token]')?.getAttribute('content') ?? '';
/** @type {{ classes: string[], next: string, counts: Counts, list: Listed[] }} */
const { classes, next, counts: first, list } = await (await fetch('/list')).json();
const places = new Map(list.map(({ index }, place) => [index, place]));
/** As many classes have a number each; of more, the likeliest have one. */
const KEYS = 10;
let counts = first;
let at = Math.max(
  0,
  list.findIndex(({ decision }) => decision === null),
);
/** Keys that are faster than the disk wait for one another. */
let last = Promise.resolve();

/**
 * @param {string} tag
 * @param {string} text
 * @param {Record<string, string>} properties
 */
const make = (tag, text, properties = {}) =>
  Object.assign(document.createElement(tag), { textContent: text, ...properties });

/**
 * The classes that have a number on the keyboard, for one picture.
 * @param {Listed} listed
 */
const choices = ({ likely }) => (classes.length <= KEYS ? classes : likely.map(([name]) => name));

/**
 * @param {number} index
 * @param {string} alternative for who does not see it
 * @param {string | undefined} [caption]
 */
function frame(index, alternative, caption) {
  const figure = document.createElement('figure');
  figure.append(make('img', '', { src: `/pictures/${index}`, alt: alternative }));
  if (caption !== undefined) figure.append(make('figcaption', caption));
  return figure;
}

function show() {
  const decided = counts.kept + counts.dropped + counts.relabeled;
  const shown = list[at];
  element('progress').textContent =
    list.length === 0
      ? 'Nothing is listed.'
      : `${at + 1} of ${list.length}. Decided: ${decided} (${counts.relabeled} relabeled, ${counts.dropped} dropped, ${counts.kept} kept).`;
  element('end').textContent = `Each decision is in the table at once. Then: ${next}`;
  for (const id of ['keep', 'drop', 'previous', 'next'])
    element(id).toggleAttribute('disabled', shown === undefined);
  if (shown === undefined) return;
  element('reason').textContent = shown.reason;
  element('path').textContent = shown.path;
  element('label').textContent =
    shown.decision === null
      ? `Labeled ${shown.label}`
      : shown.decision === 'relabeled'
        ? `Relabeled: ${shown.was} is now ${shown.label}`
        : `Labeled ${shown.was}, ${shown.decision}`;
  element('frames').replaceChildren(
    frame(shown.index, `Labeled ${shown.label}`, shown.twin && 'This picture'),
    ...(shown.twin
      ? [frame(shown.twin.index, 'The one that looks the same', `Looks the same: ${shown.twin.path}`)]
      : []),
  );
  const likely = new Map(shown.likely);
  element('classes').replaceChildren(
    ...choices(shown).map((name, i) => {
      const button = make('button', '', { type: 'button' });
      button.append(make('kbd', String((i + 1) % KEYS)), ` ${name}`);
      const probability = likely.get(name);
      if (probability !== undefined) button.append(make('small', ` ${Math.round(100 * probability)} %`));
      button.setAttribute('aria-pressed', String(name === shown.label && shown.decision !== 'dropped'));
      button.addEventListener('click', () => queue(() => decide({ label: name })));
      return button;
    }),
  );
}

/**
 * Sends a decision; the next picture is shown when it is written.
 * @param {Record<string, unknown>} body
 * @returns {Promise<number | undefined>} place of the picture that it changed
 */
async function send(body) {
  try {
    const response = await fetch('/decisions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-trainyard-token': token },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    element('error').textContent = answer.error ?? '';
    if (answer.error !== undefined) return undefined;
    counts = answer.counts;
    if (answer.changed === null) return undefined;
    const place = places.get(answer.changed.index);
    const changed = list[place ?? -1];
    if (changed !== undefined) Object.assign(changed, answer.changed);
    return place;
  } catch {
    element('error').textContent =
      'Clean has been stopped: start it again. What was decided is in the table.';
    return undefined;
  }
}

/** @param {Record<string, unknown>} what */
async function decide(what) {
  const shown = list[at];
  if (shown === undefined) return;
  if ((await send({ index: shown.index, ...what })) === undefined) return;
  step(1);
}

async function undo() {
  const place = await send({ undo: true });
  if (place !== undefined) at = place;
  show();
}

/** @param {() => unknown} action */
function queue(action) {
  last = last.then(async () => void (await action()));
}

/** @param {number} by */
function step(by) {
  at = Math.min(Math.max(at + by, 0), Math.max(list.length - 1, 0));
  show();
}

/** @type {Record<string, () => unknown>} */
const actions = {
  keep: () => decide({ decision: 'keep' }),
  drop: () => decide({ decision: 'drop' }),
  undo,
  previous: () => step(-1),
  next: () => step(1),
};
/** @type {Record<string, string>} */
const keys = {
  ...{ k: 'keep', d: 'drop', Delete: 'drop', u: 'undo' },
  ...{ p: 'previous', ArrowLeft: 'previous', n: 'next', ArrowRight: 'next' },
};
for (const [id, action] of Object.entries(actions))
  element(id).addEventListener('click', () => queue(action));

document.addEventListener('keydown', (event) => {
  const { key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === input) {
    if (key === 'Escape') input.blur();
    return;
  }
  if (key === '/') {
    event.preventDefault();
    input.focus();
    return;
  }
  const action = actions[keys[key] ?? ''];
  if (action !== undefined) queue(action);
  else if (/^\d$/.test(key))
    queue(() => {
      const shown = list[at];
      const name = shown && choices(shown)[(Number(key) + KEYS - 1) % KEYS];
      return name === undefined ? undefined : decide({ label: name });
    });
});

element('names').replaceChildren(...classes.map((name) => make('option', '', { value: name })));
element('search').addEventListener('submit', (event) => {
  event.preventDefault();
  const { value } = input;
  if (!classes.includes(value)) {
    element('error').textContent = `There is no class ${JSON.stringify(value)}.`;
    return;
  }
  input.value = '';
  input.blur();
  queue(() => decide({ label: value }));
});

show();
