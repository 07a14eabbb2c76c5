// What columns' names, and names of tables, say of labels: that a program guessed them, or that they are of parts of pictures.

/** How sure a program is: a word of a column's name, such as `label_confidence`, `prob_cat` or `top1_conf`. */
const GUESS = new Set(
  [
    'prob probs proba probas probability probabilities confidence confidences conf certainty certitude score scores',
    'pred preds prediction predictions predicted logit logits softmax likelihood posterior',
  ].flatMap((line) => line.split(' ')),
);

/** Corners and sides of boxes, and outlines. */
const BOX =
  /^(x_?min|y_?min|x_?max|y_?max|bbox(es)?|bounding_box(es)?|box(es)?|polygons?|rle|encoded_?pixels|segmentations?)$/;

/** Names that are coordinates where one of each is there: `x` and `y`, `left` and `top`, `x1` and `y1`. */
const ACROSS = /^(c?x|x_?(c|center|centre|tl|br|\d)|left)$/;
const DOWN = /^(c?y|y_?(c|center|centre|tl|br|\d)|top)$/;

/** Words of a name, in lower case: of `Label Confidence (%)`, `labelConfidence` and `label_confidence` the same two. */
const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '');

/** A name without what stands before the coordinate: `roi.x1`, `bbox_x`. */
const coordinate = (name: string): string => name.toLowerCase().replace(/^(roi|bbox|box|bb)[._ -]/, '');

/** Whether columns are coordinates: then `y` is one too, and no label. */
export function areCoordinates(names: readonly string[]): boolean {
  const all = names.map(coordinate);
  return all.some((name) => ACROSS.test(name)) && all.some((name) => DOWN.test(name));
}

/**
 * Why the labels of a table may be none, in words that follow its name.
 * @param others - names of its columns but those of the paths and the labels
 */
export function doubtOf(others: readonly string[]): string | undefined {
  const guess = others.find(
    (name) => name.toLowerCase() === 'p' || wordsOf(name).some((word) => GUESS.has(word)),
  );
  if (guess !== undefined) return `has a column "${guess}", so a program may have guessed its labels`;
  const isBoxed = areCoordinates(others);
  const box = others.find(
    (name) =>
      BOX.test(coordinate(name).replaceAll(/[\s-]+/g, '_')) || (isBoxed && ACROSS.test(coordinate(name))),
  );
  return box === undefined
    ? undefined
    : `has a column "${box}": it describes parts of pictures, not whole ones`;
}

/** Whether a name is what programs call their output, in any case: `sample_submission.csv`, `sampleSubmission.csv`. */
export function isOutputName(name: string): boolean {
  return (
    /submission|prediction|inference|pseudo[_ -]?label/i.test(name) ||
    wordsOf(name.replaceAll(/\d+/g, ' ')).some((word) =>
      ['pred', 'preds', 'predicted', 'result', 'results', 'output', 'outputs'].includes(word),
    )
  );
}
