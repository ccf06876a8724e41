// An app that tells what it was asked.
import { Request } from '../../lib/requests.ts'
import { JSONResponse } from '../../lib/responses.ts'
import type { App } from '../../lib/types.ts'

/** Answers with what it was asked: method, headers and body. */
export const echo: App = async (scope, receive, send) => {
  if (scope.type !== 'http') return
  const request = new Request(scope, receive, send)
  const headers = Object.fromEntries(
    [...request.headers.keys()].map((name) => [name, request.headers.getAll(name).join('|')]),
  )
  const { method, path, queryString } = scope
  const body = await request.text()
  await new JSONResponse({ method, path, queryString, headers, body }).respond(scope, receive, send)
}

export interface Echo {
  method: string
  path: string
  queryString: string
  headers: Record<string, string>
  body: string
}

export async function read(response: Response): Promise<Echo> {
  // What echo has written.
  return (await response.json()) as Echo
}
