import { Readable } from 'node:stream'
import t from 'tap'
import { StreamingResponse, type StreamSource } from '../../lib/responses/streaming.ts'
import type { SendMessage } from '../../lib/types.ts'
import { Client, ticks } from '../support/leaving.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

function sent(source: StreamSource, scope: Parameters<typeof call>[1] = httpScope()) {
  return call((...channels) => new StreamingResponse(source).respond(...channels), scope)
}

/** The parts of a body as text, with the end of it as null. */
function parts(messages: readonly SendMessage[]): (string | null)[] {
  return messages.slice(1).map((message) => {
    if (message.type !== 'http.response.body') return message.type
    return message.moreBody ? decoder.decode(message.body) : null
  })
}

t.test('a source', async (t) => {
  t.test('may be any iterable of texts and bytes: RS-14, RS-45', async (t) => {
    const chunks = ['a', encoder.encode('é'), Buffer.from('c')]
    const sources: Record<string, () => StreamSource> = {
      array: () => chunks,
      set: () => new Set(chunks),
      generator: () =>
        (function* () {
          yield* chunks
        })(),
      'async generator': () =>
        (async function* () {
          yield* chunks
        })(),
      'object with an async iterator': () => ({
        [Symbol.asyncIterator]: () => {
          const iterator = chunks.values()
          return { next: async () => iterator.next() }
        },
      }),
      'web stream': () =>
        new ReadableStream({
          start(controller) {
            for (const chunk of chunks) controller.enqueue(chunk)
            controller.close()
          },
        }),
      'Node stream': () => Readable.from(chunks),
    }
    for (const [name, source] of Object.entries(sources)) {
      t.same(parts(await sent(source())), ['a', 'é', 'c', null], name)
    }
  })

  t.test('sends empty chunks, and may be empty: RS-14', async (t) => {
    t.same(parts(await sent(['a', '', 'b'])), ['a', '', 'b', null])
    t.same(parts(await sent([])), [null])
  })

  t.test('has no length and no type unless they are given: RS-14', async (t) => {
    t.same((await sent([]))[0], { type: 'http.response.start', status: 200, headers: [] })
    const response = new StreamingResponse(['abc'], {
      status: 206,
      mediaType: 'text/plain',
      headers: { 'content-length': '3' },
    })
    t.equal(response.status, 206)
    t.same(response.headers.list, [
      ...['content-length', '3', 'content-type', 'text/plain; charset=utf-8'],
    ])
  })

  t.test('can be sent again if it can be iterated again', async (t) => {
    const app = new StreamingResponse(['a', 'b'])
    const send = () => call((...channels) => app.respond(...channels))

    t.same(parts(await send()), ['a', 'b', null])
    t.same(parts(await send()), ['a', 'b', null])
  })

  t.test(
    'throws immediately if it is not iterable, or a string, which would be sent letter by letter',
    async (t) => {
      const cases: [unknown, string][] = [
        ['abc', 'string'],
        [null, 'null'],
        [undefined, 'undefined'],
        [{}, 'object'],
        [() => [], 'function'],
      ]
      for (const [source, given] of cases) {
        t.throws(
          () => new StreamingResponse(source as never),
          new RegExp(`^StreamingResponse: the content must be iterable in chunks, ${given} was`),
        )
      }
    },
  )

  t.test('throws for a chunk that is neither text nor bytes', async (t) => {
    for (const [chunk, given] of [
      [7, 'number'],
      [null, 'null'],
      [{ a: 1 }, 'object'],
      [Promise.resolve('a'), 'object'],
    ]) {
      await t.rejects(
        sent([chunk] as never),
        new RegExp(`StreamingResponse: a chunk must be text or a Uint8Array, ${given} was given`),
      )
    }
  })
})

t.test('a refused websocket gets its own messages: RS-25', async (t) => {
  t.same(await sent(['no'], websocketScope()), [
    { type: 'websocket.http.response.start', status: 200, headers: [] },
    { type: 'websocket.http.response.body', body: encoder.encode('no'), moreBody: true },
    { type: 'websocket.http.response.body', moreBody: false },
  ])
})

t.test('an endless source is not read for responses without content', async (t) => {
  const scopes = [
    [httpScope({ method: 'HEAD' }), 200],
    [httpScope(), 204],
    [httpScope(), 205],
    [httpScope(), 304],
  ] as const
  for (const [scope, status] of scopes) {
    const log: string[] = []
    const readable = Readable.from(ticks(log))
    let cancelled = 0
    const web = new ReadableStream<string>({
      cancel: () => {
        cancelled++
      },
    })
    for (const source of [ticks(log), readable, web]) {
      const response = new StreamingResponse(source, { status })
      t.same(parts(await call((...channels) => response.respond(...channels), scope)), [null])
    }
    t.same(log, [])
    t.equal(readable.destroyed, true)
    t.equal(cancelled, 1)
  }
})

t.test('HEAD waits until a web stream is cancelled', async (t) => {
  let cancelled = false
  const web = new ReadableStream<string>({
    cancel: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      cancelled = true
    },
  })
  const response = new StreamingResponse(web)

  await call((...channels) => response.respond(...channels), httpScope({ method: 'HEAD' }))

  t.ok(cancelled)
})

t.test('a waiting web stream is cancelled if the client disconnects', async (t) => {
  const listeners: (() => void)[] = []
  const scope = httpScope({ onDisconnect: (listener) => listeners.push(listener) })
  let cancelled = false
  const web = new ReadableStream<string>({
    start: (controller) => controller.enqueue('a'),
    cancel: () => {
      cancelled = true
    },
  })
  const response = new StreamingResponse(web)
  const done = call((...channels) => response.respond(...channels), scope)
  await new Promise((resolve) => setTimeout(resolve, 5))

  for (const listener of listeners) listener()

  await t.rejects(done, { name: 'ClientDisconnected' })
  t.ok(cancelled)
})

t.test('background work runs after the last part: RS-16', async (t) => {
  const client = new Client()
  const background = () => client.messages.length
  let length: unknown
  await client.get(
    new StreamingResponse(['a', 'b'], {
      background: () => {
        length = background()
      },
    }),
  )

  t.equal(length, 4)
})

t.test('an error of the source is rethrown', async (t) => {
  const failing = async function* (before: string[], log: string[]): AsyncGenerator<string> {
    try {
      yield* before
      throw new Error('kaput')
    } finally {
      log.push('stopped')
    }
  }

  for (const before of [[], ['a', 'b']]) {
    const log: string[] = []
    const client = new Client()
    let ran = 0
    const response = new StreamingResponse(failing(before, log), { background: () => ran++ })

    await t.rejects(client.get(response), /^kaput$/)
    t.same(parts(client.messages), before, 'and the body is left without an end')
    t.same(log, ['stopped'])
    t.equal(ran, 0)
  }
})
