// The error about a model that did not come from the Hugging Face Hub.
import { UserError } from '../models/errors.ts';

/** A model that the Hub did not give: it is not there, not for this user, or the Hub cannot be reached. */
export class HubError extends UserError {}

/** The Hub did not answer at all: what is in the cache may do. */
export class HubUnreachable extends HubError {}
