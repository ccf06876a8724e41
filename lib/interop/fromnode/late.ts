/** Reports errors of a handler after its exchange is over, when they cannot be answered. */

import { followsDisconnect } from '../../exceptions/common.ts'
import { ClientDisconnected } from '../../exceptions.ts'
import { logError } from '../../protocol/log.ts'
import type { HTTPScope } from '../../types.ts'

/**
 * Passes an error to the `onError` of the server, or writes it to stderr if the server lacks one.
 *
 * @param outcome The error that the exchange failed with: errors that only follow from a disconnect are
 * expected and not reported.
 */
export function reportLate(error: unknown, scope: HTTPScope, outcome: unknown): void {
  if (followsDisconnect(error, scope) || error === outcome) return
  if (outcome instanceof ClientDisconnected && isConsequence(error)) return
  const { transport } = scope
  if (transport?.report === undefined) logError(error, scope)
  else transport.report(error)
}

/** Error codes of streams, pipelines and signals after a disconnect. */
const CONSEQUENCES = new Set<unknown>([
  'ABORT_ERR',
  'ECONNABORTED',
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_UNABLE_TO_PIPE',
])

/** Whether an error only reports that the other side disconnected. */
export function isConsequence(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? error.code : undefined
  const isReset = code === 'ECONNRESET' && error.message === 'aborted' // how Node ends a request
  return CONSEQUENCES.has(code) || isReset || error.name === 'AbortError'
}
