/** Calls Connect middleware for websocket handshakes, for example to authenticate the client. */

import {
  type AllowedOrigins,
  assertAllowedOrigins,
  foreignSocket,
  isForeignSocket,
} from '../../authentication/origins.ts'
import { answerException } from '../../errors/handlers.ts'
import { FRAMING } from '../../http/hopbyhop.ts'
import { named } from '../../internal/apps.ts'
import { knownOptions } from '../../internal/knownoptions.ts'
import type {
  App,
  HTTPScope,
  Middleware,
  Receive,
  Send,
  SendMessage,
  WebSocketScope,
} from '../../types.ts'
import { InnerExchange } from '../fromnode/exchange.ts'
import { inheritFrom, leavePair } from '../fromnode/inherit.ts'
import type { NodeHandler } from '../fromnode.ts'
import { assertChain, callChain } from './chain.ts'

export interface HandshakeOptions {
  /** Origins of other sites whose pages may open websockets; '*' is any (none). */
  origins?: AllowedOrigins
}

/**
 * Makes a middleware that calls Connect or Express middleware for websocket handshakes, which `fromConnect()`
 * ignores. This one ignores HTTP requests.
 *
 * Each gets the request of the handshake and a response. If it answers, the websocket is denied with
 * that response. If it calls `next`, the app runs: `nodeRequest()` gives it the added properties, and the
 * fields set on the response are added to its `accept`. The response itself is not written or ended then,
 * so a session sets no cookie, and is saved only by `session.save()`.
 *
 * Browsers send cookies with websockets that pages of other sites open, and let those pages read the
 * messages. So a handshake with a foreign `Origin` gets 403 before the middleware is called, unless the
 * options list it. The options are the last argument: `onHandshake(kept, { origins: ['https://a.example'] })`.
 *
 * @throws TypeError if an argument is not such a middleware, an option is unknown or an origin is invalid.
 * @throws Error if the version of Node is not supported.
 * @example
 * import expressSession from 'express-session'
 * const kept = expressSession({ secret: 'a secret', resave: false, saveUninitialized: false })
 * const chat = WebSocketRoute('/chat', async (websocket) => {
 *   const { session } = nodeRequest<{ session: { user?: string } }>(websocket)
 *   await websocket.accept()
 *   await websocket.sendText(`hello ${session.user ?? 'stranger'}`)
 * })
 * Application({ routes: [chat], middleware: [fromConnect(kept), onHandshake(kept)] })
 */
export function onHandshake(...middleware: readonly NodeHandler[]): Middleware
export function onHandshake(...given: readonly [...NodeHandler[], HandshakeOptions]): Middleware
export function onHandshake(...given: readonly (NodeHandler | HandshakeOptions)[]): Middleware {
  const { middleware, origins } = readGiven(given)
  const connected: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'websocket') return app(scope, receive, send)
    if (isForeignSocket(scope, origins)) {
      return answerException(foreignSocket(), scope, receive, send)
    }
    const denial = new Denial(scope, receive, send)
    const exchange = new InnerExchange(requestOf(scope), neverReceive, denial.send)
    inheritFrom(scope, exchange)
    return exchange.run(() =>
      callChain('onHandshake', middleware, exchange, () => {
        denial.isOff = true
        return callInnerApp(app, scope, exchange, receive, send)
      }),
    )
  }
  return named('onHandshake', connected)
}

/** The middleware, and the options that may come last. */
function readGiven(given: readonly (NodeHandler | HandshakeOptions)[]): {
  readonly middleware: readonly NodeHandler[]
  readonly origins: AllowedOrigins | undefined
} {
  const last = given.at(-1)
  const options = typeof last === 'object' && last !== null ? last : {}
  const middleware = options === last ? given.slice(0, -1) : given
  knownOptions('onHandshake', options, 'origins')
  assertAllowedOrigins('onHandshake', options.origins)
  assertChain(middleware, 'onHandshake')
  return {
    middleware: middleware.filter((one) => typeof one === 'function'),
    origins: options.origins,
  }
}

/** The handshake as an HTTP request. The app itself receives the disconnect. */
function requestOf(scope: WebSocketScope): HTTPScope {
  const scheme = scope.scheme === 'wss' ? 'https' : 'http'
  const { subprotocols: _, onDisconnect: __, transport: ___, ...rest } = scope
  return { ...rest, type: 'http', method: 'GET', scheme, extensions: {} }
}

/** A handshake has no body. */
function neverReceive(): Promise<never> {
  return new Promise(() => {})
}

async function callInnerApp(
  app: App,
  scope: WebSocketScope,
  exchange: InnerExchange,
  receive: Receive,
  send: Send,
): Promise<void> {
  const { request, response } = exchange
  leavePair(scope, { request, response })
  try {
    await app(scope, receive, (message) => send(withFields(message, exchange)))
  } finally {
    exchange.completed([])
  }
}

function withFields(message: SendMessage, { response }: InnerExchange): SendMessage {
  if (message.type !== 'websocket.accept') return message
  const own = message.headers ?? []
  const fields = Object.entries(response.getHeaders()).flatMap(([name, value]) => {
    const isOwn = own.some((text, index) => index % 2 === 0 && text === name)
    return isOwn || FRAMING.has(name) ? [] : [value].flat().flatMap((one) => [name, String(one)])
  })
  return fields.length === 0 ? message : { ...message, headers: [...own, ...fields] }
}

/** Sends the middleware's answer as a denial of the websocket. */
class Denial {
  readonly #scope: WebSocketScope
  readonly #receive: Receive
  readonly #send: Send
  /** Set when the app takes over. */
  isOff = false

  constructor(scope: WebSocketScope, receive: Receive, send: Send) {
    this.#scope = scope
    this.#receive = receive
    this.#send = send
  }

  readonly send: Send = async (message) => {
    if (this.isOff) return
    const isWhole = this.#scope.extensions?.['websocket.http.response'] !== undefined
    if (message.type === 'http.response.start') {
      await this.#receive() // websocket.connect
      await this.#send(
        isWhole
          ? { ...message, type: 'websocket.http.response.start' }
          : { type: 'websocket.close', code: 1000, reason: '' },
      )
    } else if (message.type === 'http.response.body' && isWhole) {
      await this.#send({ ...message, type: 'websocket.http.response.body' })
    }
  }
}
