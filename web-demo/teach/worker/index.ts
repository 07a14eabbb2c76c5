// The worker in which heads are trained: the page is never blocked, and fetches none of this before somebody teaches.
import '../../component/no-eval.ts';
import { env } from 'onnxruntime-web/wasm';
import { messageOf } from '../../../models/errors.ts';
import { sha256Of } from '../../../models/sha256.ts';
import { fetchModel } from '../../component/keep.ts';
import { startRuntime } from '../../component/runtime.ts';
import { correct } from './corrector.ts';
import type { BaseFile, Name, Questions, TeachReply, TeachRequest } from './protocol.ts';
import type { Runtime } from './runtime.ts';
import { wasmRuntime } from './session.ts';
import { createTeacher, type Teacher } from './teacher.ts';

/** The name that onnxruntime gives to its threads, which it answers itself. */
const thread = 'em-pthread';

if (!self.name.startsWith(thread)) listen();

function listen(): void {
  let runtime: Runtime | undefined;
  let teacher: Teacher | undefined;

  async function answer({ name, asked }: TeachRequest): Promise<Questions[Name]['answered']> {
    runtime ??= wasmRuntime(
      startRuntime(new URL(RUNTIME_FILE, self.location.href)).compiled,
      env.versions.web ?? '',
    );
    if (name === 'open') {
      teacher ??= createTeacher(runtime);
      const { bytes, sha256 } = await read(asked.file);
      return { card: await teacher.open(bytes, sha256) };
    }
    if (name === 'correct') {
      const made = await correct(runtime, await read(asked.file), asked.name, asked.corrections);
      return { ...made, file: new Uint8Array(made.file) };
    }
    if (teacher === undefined) throw new Error('asked before a model was opened');
    switch (name) {
      case 'add':
        await teacher.add(asked.id, asked.picture);
        return {};
      case 'train':
        return teacher.train(asked.examples, asked.classes);
      case 'answer':
        return teacher.answer(asked.picture);
      case 'make': {
        const { file, card } = await teacher.make(asked);
        return { file: new Uint8Array(file), card };
      }
    }
  }

  self.addEventListener('message', ({ data }: MessageEvent<TeachRequest>) => {
    answer(data).then(
      (answered) => say({ id: data.id, answered }),
      (error: unknown) => say({ id: data.id, failed: messageOf(error) }),
    );
  });
}

async function read(file: BaseFile): Promise<{ bytes: Uint8Array; sha256: string }> {
  const progress = (loaded: number, total: number) => say({ progress: [loaded, total] });
  const got = 'bytes' in file ? file : await fetchModel(file.url, file.sha256, file.size, progress);
  const known = 'sha256' in got ? got.sha256 : undefined;
  return { bytes: got.bytes, sha256: known ?? sha256Of([got.bytes]) };
}

function say(reply: TeachReply): void {
  self.postMessage(reply);
}
