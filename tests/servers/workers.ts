import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../lib/routing.ts'
import { toWorker } from '../../lib/servers/workers.ts'
import { type Served, start, testRequests, testWebSockets } from '../support/onruntime.ts'
import { missing } from '../support/runtimes.ts'
import { eventually } from '../support/sockets.ts'
import { makeWorker } from '../support/workerd.ts'

t.test('has the shape of a Worker', async (t) => {
  const app = Application({
    routes: [
      Route('/', ({ scope }) => {
        const { info } = (scope.extensions?.['fetch'] ?? {}) as { info: { NAME: string } }
        return new PlainTextResponse(info.NAME)
      }),
    ],
  })
  const works: Promise<unknown>[] = []
  const context = { waitUntil: (work: Promise<unknown>) => void works.push(work) }

  const response = await toWorker(app).fetch(
    new globalThis.Request('http://h/'),
    { NAME: 'a binding' },
    context,
  )

  t.equal(await response.text(), 'a binding')
})

t.test('creates a WebSocketPair, and answers the close of its peer', async (t) => {
  const log: string[] = []
  class Socket extends EventTarget {
    accept(): void {
      log.push('accept')
    }
    send(text: string): void {
      log.push(text)
    }
    close(code?: number): void {
      log.push(`close ${code}`)
      throw new Error('closed already')
    }
  }
  const socket = new Socket()
  const Real = globalThis.Response
  // Only that runtime makes responses with the status 101.
  class Upgraded extends Real {
    constructor(body: BodyInit | null, { headers = {} }: ResponseInit = {}) {
      super(body, { headers })
    }
  }
  const pair = function WebSocketPair(): object {
    return { 0: 'theirs', 1: socket }
  }
  Object.assign(globalThis, { WebSocketPair: pair, Response: Upgraded })
  t.teardown(() => {
    Reflect.deleteProperty(globalThis, 'WebSocketPair')
    globalThis.Response = Real
  })
  const app = Application({
    routes: [
      WebSocketRoute('/', async (websocket) => {
        await websocket.accept({ subprotocol: 'chat', headers: ['x-a', '1'] })
        for await (const message of websocket) await websocket.sendText(`you said ${message}`)
      }),
    ],
  })
  const headers = { upgrade: 'websocket', 'sec-websocket-protocol': 'chat' }

  for (const [code, answer] of [
    [1005, 'close undefined'],
    [4000, 'close 4000'],
    [1006, ''],
  ] as const) {
    log.length = 0
    const request = new globalThis.Request('http://h/', { headers })
    const response = await toWorker(app).fetch(request)
    t.same(
      [...response.headers],
      [
        ['sec-websocket-protocol', 'chat'],
        ['x-a', '1'],
      ],
    )
    socket.dispatchEvent(Object.assign(new Event('message'), { data: 'hi' }))
    await eventually(() => log.length > 1, 'the answer')
    socket.dispatchEvent(Object.assign(new Event('close'), { code, reason: 'x' }))
    t.same(
      log.slice(0, answer === '' ? 2 : 3),
      ['accept', 'you said hi', answer].slice(0, answer === '' ? 2 : 3),
    )
  }
  socket.dispatchEvent(new Event('error'))
})

t.test('on workerd, without Node modules', { skip: missing('workerd', 'esbuild') }, async (t) => {
  let served: Served | undefined
  const get = (): Served => {
    if (served === undefined) throw new Error('it was not started')
    return served
  }
  t.test('starts', async () => {
    const { binary, config, folder } = await makeWorker({
      entry: fileURLToPath(new URL('../support/fetchworker.js', import.meta.url)),
      sockets: [{ name: 'main' }],
    })
    t.teardown(() => rmSync(folder, { recursive: true }))
    const addressIn = (line: string): string | undefined => {
      const { event, port } = JSON.parse(line)
      return event === 'listen' ? `http://127.0.0.1:${port}` : undefined
    }
    served = await start(t, binary, ['serve', '--control-fd=1', config], addressIn)
  })
  testRequests(t, get)
  testWebSockets(t, get)
})
