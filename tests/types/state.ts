// The state of a lifespan reaches all that an application is given; errors have the type of their key.

import { httpMiddleware } from '../../lib/authoring.ts'
import {
  Application,
  type HTTPException,
  type Middleware,
  PlainTextResponse,
  type Request,
  Route,
} from '../../lib/index.ts'
import { authentication } from '../../lib/middleware/authentication.ts'
import { basicAuth } from '../../lib/middleware/basicauth.ts'
import { bearerAuth } from '../../lib/middleware/bearerauth.ts'
import { cors } from '../../lib/middleware/cors.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { jwt } from '../../lib/middleware/jwt.ts'
import { rateLimit } from '../../lib/middleware/ratelimit.ts'
import type { Assert, Equal } from './assert.ts'

class OutOfStock extends Error {
  readonly item: string = 'tea'
}

class Misplaced extends Error {
  readonly item: number = 7
}

const ok = (): PlainTextResponse => new PlainTextResponse('ok')

export function everyPart(): void {
  Application({
    lifespan: async function* () {
      yield { db: 1 }
    },
    routes: [
      Route('/', (request) => {
        request.state.db satisfies number
        return ok()
      }),
    ],
    middleware: [
      cors({ origins: ['https://example.org'] }),
      httpMiddleware((request, next) => {
        request.state.db satisfies number
        // @ts-expect-error the lifespan yields no cache
        request.state.cache
        return next(request)
      }),
      authentication({
        backends: [
          ({ state }) => {
            state.db satisfies number
            return null
          },
        ],
        onError: ({ state }, error) => new PlainTextResponse(`${error.message} ${state.db + 1}`),
      }),
      basicAuth({ verify: (_name, _password, { state }) => state.db === 1 }),
      bearerAuth({ verify: (_token, { state }) => (state.db === 1 ? null : null) }),
      jwt({
        keys: new URL('https://login.example.org/keys'),
        algorithms: ['ES256'],
        identify: (_claims, { state }) => (state.db === 1 ? null : null),
      }),
      rateLimit({ limits: [{ max: 1, seconds: 1 }], cost: ({ state }) => state.db }),
    ],
    exceptionHandlers: [
      [
        OutOfStock,
        (request, error, websocket) => {
          true satisfies Assert<Equal<typeof error, OutOfStock>>
          request.state.db satisfies number
          websocket?.state.db satisfies number | undefined
          // @ts-expect-error the lifespan yields no cache
          request.state.cache
          return ok()
        },
      ],
      [404, (_request, { status }) => new PlainTextResponse('gone', { status })],
      [
        500,
        (_request, error) => {
          true satisfies Assert<Equal<typeof error, unknown>>
          return ok()
        },
      ],
      [RangeError, () => {}],
    ],
  })
}

export function outside(): void {
  // What is written elsewhere names what it reads.
  const stamped = httpMiddleware(
    (request: Request<Record<string, unknown>, { db: number }>, next) => next(request),
  )
  const plain: Middleware = stamped
  const onStock = (_request: Request, error: OutOfStock) => new PlainTextResponse(error.item)
  Application({
    lifespan: async function* () {
      yield { db: 1 }
    },
    middleware: [stamped, plain],
    exceptionHandlers: [[OutOfStock, onStock]],
  })
  Application({
    // @ts-expect-error the lifespan yields no db
    lifespan: async function* () {
      yield { cache: 1 }
    },
    middleware: [stamped],
  })
  Application({
    // @ts-expect-error the item of that error is a number
    exceptionHandlers: [[Misplaced, onStock]],
  })
  Application().addExceptionHandler(OutOfStock, (_request, { item }) => new PlainTextResponse(item))
  Application().addExceptionHandler(404, (_request, error) => {
    true satisfies Assert<Equal<typeof error, HTTPException>>
  })
  exceptions([[OutOfStock, (_request, { item }) => new PlainTextResponse(item)]])
}

interface Shop {
  readonly db: number
}

export function stateOfAnInterface(): void {
  Application({
    lifespan: async function* (): AsyncGenerator<Shop> {
      yield { db: 1 }
    },
    routes: [Route('/', ({ state }) => new PlainTextResponse(`${state.db satisfies number}`))],
    middleware: [httpMiddleware((request, next) => next(request)), rateLimit({ limits: [] })],
  })
}
