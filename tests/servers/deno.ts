import t from 'tap'
import { serve } from '../../lib/servers/deno.ts'
import { testServing } from '../support/onruntime.ts'
import { missing, runtimes } from '../support/runtimes.ts'
import { eventually } from '../support/sockets.ts'
import { app, HANDSHAKE, stage } from '../support/staged.ts'

t.test('on other runtimes it says what to use', async (t) => {
  await t.rejects(
    serve(async () => {}),
    /^serve: this is not Deno. Import serve from "stellula\/servers\/node"/,
  )
})

interface Options {
  readonly hostname?: string
  readonly path?: string
  readonly onListen: () => void
}

type Handler = (request: globalThis.Request, info: object) => Promise<globalThis.Response>

/** A websocket whose client is the test. */
class Socket extends EventTarget {
  readonly log: string[]
  bufferedAmount = 0
  constructor(log: string[]) {
    super()
    this.log = log
  }
  tell(type: string, event: object = {}): void {
    this.dispatchEvent(Object.assign(new Event(type), event))
  }
  send(text: string): void {
    this.log.push(text)
  }
  close(code: number): void {
    this.log.push(`close ${code}`)
  }
}

t.test('passes the app and its websockets to the runtime', async (t) => {
  let handler: Handler | undefined
  let path: string | undefined
  const log: string[] = []
  const socket = new Socket(log)
  const response = new globalThis.Response()
  stage(t, 'Deno', {
    serve: (options: Options, given: Handler) => {
      handler = given
      path = options.path
      options.onListen()
      return { addr: { port: 7 }, shutdown: async () => void log.push('shutdown') }
    },
    upgradeWebSocket: () => ({ socket, response }),
  })
  const server = await serve(app, { port: 0, signals: [] })
  t.equal(server.url, 'http://127.0.0.1:7')
  t.equal(await (await handler?.(new globalThis.Request('http://h/'), {}))?.text(), 'hello')

  t.equal(await handler?.(HANDSHAKE, {}), response)
  t.same(
    [...response.headers],
    [
      ['sec-websocket-protocol', 'chat'],
      ['x-a', '1'],
    ],
  )
  socket.tell('open')
  socket.tell('message', { data: 'hi' })
  await eventually(() => log.includes('you said hi'), 'the answer')
  await server.close()
  socket.tell('error')
  socket.tell('close', { code: 0, reason: '' })
  t.same(log, ['you said hi', 'close 1012', 'shutdown'])

  const other = await serve(app, { path: '/tmp/x', signals: [] })
  t.same([path, other.url], ['/tmp/x', undefined])
  await other.close()
})

t.test('on Deno', { skip: missing('deno') }, async (t) => {
  testServing(t, runtimes().deno ?? '', ['run', '--allow-all'])
})
