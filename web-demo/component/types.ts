// The public types of the browser entry. It imports nothing, since the build publishes this file as it is.

/**
 * Decoded pixels: `data` is `[height, width, channels]` uint8, row by row from the top left, in sRGB.
 * Channels: 1 gray, 3 RGB, 4 RGBA with straight alpha.
 */
export interface Picture {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

/** What every model file says about itself. */
interface AnyCard {
  readonly name: string;
  readonly description: string;
  /** Name of each class, or of each number, in the order of the output. */
  readonly labels: readonly string[];
  readonly input: {
    /** `[height, width, channels]`. */
    readonly shape: readonly [number, number, number];
    /** How a picture becomes an input: MNIST's rule for a drawn digit, or Pillow's resize. */
    readonly prepare:
      | { readonly rule: 'digit' }
      | {
          readonly rule: 'resize';
          readonly filter: 'bilinear' | 'bicubic';
          readonly crop: 'center' | 'stretch';
        };
  };
  readonly architecture: { readonly name: string; readonly parameters: number };
  /** How it was trained: `folder` is there when it was on a folder of pictures. */
  readonly recipe: { readonly folder?: unknown };
  readonly datasets: readonly {
    readonly name: string;
    readonly split: 'train' | 'validation' | 'test';
    readonly n: number;
  }[];
  /** The model says how strange a picture is; of `n` known pictures it takes the share `falseAlarms` for strange. */
  readonly novelty?: { readonly threshold: number; readonly falseAlarms: number; readonly n: number };
}

/** How far probabilities are from those of what was trained, over `n` pictures. */
interface ProbabilityParity {
  readonly n: number;
  readonly maxProbabilityDifference: number;
  readonly changedLabels: number;
}

/** A model that answers with one label. */
export interface SingleCard extends AnyCard {
  readonly task: 'single';
  /** Measured on `n` test pictures; of a folder without a test, on those that were kept apart for validation. */
  readonly metrics: { readonly n: number; readonly accuracy: number } | null;
  readonly parity: ProbabilityParity | null;
}

/** A model that answers with any number of labels. */
export interface MultiCard extends AnyCard {
  readonly task: 'multi';
  /** From which probability on each label is an answer. */
  readonly thresholds: readonly number[];
  /** Measured as those of a single label: `f1` is the mean of the labels, `exact` the share of pictures of which all is right. */
  readonly metrics: {
    readonly n: number;
    readonly meanAveragePrecision: number;
    readonly f1: number;
    readonly exact: number;
  } | null;
  readonly parity: ProbabilityParity | null;
}

/** A model that answers with numbers, whose names are its labels. */
export interface RegressionCard extends AnyCard {
  readonly task: 'regression';
  /** Of each number the least and the largest that it was trained on, and their standard deviation. */
  readonly ranges: readonly { readonly min: number; readonly max: number; readonly deviation: number }[];
  /** Of each number: the mean absolute error in its units, and the share of its variance that is explained. */
  readonly metrics: {
    readonly n: number;
    readonly meanAbsoluteError: readonly number[];
    readonly r2: readonly number[];
  } | null;
  /** Differences are in deviations of `ranges`. */
  readonly parity: { readonly n: number; readonly maxValueDifference: number } | null;
}

/** What a model file says about itself. */
export type Card = SingleCard | MultiCard | RegressionCard;

/** What can be classified: an element, a frame, a file or its address, or pixels. */
export type PictureSource = string | URL | Picture | ImageData | Blob | CanvasImageSource;

/** Where a model file comes from: its address, the file itself, or `hf:owner/name`, a model of the Hugging Face Hub. */
export type ModelFileSource = string | URL | Blob | ArrayBuffer | Uint8Array;

/** What runs the model. */
export interface Backend {
  readonly name: 'wasm' | 'webgpu';
  /** Threads of WebAssembly. */
  readonly threads: number;
}

export interface LoadOptions<T extends AnswerTask = 'single'> {
  /**
   * What its answers are: one label (`single`, the default), several labels (`multi`), numbers (`regression`), or `any`,
   * which each answer says in its own `task`. A model of another task is refused.
   */
  readonly task?: T | undefined;
  /** `wasm` (the default) runs everywhere; `webgpu` fetches another runtime and needs a graphics processor. */
  readonly backend?: Backend['name'] | undefined;
  /**
   * Threads of WebAssembly. More than one needs a page that is cross-origin isolated. By default one for
   * small models and in pages that are not isolated, otherwise as many as make it faster.
   */
  readonly threads?: number | undefined;
  /** SHA-256 of the model file, hex in small or capital letters: the file is checked against it and cached by it, so that it is fetched once. */
  readonly sha256?: string | undefined;
  /** Bytes of the model file, for `progress` where the server does not say. */
  readonly size?: number | undefined;
  /**
   * Address of a copy of the package's folder `dist/web-demo/browser`, for where the bundler does not copy what this module
   * fetches (esbuild copies nothing, and none copies WebGPU's runtime), or for a CDN. By default the files are where the
   * bundler has put them, or beside this module.
   */
  readonly assets?: string | URL | undefined;
  /** Address of another Hugging Face Hub for models `hf:owner/name`, such as a mirror. */
  readonly hub?: string | URL | undefined;
  /** Ends the download; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes received and the bytes expected, of runtime and model together. */
  readonly progress?: ((loaded: number, total: number) => void) | undefined;
}

export interface ClassifyOptions {
  /** Predictions in the answer at most; by default one for each label. */
  readonly top?: number | undefined;
  /** Ends the waiting; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface ExplainOptions {
  /** Ends the work; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface LayersOptions {
  /**
   * For how many maps of each layer, the strongest, `contributions` are found; by default for none. The network runs once
   * more for each of them.
   */
  readonly contributions?: number | undefined;
  /** Ends the work; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** One label, and its probability from 0 to 1. */
export interface Prediction {
  readonly label: string;
  readonly probability: number;
}

/** What stands beside every answer. */
interface AnyAnswer {
  /**
   * How strange the picture is, from 0 to 1, and whether it is `known`, at most the card's threshold: of a model that says
   * so. A picture that is not known is none of the labels, whatever its probabilities are.
   */
  readonly known?: boolean;
  readonly novelty?: number;
  /** What the model saw: `[H,W,C]` uint8 of `shape`. */
  readonly input: Uint8Array;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Milliseconds that the model took; of several pictures, all of them together. */
  readonly milliseconds: number;
}

/** The answer to one picture of a model with one label. */
export interface Classification extends Prediction, AnyAnswer {
  readonly task: 'single';
  /** The most probable first; `label` and `probability` repeat the first of them. */
  readonly predictions: readonly Prediction[];
  /** float32 `[labels]`, in the order of the card's labels. */
  readonly probabilities: Float32Array;
}

/** A label, its probability, and the one from which on it is an answer. */
export interface ThresholdPrediction extends Prediction {
  readonly threshold: number;
}

/** The answer to one picture of a model with several labels. */
export interface MultiClassification extends AnyAnswer {
  readonly task: 'multi';
  /** The labels whose probability is at least their threshold, the most probable first; none where the picture has none of them. */
  readonly labels: readonly Prediction[];
  /** All labels, the most probable first. */
  readonly predictions: readonly ThresholdPrediction[];
  /** float32 `[labels]`, in the order of the card's labels; they need not sum to one. */
  readonly probabilities: Float32Array;
}

/** The answer to one picture of a model of numbers. */
export interface Regression extends AnyAnswer {
  readonly task: 'regression';
  /** Each number by its name, in the units of what the model was trained on. */
  readonly values: Readonly<Record<string, number>>;
  /** The names of those that are outside of what the model was trained on: nothing was ever shown for them. */
  readonly outside: readonly string[];
}

/** Answers by the task of a model; `any` where a caller looks at `task`. */
export interface Answers {
  single: Classification;
  multi: MultiClassification;
  regression: Regression;
  any: Classification | MultiClassification | Regression;
}

/** Cards by the task of a model. */
interface Cards {
  single: SingleCard;
  multi: MultiCard;
  regression: RegressionCard;
  any: Card;
}

/** What the answers of a model are: `single`, `multi`, `regression`, or `any` of them. */
export type AnswerTask = keyof Answers;

/** A part of a picture, in pixels from the top left; edges may lie between pixels, and outside of the picture. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What the answer is without a part of the input. */
export interface Without {
  /** The part that is covered, in pixels of the input. */
  readonly patch: Rectangle;
  /** The most probable label without it, and its probability. */
  readonly label: string;
  readonly probability: number;
}

/** Which pixels mattered for an answer. */
export interface Explanation {
  /** The label that is explained. */
  readonly label: string;
  /**
   * float32 `[H,W]`: by how much the label's log-odds fall when what is around a pixel is covered. Positive where the
   * picture speaks for the label, negative where it speaks against it.
   */
  readonly map: Float32Array;
  /**
   * The single patch without which the answer is another one: of several, the one with the surest other answer. Where none
   * changes the answer, the one without which it is the least sure: `label` is that of the explanation. Undefined for a
   * picture of which nothing can be covered.
   */
  readonly without: Without | undefined;
  /** The part of the picture that became the input, in pixels of the picture: so the map can be laid over it. */
  readonly place: Rectangle;
  readonly input: Uint8Array;
  readonly shape: AnyAnswer['shape'];
}

/** A convolution or a pooling, and what it made of a picture. */
export interface Layer {
  /** The name of its node in the model file. */
  readonly name: string;
  readonly kind: 'convolution' | 'pooling';
  /** The name of the value that is shown: what the node gives, after the normalization and the activation that follow it. */
  readonly value: string;
  readonly shape: readonly [height: number, width: number, maps: number];
  /** float32 `[H,W,C]` of `shape`. */
  readonly maps: Float32Array;
  /**
   * float32 `[C]`: by how much the label's log-odds fall when a map is all zeros. Positive where the map speaks for the
   * label, negative where it speaks against it, NaN where that was not tried. Undefined where it was not asked for.
   */
  readonly contributions?: Float32Array;
}

/** What happens inside of a model while it answers. */
export interface Layers {
  /** The answer: what contributions are to. */
  readonly label: string;
  /** In the order of the network; of one without convolutions and poolings, none. */
  readonly layers: readonly Layer[];
  readonly input: Uint8Array;
  readonly shape: AnyAnswer['shape'];
}

/** An open model; its task says which answers it gives. */
export type Model<T extends AnswerTask = 'single'> = OpenModel<Cards[T], Answers[T]>;

/** See {@link Model}. */
interface OpenModel<ItsCard, ItsAnswer> {
  /** What the model file says about itself. */
  readonly card: ItsCard;
  /** Bytes of the model file, and their SHA-256 (undefined where the page is not a secure context). */
  readonly size: number;
  readonly sha256: string | undefined;
  readonly backend: Backend;
  /** Largest difference from the answers that the card expects, tried on opening; null when it expects none. */
  readonly goldenDifference: number | null;
  /**
   * Classifies one picture, or several in one run.
   *
   * @throws PictureError for what is no picture or cannot be read; ModelError when the model was closed.
   */
  classify(source: PictureSource, options?: ClassifyOptions): Promise<ItsAnswer>;
  classify(sources: readonly PictureSource[], options?: ClassifyOptions): Promise<ItsAnswer[]>;
  /**
   * Finds out which pixels mattered, by covering them one patch after another.
   *
   * @throws ModelError of a model of numbers, which has no label to explain; `layers` finds no contributions for it either.
   */
  explain(source: PictureSource, options?: ExplainOptions): Promise<Explanation>;
  /**
   * Looks inside: the maps of every convolution and pooling. The first call opens the file a second time, with these values
   * as outputs.
   *
   * @throws PictureError and ModelError as `classify` does.
   */
  layers(source: PictureSource, options?: LayersOptions): Promise<Layers>;
  /** Ends the worker and frees its memory; calls that are not answered yet fail. */
  close(): void;
}

/**
 * Why a model cannot be used. `fetch`: the file could not be fetched; `model`: it is not a model that can be run;
 * `runtime`: this browser, or this page, cannot run it as asked; `closed`: the model was closed.
 */
export type Reason = 'fetch' | 'model' | 'runtime' | 'closed';

/** See {@link Model}. */
export interface LoadModel {
  (source: ModelFileSource, options?: LoadOptions): Promise<Model>;
  (source: ModelFileSource, options: LoadOptions<'multi'>): Promise<Model<'multi'>>;
  (source: ModelFileSource, options: LoadOptions<'regression'>): Promise<Model<'regression'>>;
  (source: ModelFileSource, options: LoadOptions<AnswerTask>): Promise<Model<'any'>>;
}

/** Starts to fetch and compile the runtime, for a page that does not know yet which model it will open. */
export type WarmUp = (options?: Pick<LoadOptions, 'assets'>) => void;

/** Reads the pixels of a source in sRGB, upright, at its full size. @throws PictureError */
export type ReadPicture = (source: PictureSource, signal?: AbortSignal) => Promise<Picture>;
