/** Answers of the server's own. */
import type { ServerResponse } from 'node:http'

const TEXTS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  500: 'Internal Server Error',
  501: 'Not Implemented',
}

/** Answers with a bare status, on a connection that goes on or not. */
export function refuse(response: ServerResponse, status: number, isLast: boolean): void {
  const text = TEXTS[status] ?? ''
  const headers = [
    'content-type',
    'text/plain; charset=utf-8',
    'content-length',
    String(text.length),
  ]
  if (isLast) headers.push('connection', 'close')
  response.writeHead(status, headers)
  response.end(text)
}
