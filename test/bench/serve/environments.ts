// The rival servers' Python environments: each server has one of its own, all with the same onnxruntime and decoder.
import { pythonWith } from '../support/venv.ts';

/** The onnxruntime of package.json, so that servers are compared and not runtimes; the newest Pillow and NumPy. */
const common = ['onnxruntime==1.30.0', 'pillow==13.0.0', 'numpy==2.4.6'];

const requirements = {
  fastapi: ['fastapi==0.165.0', 'uvicorn[standard]==0.54.0', 'python-multipart==0.0.34'],
  litserve: ['litserve==0.2.19', 'python-multipart==0.0.34'],
  bentoml: ['bentoml==1.4.40'],
} as const;

export type Framework = keyof typeof requirements;

export const frameworks = ['fastapi', 'litserve', 'bentoml'] as const satisfies readonly Framework[];

/** What a server is made of, for the page of results. */
export function packagesOf(framework: Framework): string {
  return [...requirements[framework], ...common].map((pin) => pin.replace('==', ' ')).join(', ');
}

/** The interpreter that has the server. */
export function interpreterOf(framework: Framework): Promise<string> {
  const [pin] = requirements[framework];
  return pythonWith(`serve-${pin}`, [...requirements[framework], ...common]);
}
