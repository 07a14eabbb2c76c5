// The worker that runs a model on WebGPU.
import './no-eval.ts';
import { openOnWebGpu } from './webgpu.ts';
import { answerRequests } from './worker.ts';

answerRequests((bytes, { wasm }) => openOnWebGpu(wasm, bytes));
