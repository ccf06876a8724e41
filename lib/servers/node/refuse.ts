/** Responses of the server itself, without the app. */
import type { ServerResponse } from 'node:http'
import type { HeaderList } from '../../types.ts'

const TEXTS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  408: 'Request Timeout',
  426: 'Upgrade Required',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
}

/** Returns the body of such a response. */
export function textOf(status: number): string {
  return TEXTS[status] ?? ''
}

/**
 * Sends a response that has only a status and its text.
 *
 * @param isLast Whether the connection closes after it.
 */
export function refuse(
  response: ServerResponse,
  status: number,
  isLast: boolean,
  fields: HeaderList = [],
): void {
  const text = textOf(status)
  const headers = [
    'content-type',
    'text/plain; charset=utf-8',
    'content-length',
    String(text.length),
    ...fields,
  ]
  if (isLast) headers.push('connection', 'close')
  response.writeHead(status, headers)
  response.end(text)
}
