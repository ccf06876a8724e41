/** What several apps use: small handlers, a plain middleware, and the log. */
import { HTTPException } from '../../../lib/exceptions.ts'
import { Headers } from '../../../lib/http/headers.ts'
import type { Request } from '../../../lib/requests.ts'
import { JSONResponse, PlainTextResponse, type ResponseOptions } from '../../../lib/responses.ts'
import type { Middleware, Send } from '../../../lib/types.ts'
import type { WebSocket } from '../../../lib/websockets.ts'

/** One for the whole process: what handlers and background tasks have done. */
export const LOG: string[] = []

/** Shows the log and empties it. */
export const log = (): JSONResponse => new JSONResponse(LOG.splice(0))

export const SIX_METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** A handler that always answers with this text. */
export function text(content: string, options?: ResponseOptions): () => PlainTextResponse {
  return () => new PlainTextResponse(content, options)
}

/** The last value of a query parameter, or null. */
export function lastOf({ queryParams }: Request, name: string): string | null {
  return queryParams.getAll(name).at(-1) ?? null
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

/** Reads the body twice and tells whether both are the same. */
export async function bodyEcho(request: Request): Promise<JSONResponse> {
  const base64 = toBase64(await request.bytes())
  const again = toBase64(await request.bytes())
  const { byteLength } = await request.bytes()
  return new JSONResponse({ length: byteLength, base64, same: again === base64 })
}

export function excHeaders(): never {
  throw new HTTPException(401, 'need auth', {
    headers: { 'WWW-Authenticate': 'Basic', 'X-Extra': '1' },
  })
}

export function excRuntime(): never {
  throw new Error('<boom & co>')
}

export function excHTTP(request: Request<{ code: number }>): never {
  throw new HTTPException(request.pathParams.code)
}

export function* failMid(): Generator<string> {
  yield 'part one;'
  throw new Error('the stream broke')
}

/** Answers, then works in the background. */
export function bgOne(): PlainTextResponse {
  LOG.push('handler')
  return new PlainTextResponse('one', { background: () => LOG.push('task') })
}

export async function wsHello(websocket: WebSocket): Promise<void> {
  await websocket.accept()
  await websocket.sendText('Hello, world!')
  await websocket.close()
}

/** Appends a header to every kind of answer. */
export function addHeader(name: string, value: string): Middleware {
  return (app) => (scope, receive, send) => {
    const sendWithHeader: Send = (message) => {
      if (
        message.type !== 'http.response.start' &&
        message.type !== 'websocket.accept' &&
        message.type !== 'websocket.http.response.start'
      ) {
        return send(message)
      }
      return send({ ...message, headers: new Headers(message.headers).append(name, value).list })
    }
    return app(scope, receive, sendWithHeader)
  }
}
