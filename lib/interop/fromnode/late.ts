/** Errors of a handler whose exchange is over: nothing can be answered, but they are reported. */
import { ClientDisconnected } from '../../exceptions.ts'
import { logError } from '../../protocol/log.ts'
import type { HTTPScope } from '../../types.ts'

/**
 * Gives an error to the `onError` of the server, or writes it to stderr where the server has none.
 *
 * @param outcome What the exchange has failed with: errors that only follow from the departure of the
 * client are expected, and not reported.
 */
export function reportLate(error: unknown, scope: HTTPScope, outcome: unknown): void {
  if (error instanceof ClientDisconnected || error === outcome) return
  if (outcome instanceof ClientDisconnected && isConsequence(error)) return
  const { transport } = scope
  if (transport?.report === undefined) logError(error, scope)
  else transport.report(error)
}

/** What streams, pipelines and signals say when the other side has gone. */
const CONSEQUENCES = new Set<unknown>([
  'ABORT_ERR',
  'ECONNABORTED',
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_UNABLE_TO_PIPE',
])

/** Whether an error only says that the other side has gone. */
export function isConsequence(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? error.code : undefined
  const isReset = code === 'ECONNRESET' && error.message === 'aborted' // how Node ends a request
  return CONSEQUENCES.has(code) || isReset || error.name === 'AbortError'
}
