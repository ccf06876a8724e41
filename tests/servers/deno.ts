import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../lib/routing.ts'
import { serve } from '../../lib/servers/deno.ts'
import {
  type Served,
  start,
  testClosing,
  testLeaving,
  testRequests,
  testWebSockets,
} from '../support/onruntime.ts'
import { missing, runtimes } from '../support/runtimes.ts'
import { eventually } from '../support/sockets.ts'

const PROGRAM = fileURLToPath(new URL('../support/fetchserving.js', import.meta.url))

t.test('elsewhere it says where to go', async (t) => {
  await t.rejects(
    serve(async () => {}),
    /^serve: this is not Deno. Import serve from "stellula\/servers\/node"/,
  )
})

/** As much of Deno as is asked of it, so that failures can be had on purpose. */
function stage(
  t: Test,
  serve: (options: Options, handler: Handler) => object,
  upgradeWebSocket?: () => object,
): void {
  Object.assign(globalThis, { Deno: { serve, upgradeWebSocket } })
  t.teardown(() => Reflect.deleteProperty(globalThis, 'Deno'))
}

interface Options {
  readonly hostname?: string
  readonly path?: string
  readonly onListen: () => void
}

type Handler = (request: globalThis.Request, info: object) => Promise<globalThis.Response>

/** A websocket whose client is the test. */
class Socket {
  readonly log: string[]
  bufferedAmount = 0
  onopen = (): void => {}
  onmessage = (_: object): void => {}
  onclose = (_: object): void => {}
  onerror = (): void => {}
  constructor(log: string[]) {
    this.log = log
  }
  send(text: string): void {
    this.log.push(text)
  }
  close(code: number): void {
    this.log.push(`close ${code}`)
  }
}

const app = Application({
  routes: [
    Route('/', () => new PlainTextResponse('hello')),
    WebSocketRoute('/ws', async (websocket) => {
      await websocket.accept({ subprotocol: 'chat', headers: ['x-a', '1'] })
      for await (const message of websocket) await websocket.sendText(`you said ${message}`)
    }),
  ],
})

t.test('hands the app to the runtime, and its websockets', async (t) => {
  let handler: Handler | undefined
  let path: string | undefined
  const log: string[] = []
  const socket = new Socket(log)
  const response = new globalThis.Response()
  stage(
    t,
    (options, given) => {
      handler = given
      path = options.path
      options.onListen()
      return { addr: { port: 7 }, shutdown: async () => void log.push('shutdown') }
    },
    () => ({ socket, response }),
  )
  const server = await serve(app, { port: 0, signals: [] })
  t.equal(server.url, 'http://127.0.0.1:7')
  t.equal(await (await handler?.(new globalThis.Request('http://h/'), {}))?.text(), 'hello')

  const headers = { upgrade: 'websocket', 'sec-websocket-protocol': 'chat' }
  const request = new globalThis.Request('http://h/ws', { headers })
  t.equal(await handler?.(request, {}), response)
  t.same(
    [...response.headers],
    [
      ['sec-websocket-protocol', 'chat'],
      ['x-a', '1'],
    ],
  )
  socket.onopen()
  socket.onmessage({ data: 'hi' })
  await eventually(() => log.includes('you said hi'), 'the answer')
  await server.close()
  socket.onerror()
  socket.onclose({ code: 0, reason: '' })
  t.same(log, ['you said hi', 'close 1012', 'shutdown'])

  const other = await serve(app, { path: '/tmp/x', signals: [] })
  t.same([path, other.url], ['/tmp/x', undefined])
  await other.close()
})

t.test('what cannot listen is stopped again', async (t) => {
  const log: string[] = []
  const lifespan = async function* (): AsyncGenerator<object> {
    yield {}
    log.push('stopped')
  }
  stage(t, () => {
    throw new Error('in use')
  })

  await t.rejects(serve(Application({ lifespan })), { message: 'in use' })
  t.same(log, ['stopped'])
})

t.test('on Deno', { skip: missing('deno') }, async (t) => {
  let served: Served | undefined
  const get = (): Served => {
    if (served === undefined) throw new Error('it was not started')
    return served
  }
  t.test('starts', async () => {
    const isURL = (line: string) => (line.startsWith('http') ? line : undefined)
    served = await start(t, runtimes().deno ?? '', ['run', '--allow-all', PROGRAM], isURL)
  })
  t.test('knows the client', async (t) => {
    t.match(await (await fetch(get().url)).json(), { host: '127.0.0.1' })
  })
  testRequests(t, get)
  testLeaving(t, get)
  testWebSockets(t, get)
  testClosing(t, get)
})
