// A card as its file has it. Without the schema: whoever only runs models, such as a worker, loads no library for that.

/** That a picture has one label stands in no file, as it did not before there were tasks. */
export function asWritten(card: { readonly task: string }): object {
  return card.task === 'single' ? { ...card, task: undefined } : card;
}
