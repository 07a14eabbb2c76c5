// How much two models' probabilities may differ and still be the same answer.

/** Largest difference of a probability that counts as the same answer. */
export const TOLERANCE = 1e-5;

/**
 * Two classes nearer than this in a probability are a tie: where both models are off by what is allowed, in opposite
 * directions, either may come first. Networks that have hardly been trained have such pictures among 10,000.
 */
export const TIE = 2 * TOLERANCE;
