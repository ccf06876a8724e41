/** Sends a kept response again. */
import { SENT, type Send } from '../../types.ts'
import type { Answer } from './records.ts'

export function replay({ status, headers, body }: Answer, send: Send): Promise<void> {
  const fields = [...headers, 'idempotency-replayed', 'true']
  const started = send({ type: 'http.response.start', status, headers: fields })
  const rest = (): Promise<void> => send({ type: 'http.response.body', body, moreBody: false })
  return started === SENT ? rest() : started.then(rest)
}
