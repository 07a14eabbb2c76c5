// Whether the code that runs was compiled: compiled.mjs puts `true` in the place of this.
export const isCompiled = false;
