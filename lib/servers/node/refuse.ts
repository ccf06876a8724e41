/** Answers of the server's own. */
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

/** The body of such an answer. */
export function textOf(status: number): string {
  return TEXTS[status] ?? ''
}

/** Answers with a bare status, on a connection that goes on or not. */
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
