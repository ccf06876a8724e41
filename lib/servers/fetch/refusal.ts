/** Responses that the handler itself makes. */
import { makeResponse } from './response.ts'

const TEXTS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** @param isHead Whether the request is a HEAD, whose response has no body. */
export function refusal(status: number, isHead = false): globalThis.Response {
  const text = isHead ? null : (TEXTS[status] ?? '')
  return makeResponse(text, status, ['content-type', 'text/plain; charset=utf-8'])
}
