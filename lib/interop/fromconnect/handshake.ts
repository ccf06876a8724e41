/** Middleware of Connect on the handshakes of websockets: who is there, before the socket is accepted. */
import { FRAMING } from '../../http/hopbyhop.ts'
import type {
  App,
  HTTPScope,
  Middleware,
  Receive,
  Send,
  SendMessage,
  WebSocketScope,
} from '../../types.ts'
import { Exchange } from '../fromnode/exchange.ts'
import { inheritFrom, leavePair } from '../fromnode/inherit.ts'
import type { NodeHandler } from '../fromnode.ts'
import { assertChain, callChain } from './chain.ts'

/**
 * Makes a middleware that calls those of Connect and Express for the handshakes of websockets, which
 * `fromConnect()` lets pass; http requests pass this one.
 *
 * Each gets the request of the handshake and a response. If it answers, the websocket is refused with
 * that. If it calls `next`, the app goes on, with what was put on the request by `nodeRequest()`, and
 * with fields that were set on the response among those of its `accept`. No head of a response is
 * written then, nor is it ended: a session sets no cookie, and is saved by `session.save()` only.
 *
 * @throws TypeError for what is no such middleware, Error for a version of Node that this does not know.
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
export function onHandshake(...middleware: readonly NodeHandler[]): Middleware {
  assertChain(middleware, 'onHandshake')
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'websocket') return app(scope, receive, send)
    const denial = new Denial(scope, receive, send)
    const exchange = new Exchange(requestOf(scope), never, denial.send)
    inheritFrom(scope, exchange)
    return exchange.run(() =>
      callChain(middleware, exchange, () => {
        denial.isOff = true
        return behind(app, scope, exchange, receive, send)
      }),
    )
  }
}

/** The handshake as the request that it is; of the client's departure the app hears itself. */
function requestOf(scope: WebSocketScope): HTTPScope {
  const scheme = scope.scheme === 'wss' ? 'https' : 'http'
  const { subprotocols: _, onDisconnect: __, transport: ___, ...rest } = scope
  return { ...rest, type: 'http', method: 'GET', scheme, extensions: {} }
}

/** A handshake has no body, and nothing behind it. */
function never(): Promise<never> {
  return new Promise(() => {})
}

async function behind(
  app: App,
  scope: WebSocketScope,
  exchange: Exchange,
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

function withFields(message: SendMessage, { response }: Exchange): SendMessage {
  if (message.type !== 'websocket.accept') return message
  const own = message.headers ?? []
  const fields = Object.entries(response.getHeaders()).flatMap(([name, value]) => {
    const isOwn = own.some((text, index) => index % 2 === 0 && text === name)
    return isOwn || FRAMING.has(name) ? [] : [value].flat().flatMap((one) => [name, String(one)])
  })
  return fields.length === 0 ? message : { ...message, headers: [...own, ...fields] }
}

/** The answer of a middleware, as the refusal of the websocket. */
class Denial {
  readonly #scope: WebSocketScope
  readonly #receive: Receive
  readonly #send: Send
  /** Set when the app behind has the word. */
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
      await this.#receive() // the connect
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
