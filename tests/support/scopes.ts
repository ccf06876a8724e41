// Literal scopes, and a call of an app that collects what it sends.
import type {
  App,
  HTTPScope,
  LifespanScope,
  ReceiveMessage,
  SendMessage,
  WebSocketScope,
} from '../../lib/types.ts'

const CONNECTION = {
  asgi: { version: '3.0', specVersion: '2.5' },
  httpVersion: '1.1',
  path: '/',
  rawPath: '/',
  queryString: '',
  rootPath: '',
  client: { host: '127.0.0.1', port: 50_000 },
  server: { host: '127.0.0.1', port: 8000 },
} as const

export function httpScope(overrides: Partial<HTTPScope> = {}): HTTPScope {
  return {
    ...CONNECTION,
    type: 'http',
    method: 'GET',
    scheme: 'http',
    headers: ['host', 'testserver'],
    ...overrides,
  }
}

export function websocketScope(overrides: Partial<WebSocketScope> = {}): WebSocketScope {
  return {
    ...CONNECTION,
    type: 'websocket',
    scheme: 'ws',
    headers: ['host', 'testserver'],
    subprotocols: [],
    extensions: { 'websocket.http.response': {} },
    ...overrides,
  }
}

export function lifespanScope(): LifespanScope {
  return { type: 'lifespan', asgi: { version: '3.0', specVersion: '2.0' }, state: {} }
}

/** Messages for `receive`, one after the other; then it stays pending, as a server's would. */
export function receiving(messages: readonly ReceiveMessage[]): () => Promise<ReceiveMessage> {
  const queue = [...messages]
  return () => {
    const message = queue.shift()
    return message === undefined ? new Promise(() => {}) : Promise.resolve(message)
  }
}

const NO_BODY: ReceiveMessage = { type: 'http.request', body: new Uint8Array(0), moreBody: false }

/** Calls an app and gives all that it sent; throws what it throws. */
export async function call(
  app: App,
  scope: Parameters<App>[0] = httpScope(),
  messages: readonly ReceiveMessage[] = [NO_BODY],
): Promise<SendMessage[]> {
  const sent: SendMessage[] = []
  await app(scope, receiving(messages), async (message) => {
    sent.push(message)
  })
  return sent
}

/** An app behind somebody who looks at each message, as most middleware does. */
export function watched(app: App): App {
  return (scope, receive, send) => app(scope, receive, (message) => send(message))
}
