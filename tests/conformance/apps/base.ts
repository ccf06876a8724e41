/** The app `base`: two middleware written as functions of a request and what comes next. */
import { Application } from '../../../lib/applications.ts'
import { httpMiddleware, type Next } from '../../../lib/authoring/httpmiddleware.ts'
import { HTTPException } from '../../../lib/exceptions.ts'
import type { Request } from '../../../lib/requests.ts'
import {
  JSONResponse,
  PlainTextResponse,
  type Response,
  StreamingResponse,
} from '../../../lib/responses.ts'
import { Mount, Route, WebSocketRoute } from '../../../lib/routing.ts'
import type { App } from '../../../lib/types.ts'
import { digits } from './files.ts'
import {
  bgOne,
  bodyEcho,
  excHeaders,
  excRuntime,
  failMid,
  LOG,
  log,
  messageOf,
  text,
  wsHello,
} from './shared.ts'
import { site } from './static.ts'

const customHeader = httpMiddleware(async (request, next) => {
  request.state['seen'] = 'yes'
  const response = await next(request)
  response.headers.append('X-Custom', 'Example')
  return response
})

/** Does what the header `x-do` says. */
const obedient = httpMiddleware((request, next) => {
  const deed = deeds[request.headers.get('x-do') ?? '']
  return deed === undefined ? next(request) : deed(request, next)
})

type Deed = (request: Request, next: Next) => Promise<Response<never>>

const deeds: Readonly<Record<string, Deed>> = {
  short: async () => new PlainTextResponse('short circuit', { status: 203 }),

  'read-body': async (request, next) => {
    const { byteLength } = await request.bytes()
    const response = await next(request)
    response.headers.set('x-read', String(byteLength))
    return response
  },

  'read-stream': async (request, next) => {
    let size = 0
    for await (const chunk of request.stream()) size += chunk.byteLength
    const response = await next(request)
    response.headers.set('x-read', String(size))
    return response
  },

  catch: async (request, next) => {
    try {
      return await next(request)
    } catch (error) {
      if (error instanceof HTTPException) throw error
      return new PlainTextResponse(`caught ${messageOf(error)}`, { status: 400 })
    }
  },

  replace: async (request, next) => {
    await next(request)
    return new PlainTextResponse('replaced')
  },

  bg: async (request, next) => {
    const response = await next(request)
    response.background = () => LOG.push('mw-bg')
    return response
  },
}

async function* letters(): AsyncGenerator<string> {
  yield* ['a', 'b', 'c']
}

const sendsNothing: App = async () => {}

export const base: Application = Application({
  middleware: [customHeader, obedient],
  routes: [
    Route('/', text('Homepage')),
    Route('/body', bodyEcho, { methods: ['POST'] }),
    Route('/boom', excRuntime),
    Route('/err', excHeaders),
    Route('/stream', () => new StreamingResponse(letters())),
    Route('/fail-mid', () => new StreamingResponse(failMid())),
    Route('/file', digits()),
    Route('/none', () => sendsNothing, { methods: [] }),
    Route('/state', ({ state }) => new JSONResponse({ seen: state['seen'] ?? null })),
    Route('/bg', bgOne),
    Route('/log', log),
    Mount('/static', site),
    WebSocketRoute('/ws', wsHello),
  ],
})
