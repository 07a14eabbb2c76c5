// The worker that fetches a model of the Hugging Face Hub and puts it into our own form: pages that need it alone load it.
import './no-eval.ts';
import { HubError } from '../../hub/error.ts';
import { messageOf } from '../../models/errors.ts';
import { ModelError } from './errors.ts';
import { fetchHubModel } from './hub/hub-model.ts';
import type { Reply, Request } from './protocol.ts';

self.addEventListener('message', async ({ data }: MessageEvent<Request>) => {
  if (data.type !== 'fetch-hub') return;
  const { id, address, endpoint } = data;
  try {
    const tell = (loaded: number, total: number) => say({ type: 'progress', loaded, total });
    const bytes = await fetchHubModel(address, endpoint, tell);
    say({ type: 'fetched-hub', id, bytes });
  } catch (error) {
    const isOurs = error instanceof ModelError || error instanceof HubError;
    const reason = error instanceof ModelError ? error.reason : isOurs ? 'fetch' : 'model';
    say({ type: 'failed', id, reason, message: isOurs ? error.message : `${address}: ${messageOf(error)}` });
  }
});

function say(reply: Reply): void {
  self.postMessage(reply);
}
