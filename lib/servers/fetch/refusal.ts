/** Answers of the handler's own. */
import { makeResponse } from './response.ts'

const TEXTS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

export function refusal(status: number): globalThis.Response {
  const text = TEXTS[status] ?? ''
  return makeResponse(text, status, ['content-type', 'text/plain; charset=utf-8'])
}
