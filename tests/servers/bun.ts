import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../lib/routing.ts'
import { serve } from '../../lib/servers/bun.ts'
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
    /^serve: this is not Bun. Import serve from "stellula\/servers\/node"/,
  )
})

/** As much of Bun as is asked of it, so that failures can be had on purpose. */
function stage(t: Test, serve: (options: Options) => object): void {
  Object.assign(globalThis, { Bun: { serve } })
  t.teardown(() => Reflect.deleteProperty(globalThis, 'Bun'))
}

interface Options {
  readonly hostname?: string
  readonly unix?: string
  readonly fetch: (request: globalThis.Request, server: object) => Promise<globalThis.Response>
  readonly websocket: Readonly<Record<string, (...args: unknown[]) => void>>
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
  let options: Options | undefined
  const log: string[] = []
  stage(t, (given) => {
    options = given
    return { port: 7, stop: async (cut = false) => void log.push(`stop ${cut}`) }
  })
  const server = await serve(app, { port: 0, signals: [] })
  t.equal(server.url, 'http://127.0.0.1:7')
  const plain = await options?.fetch(new globalThis.Request('http://h/'), {})
  t.equal(await plain?.text(), 'hello')

  const headers = { upgrade: 'websocket', 'sec-websocket-protocol': 'chat' }
  const request = new globalThis.Request('http://h/ws', { headers })
  const socket = {
    data: undefined as unknown,
    send: (text: string) => log.push(text),
    close: (code: number) => log.push(`close ${code}`),
    getBufferedAmount: () => 0,
  }
  const upgrade = (_: unknown, { headers, data }: { headers: Headers; data: unknown }): boolean => {
    log.push([...headers].join(' '))
    socket.data = data
    return true
  }
  await options?.fetch(request, { upgrade })
  options?.websocket['open']?.(socket)
  options?.websocket['message']?.(socket, 'hi')
  options?.websocket['drain']?.(socket)
  await eventually(() => log.includes('you said hi'), 'the answer')
  await server.close()
  options?.websocket['close']?.(socket, 1012, '')
  t.same(log, ['sec-websocket-protocol,chat x-a,1', 'you said hi', 'close 1012', 'stop false'])

  const refused = await serve(app, { path: '/tmp/x', signals: [], onError: () => {} })
  t.equal(options?.unix, '/tmp/x')
  t.equal((await options?.fetch(request, { upgrade: () => false }))?.status, 500)
  await refused.close()
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

t.test('on Bun', { skip: missing('bun') }, async (t) => {
  let served: Served | undefined
  const get = (): Served => {
    if (served === undefined) throw new Error('it was not started')
    return served
  }
  t.test('starts', async () => {
    const isURL = (line: string) => (line.startsWith('http') ? line : undefined)
    served = await start(t, runtimes().bun ?? '', [PROGRAM], isURL)
  })
  t.test('knows the client', async (t) => {
    t.match(await (await fetch(get().url)).json(), { host: '127.0.0.1' })
  })
  testRequests(t, get)
  testLeaving(t, get)
  testWebSockets(t, get)
  testClosing(t, get)
})
