/** Replaces `lazyunmatched.ts` in bundles for the edge and browsers, which do not explain a 404. */
export const explainUnmatched: undefined = undefined
