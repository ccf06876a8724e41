/**
 * Replaces `lazyanswers.ts` in bundles for the edge and browsers, in which all modules are loaded at once.
 */
export { debugResponse } from './debugtext.ts'
export { answerWebSocket } from './websockets.ts'
