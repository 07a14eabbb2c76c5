// The worker in which heads are trained: the page is never blocked, and fetches none of this before somebody teaches.
import '../../component/no-eval.ts';
import { env } from 'onnxruntime-web/wasm';
import { messageOf } from '../../../models/errors.ts';
import { sha256Of } from '../../../models/sha256.ts';
import { fetchModel } from '../../component/keep.ts';
import { startRuntime } from '../../component/runtime.ts';
import type { BaseFile, Name, Questions, TeachReply, TeachRequest } from './protocol.ts';
import { wasmRuntime } from './session.ts';
import { createTeacher, type Teacher } from './teacher.ts';

/** The name that onnxruntime gives to its threads, which it answers itself. */
const thread = 'em-pthread';

if (!self.name.startsWith(thread)) listen();

function listen(): void {
  let teacher: Teacher | undefined;

  async function answer({ name, asked }: TeachRequest): Promise<Questions[Name]['answered']> {
    if (name === 'open') {
      const { compiled } = startRuntime(new URL(RUNTIME_FILE, self.location.href));
      teacher ??= createTeacher(wasmRuntime(compiled, env.versions.web ?? ''));
      const { bytes, sha256 } = await read(asked.file);
      return { card: await teacher.open(bytes, sha256 ?? sha256Of([bytes])) };
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

async function read(file: BaseFile): Promise<{ bytes: Uint8Array; sha256?: string | undefined }> {
  if ('bytes' in file) return file;
  return fetchModel(file.url, file.sha256, file.size, (loaded, total) => say({ progress: [loaded, total] }));
}

function say(reply: TeachReply): void {
  self.postMessage(reply);
}
