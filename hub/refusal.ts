// Refusals of the Hugging Face Hub in words, in Node and in browsers.
import { HubError, HubUnreachable } from './error.ts';

/** Who asks. */
export interface Login {
  /** What opens a model that is not for everybody. */
  readonly advice: string;
  /** What else helps who has asked too often. */
  readonly patience?: string;
}

/** What a status means. Reference: hf_raise_for_status of Python's huggingface_hub, which reads the same two headers. */
export function refusalOf(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  what: string,
  origin: string,
  { advice, patience }: Login,
): HubError {
  const code = headers.get('x-error-code');
  const said = headers.get('x-error-message');
  const says = said === null ? '' : ` It says: ${said}`;
  if (code === 'GatedRepo')
    return new HubError(
      `${what} is gated: its makers let in whom they know. Ask for access on its page of ${origin}. ${advice}`,
    );
  if (code === 'RevisionNotFound')
    return new HubError(`${what} is not there: ${origin} has the model, but not that branch, tag or commit.`);
  if (code === 'EntryNotFound')
    return new HubError(`${what} is not there: ${origin} has the model, but not that file.`);
  if (code === 'RepoNotFound' || (status === 401 && !says.includes('Invalid')))
    return new HubError(
      `${what} is not there, or is private: ${origin} has no such model for you. ${advice}`,
    );
  if (status === 401) return new HubError(`${origin} does not know the token of HF_TOKEN.${says}`);
  if (status === 403) return new HubError(`${origin} does not give ${what} to you.${says} ${advice}`);
  if (status === 404) return new HubError(`${what} is not there: ${origin} answered 404.${says}`);
  if (status === 429)
    return new HubError(
      `${origin} takes no more requests from here for now. Wait a few minutes${patience === undefined ? '' : `, or ${patience}`}.`,
    );
  // A Hub that is being mended is as good as none: the cache may do.
  if (status >= 500) return new HubUnreachable(`${origin} answered ${status} for ${what}.${says}`);
  return new HubError(`${origin} answered ${status} for ${what}.${says}`);
}
