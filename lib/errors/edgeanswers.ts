/** Replaces `lazyanswers.ts` in bundles for the edge and browsers, which contain all that could be loaded. */
export { debugResponse } from './debugtext.ts'
export { answerWebSocket } from './websockets.ts'
