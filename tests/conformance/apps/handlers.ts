/** The apps `handlers`, `debug` and `handler_exc`: what answers which error. */
import { Application } from '../../../lib/applications.ts'
import type { ExceptionHandler } from '../../../lib/errors/handlers.ts'
import { HTTPException } from '../../../lib/exceptions.ts'
import { Headers } from '../../../lib/http/headers.ts'
import type { Request } from '../../../lib/requests.ts'
import { JSONResponse } from '../../../lib/responses.ts'
import { Route, type WebSocketHandler, WebSocketRoute } from '../../../lib/routing.ts'
import type { Middleware } from '../../../lib/types.ts'
import { addHeader, excHeaders, excHTTP, excRuntime, text, wsHello } from './shared.ts'
import { wsHTTP } from './websockets.ts'

class CustomError extends Error {}

class SubError extends CustomError {}

class OtherError extends Error {}

class Teapot extends HTTPException {
  constructor() {
    super(418, 'short and stout')
  }
}

/** Throws what the request asks for, outside of all routes. */
const raising: Middleware = (app) => async (scope, receive, send) => {
  const wanted = scope.type === 'lifespan' ? null : new Headers(scope.headers).get('x-raise')
  if (wanted === 'http') throw new HTTPException(403, 'from middleware')
  if (wanted === 'custom') throw new CustomError()
  return app(scope, receive, send)
}

const notFound = async (request: Request, { detail }: HTTPException): Promise<JSONResponse> =>
  new JSONResponse({ handler: '404', detail, path: request.url.pathname }, { status: 404 })

const methodNotAllowed = (_request: Request, error: HTTPException): JSONResponse => {
  const allow = error.headers.get('allow')
  return new JSONResponse({ handler: '405', allow }, { status: 405 })
}

const onHTTPException = async (_request: Request, error: HTTPException): Promise<JSONResponse> => {
  const { status, detail } = error
  const { headers } = error
  return new JSONResponse({ handler: 'HTTPException', status, detail }, { status, headers })
}

const onCustomError = (_request: Request, error: CustomError): JSONResponse => {
  const { name } = error.constructor
  return new JSONResponse({ handler: 'CustomError', type: name }, { status: 422 })
}

const onOtherError: ExceptionHandler<OtherError> = async (request, _error, websocket) =>
  websocket === undefined
    ? new JSONResponse({ handler: 'OtherError', body: await request.text() }, { status: 409 })
    : websocket.close(1013, 'try later')

const serverError: ExceptionHandler<Error> = async (_request, { message }) =>
  new JSONResponse({ handler: '500', error: message }, { status: 500 })

/** Throws after it has accepted, or at once. */
const otherOn =
  (when: 'before' | 'after'): WebSocketHandler =>
  async (websocket) => {
    if (when === 'after') await websocket.accept()
    throw new OtherError()
  }

/** A handler that throws this. */
const throwing = (error: () => Error) => (): never => {
  throw error()
}

async function other(request: Request): Promise<never> {
  if (request.method === 'POST') await request.bytes()
  throw new OtherError()
}

export const handlers: Application = Application({
  middleware: [addHeader('x-outer', '1'), raising],
  exceptionHandlers: [
    [404, notFound],
    [405, methodNotAllowed],
    [HTTPException, onHTTPException],
    [CustomError, onCustomError],
    [OtherError, onOtherError],
    [500, serverError],
  ],
  routes: [
    Route('/ok', text('ok')),
    Route(
      '/custom',
      throwing(() => new CustomError()),
    ),
    Route(
      '/subcustom',
      throwing(() => new SubError()),
    ),
    Route('/other', other, { methods: ['GET', 'POST'] }),
    Route(
      '/teapot',
      throwing(() => new Teapot()),
    ),
    Route('/http/{code:int}', excHTTP),
    Route('/headers', excHeaders),
    Route(
      '/runtime',
      throwing(() => new Error('kaput')),
    ),
    Route('/ep', { post: text('post only') }),
    WebSocketRoute('/ws/other-after', otherOn('after')),
    WebSocketRoute('/ws/other-before', otherOn('before')),
    WebSocketRoute('/ws/http', wsHTTP),
    WebSocketRoute('/ws/hello', wsHello),
  ],
})

export const debug: Application = Application({
  debug: true,
  exceptionHandlers: [[500, serverError]],
  routes: [Route('/runtime', excRuntime), Route('/http', excHeaders), Route('/ok', text('ok'))],
})

export const handlerExc: Application = Application({
  exceptionHandlers: [
    [Error, serverError],
    [418, throwing(() => new OtherError())],
  ],
  routes: [Route('/runtime', excRuntime), Route('/http/{code:int}', excHTTP)],
})
