import { Hono } from 'hono'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { type FetchHandler, fromFetch } from '../../../lib/interop/fromfetch.ts'
import { bodyLimit } from '../../../lib/middleware/bodylimit.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount } from '../../../lib/routing.ts'
import { testClient } from '../../../lib/testing/client.ts'
import type { App, HTTPScope, ReceiveMessage } from '../../../lib/types.ts'
import { call, httpScope, receiving } from '../../support/scopes.ts'
import { listening, request } from '../../support/sockets.ts'

const Reply = globalThis.Response

/** Handlers that read a body, each in another way. */
const READERS: Readonly<Record<string, FetchHandler>> = {
  text: async (given: globalThis.Request) => new Reply(`${(await given.text()).length}`),
  arrayBuffer: async (given: globalThis.Request) => {
    return new Reply(`${(await given.arrayBuffer()).byteLength}`)
  },
  stream: async (given: globalThis.Request) => {
    let size = 0
    for await (const part of given.body ?? []) size += part.byteLength
    return new Reply(`${size}`)
  },
  'a copy': async (given: globalThis.Request) => {
    return new Reply(`${(await given.clone().text()).length}`)
  },
  hiding: async (given: globalThis.Request) => {
    return given.text().then(
      (text) => new Reply(`${text.length}`),
      () => new Reply('fine'),
    )
  },
}

/** A body of so many parts. */
function parts(count: number, size: number): ReceiveMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'http.request',
    body: new Uint8Array(size).fill(97),
    moreBody: index < count - 1,
  }))
}

async function post(app: App, body: ReceiveMessage[], rest: Partial<HTTPScope> = {}) {
  const headers = ['host', 'h', 'transfer-encoding', 'chunked']
  const scope = httpScope({ method: 'POST', headers, ...rest })
  const [start, ...bodies] = await call(app, scope, body)
  const text = bodies.map((message) => ('body' in message ? message.body : undefined))
  return [
    start?.type === 'http.response.start' && start.status,
    text.map((bytes) => new TextDecoder().decode(bytes)).join(''),
  ]
}

for (const lazy of [true, false]) {
  for (const [name, handler] of Object.entries(READERS)) {
    t.test(`${name}, lazy ${lazy}: a body beyond the limit is answered by 413`, async (t) => {
      const app = fromFetch(handler, { lazy })
      t.same(await post(app, parts(2, 50), { maxBodySize: 100 }), [200, '100'])
      t.same(await post(app, parts(3, 50), { maxBodySize: 100 }), [
        413,
        'The request body is larger than 100 bytes.',
      ])
      t.same(await post(app, parts(11, 1_000_000)), [
        413,
        'The request body is larger than 10000000 bytes.',
      ])
    })
  }
}

t.test(
  'a declared length over the limit is refused when the body is read, without reading it',
  async (t) => {
    let read = 0
    const receive = receiving(parts(1, 101))
    const counting = (): Promise<ReceiveMessage> => {
      read++
      return receive()
    }
    const scope = httpScope({
      method: 'POST',
      headers: ['host', 'h', 'content-length', '101'],
      maxBodySize: 100,
    })
    const statuses: number[] = []
    const send = async (message: { type: string; status?: number }): Promise<void> => {
      if (message.status !== undefined) statuses.push(message.status)
    }
    await fromFetch(READERS['text'] as FetchHandler)(scope, counting, send)
    await fromFetch(() => new Reply('not read'))({ ...scope }, counting, send)

    t.same(statuses, [413, 200])
    t.equal(read, 0)
  },
)

t.test('an app that turns every error into a 500 answers 413 too', async (t) => {
  const hono = new Hono()
  hono.onError((_error, c) => c.text('sorry', 500))
  hono.post('/', async (c) => c.text(`${(await c.req.text()).length}`))
  const app = Application({
    routes: [
      Mount('/small', fromFetch(hono.fetch), { middleware: [bodyLimit({ maxSize: 10 })] }),
      Mount('/large', fromFetch(hono.fetch), { middleware: [bodyLimit({ maxSize: 20_000_000 })] }),
      Mount('/', fromFetch(hono.fetch)),
    ],
    exceptionHandlers: [[413, () => new PlainTextResponse('less, please', { status: 413 })]],
  })
  await using client = await testClient(app)
  const body = 'x'.repeat(11_000_000)

  const plain = await client.post('/', { body })
  t.same([plain.status, await plain.text()], [413, 'less, please'])
  t.equal(await (await client.post('/large/', { body })).text(), '11000000')
  t.equal((await client.post('/small/', { body: 'x'.repeat(11) })).status, 413)
})

t.test('methods that fetch does not support get 501', async (t) => {
  for (const lazy of [true, false]) {
    const app = fromFetch(() => new Reply('never'), { lazy })
    for (const method of ['TRACE', 'TRACK', 'CONNECT']) {
      t.same(await post(app, parts(1, 0), { method }), [501, 'Not Implemented'], method)
    }
    const { talk } = await listening(t, app)
    t.match(await talk(request('TRACE /', ['connection: close'])), /^HTTP\/1\.1 501 /)
  }
})
