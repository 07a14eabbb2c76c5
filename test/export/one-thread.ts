// How the tests open small models in onnxruntime.

/** A second thread would spin while it waits, longer than such a model runs: a tenth of the time of these tests. */
export const ONE_THREAD = { intraOpNumThreads: 1 } as const;
