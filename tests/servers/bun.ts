import t from 'tap'
import { serve } from '../../lib/servers/bun.ts'
import { testServing } from '../support/onruntime.ts'
import { missing, runtimes } from '../support/runtimes.ts'
import { eventually } from '../support/sockets.ts'
import { app, HANDSHAKE, stage } from '../support/staged.ts'

t.test('on other runtimes it says what to use', async (t) => {
  await t.rejects(
    serve(async () => {}),
    /^serve: this is not Bun. Import serve from "stellula\/servers\/node"/,
  )
})

interface Options {
  readonly hostname?: string
  readonly unix?: string
  readonly fetch: (request: globalThis.Request, server: object) => Promise<globalThis.Response>
  readonly websocket: Readonly<Record<string, (...args: unknown[]) => void>>
}

t.test('passes the app and its websockets to the runtime', async (t) => {
  let options: Options | undefined
  const log: string[] = []
  stage(t, 'Bun', {
    serve: (given: Options) => {
      options = given
      return { port: 7, stop: async (cut = false) => void log.push(`stop ${cut}`) }
    },
  })
  const server = await serve(app, { port: 0, signals: [] })
  t.equal(server.url, 'http://127.0.0.1:7')
  const plain = await options?.fetch(new globalThis.Request('http://h/'), {})
  t.equal(await plain?.text(), 'hello')

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
  await options?.fetch(HANDSHAKE, { upgrade })
  options?.websocket['open']?.(socket)
  options?.websocket['message']?.(socket, 'hi')
  options?.websocket['drain']?.(socket)
  await eventually(() => log.includes('you said hi'), 'the answer')
  await server.close()
  options?.websocket['close']?.(socket, 1012, '')
  t.same(log, ['sec-websocket-protocol,chat x-a,1', 'you said hi', 'close 1012', 'stop false'])

  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  const refused = await serve(app, { path: '/tmp/x', signals: [], onError })
  t.equal(options?.unix, '/tmp/x')
  t.equal((await options?.fetch(HANDSHAKE, { upgrade: () => false }))?.status, 400)
  t.same(errors, [], 'it is no error of the app')
  await refused.close()
})

t.test('on Bun', { skip: missing('bun') }, async (t) => {
  testServing(t, runtimes().bun ?? '')
})
