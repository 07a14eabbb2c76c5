// `trainyard/element`: the custom element `<trainyard-classifier>`, defined by importing this module.
import { messageOf } from '../../models/errors.ts';
import { type Opening, openSoon } from '../component/open-soon.ts';
import type { Backend, Classification, Model, PictureSource } from '../component/types.ts';
import type { TrainyardClassifierElement } from './types.ts';
import { createView, percent, type View } from './view.ts';

export type * from './types.ts';

/** Node has no elements: there the class is never made, but the module may be imported. */
const Element = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** Answers that are shown where `top` does not say. */
const few = 3;

/** See {@link TrainyardClassifierElement}. */
export class TrainyardClassifier extends Element implements TrainyardClassifierElement {
  static readonly observedAttributes = ['src', 'backend', 'threads', 'sha256', 'assets'];

  #opening: Opening | undefined;
  #view: View | undefined;
  /** Number of the latest picture: an answer to an earlier one is not shown. */
  #latest = 0;

  get model(): Promise<Model> | undefined {
    return this.#opening?.model;
  }

  connectedCallback(): void {
    this.#view ??= createView(this.attachShadow({ mode: 'open' }), (file) => {
      this.classify(file).catch(() => {}); // it is shown, and an event says it
    });
    this.#open(this.#view);
  }

  disconnectedCallback(): void {
    this.#close();
  }

  attributeChangedCallback(_: string, before: string | null, now: string | null): void {
    if (this.#view === undefined || !this.isConnected || before === now) return;
    // What the model before has said is not said by this one.
    this.#view.answers([]);
    void this.#view.picture(undefined);
    this.#open(this.#view);
  }

  async classify(source: PictureSource): Promise<Classification> {
    const picture = ++this.#latest;
    const view = this.#view;
    view?.message('');
    view?.answers([]);
    try {
      const answer = await this.#ask(source, picture);
      if (picture === this.#latest) {
        view?.answers(answer.predictions.slice(0, this.#top()));
        view?.message(`${answer.label}, ${percent(answer.probability)}`);
        this.dispatchEvent(new CustomEvent('classify', { detail: answer, bubbles: true }));
      }
      return answer;
    } catch (error) {
      if (picture === this.#latest) this.#fail(error);
      throw error;
    }
  }

  /** Asks the model that `src` names now: when another one takes its place before it has answered, that one is asked. */
  async #ask(source: PictureSource, picture: number): Promise<Classification> {
    for (;;) {
      const opening = this.#opening;
      if (opening === undefined)
        throw new Error(
          'trainyard-classifier has no model: its attribute src names one, once it is in a page',
        );
      if (picture === this.#latest) await this.#view?.picture(source);
      try {
        const answer = await (await opening.model).classify(source);
        if (opening === this.#opening) return answer;
      } catch (error) {
        if (opening === this.#opening || this.#opening === undefined) throw error;
      }
    }
  }

  #open(view: View): void {
    this.#close();
    view.message('');
    const source = this.getAttribute('src');
    if (source === null) return;
    const threads = this.getAttribute('threads');
    const opening = openSoon(source, {
      // The border with attributes: loadModel says what is wrong with it.
      backend: (this.getAttribute('backend') ?? undefined) as Backend['name'] | undefined,
      threads: threads === null ? undefined : Number(threads),
      sha256: this.getAttribute('sha256') ?? undefined,
      assets: this.getAttribute('assets') ?? undefined,
      progress: (loaded, total) => view.progress(loaded / total),
    });
    this.#opening = opening;
    opening.model.then(
      () => {
        if (this.#opening === opening) view.progress(undefined);
      },
      (error) => {
        if (this.#opening === opening) this.#fail(error);
      },
    );
  }

  #close(): void {
    this.#opening?.close();
    this.#opening = undefined;
    this.#view?.progress(undefined);
  }

  #fail(error: unknown): void {
    this.#view?.progress(undefined);
    this.#view?.message(messageOf(error));
    this.dispatchEvent(new ErrorEvent('error', { error, message: messageOf(error) }));
  }

  #top(): number {
    const top = Number(this.getAttribute('top') ?? few);
    return Number.isInteger(top) && top > 0 ? top : few;
  }
}

if (globalThis.customElements?.get('trainyard-classifier') === undefined)
  globalThis.customElements?.define('trainyard-classifier', TrainyardClassifier);
