// Keys for the whole drawing: undo, redo, clear, another tool.

export interface KeyActions {
  undo(): void;
  redo(): void;
  clear(): void;
  changeTool(): void;
}

/** Where keys are somebody else's: fields that are typed into or chosen from, dialogs, and what stands below the stage. */
const elsewhere = 'input, select, textarea, [contenteditable], dialog, .below';

/** @param active - whether the drawing is shown. */
export function listenToKeys(active: () => boolean, { undo, redo, clear, changeTool }: KeyActions): void {
  document.addEventListener('keydown', (event) => {
    const { target, key, ctrlKey, metaKey, altKey, shiftKey } = event;
    if (!active() || event.defaultPrevented || event.isComposing || altKey) return;
    if (target instanceof Element && target.closest(elsewhere)) return;
    const command = ctrlKey || metaKey;
    if (!command && (key === 'Escape' || key === 'Delete')) clear();
    else if (command && key.toLowerCase() === 'z') (shiftKey ? redo : undo)();
    else if (command && key.toLowerCase() === 'y') redo();
    else if (!command && key.toLowerCase() === 'e') changeTool();
  });
}
