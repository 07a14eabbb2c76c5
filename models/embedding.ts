// The embedding of a picture: float32 `[F]`, what a classifier's last dense layer takes. Pictures that are alike to the model have
// embeddings in nearly the same direction.
import { UserError } from './errors.ts';

/** What the output is called where a server is asked for it. */
export const EMBEDDING = 'embedding';

/** A network gives no embedding: its message says why. */
export class NoEmbedding extends UserError {
  override name = 'NoEmbedding';
}
