import t from 'tap'
import { transfer } from '../../../lib/interop/fetchresponse/transfer.ts'
import type { HTTPScope, SendMessage } from '../../../lib/types.ts'
import { httpScope } from '../../support/scopes.ts'
import { eventually } from '../../support/sockets.ts'

const TYPES = { start: 'http.response.start', body: 'http.response.body' } as const

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

interface Sent {
  readonly messages: SendMessage[]
  readonly done: Promise<void>
}

function run(
  body: ReadableStream<unknown> | null,
  scope: HTTPScope = httpScope(),
  status = 200,
  send = async (_message: SendMessage): Promise<void> => {},
): Sent {
  const messages: SendMessage[] = []
  const start = { type: TYPES.start, status, headers: [] }
  const done = transfer(body, start, TYPES, scope, (message) => {
    messages.push(message)
    return send(message)
  })
  return { messages, done }
}

const START = { type: 'http.response.start', status: 200, headers: [] }

t.test('a body that is completely available is one message', async (t) => {
  for (const content of ['hello', bytes('hello'), new Blob(['hello'])]) {
    const { messages, done } = run(new globalThis.Response(content as BodyInit).body)
    await done
    const bodies = messages.slice(1)
    t.match(messages[0], START)
    if (!(content instanceof Blob)) t.equal(bodies.length, 1)
    const parts = bodies.map((message) =>
      'body' in message ? Buffer.from(message.body ?? []) : '',
    )
    t.equal(parts.join(''), 'hello')
  }
})

t.test('no body and an empty one are one empty message', async (t) => {
  const { messages, done } = run(null)
  await done
  t.same(messages, [START, { type: 'http.response.body' }])

  const empty = run(new globalThis.Response('').body)
  await empty.done
  t.equal(empty.messages.length, 2)
})

t.test('a stream is sent part by part, and its head before the first part', async (t) => {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given
    },
  })
  const { messages, done } = run(body)

  await eventually(() => messages.length === 2, 'the head')
  t.same(messages[1], { type: 'http.response.body', body: bytes(''), moreBody: true })
  controller?.enqueue(bytes('a'))
  await eventually(() => messages.length === 3, 'a part')
  controller?.enqueue(bytes('b'))
  controller?.close()
  await done
  t.same(messages.slice(2), [
    { type: 'http.response.body', body: bytes('a'), moreBody: true },
    { type: 'http.response.body', body: bytes('b'), moreBody: true },
    { type: 'http.response.body' },
  ])
})

t.test('is not read faster than the client reads', async (t) => {
  let pulled = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        pulled++
        controller.enqueue(bytes('x'))
      },
    },
    { highWaterMark: 0 },
  )
  let accept = (): void => {}
  const scope = httpScope()
  const { messages, done } = run(body, scope, 200, (message) => {
    if (message.type === 'http.response.start') return Promise.resolve()
    return new Promise((resolve) => {
      accept = resolve
    })
  })
  done.catch(() => {})

  await eventually(() => messages.length === 2, 'the first part')
  await new Promise((resolve) => setTimeout(resolve, 10))
  t.equal(pulled, 2, 'the one that is sent, and the one that may have been the end')
  accept()
  await eventually(() => messages.length === 3, 'the second part')
  t.equal(pulled, 2)
  await body.cancel().catch(() => {})
})

t.test('is cancelled if the client disconnects during a read', async (t) => {
  const listeners: (() => void)[] = []
  let reason: unknown
  const body = new ReadableStream<Uint8Array>({
    cancel: (given) => {
      reason = given
    },
  })
  const scope = httpScope({ onDisconnect: (listener) => listeners.push(listener) })
  const { messages, done } = run(body, scope)
  await eventually(() => listeners.length === 1, 'somebody listens')

  for (const listener of listeners) listener()

  await t.rejects(done, { name: 'ClientDisconnected' })
  t.match(reason, { name: 'ClientDisconnected' })
  t.equal(messages.length, 2)
})

t.test('is cancelled when a message is refused', async (t) => {
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytes('x')),
    cancel: () => {
      cancelled = true
    },
  })

  await t.rejects(run(body, httpScope(), 200, () => Promise.reject(new Error('refused'))).done, {
    message: 'refused',
  })
  t.ok(cancelled)
})

t.test('is cancelled without being read if the response has no body', async (t) => {
  for (const [scope, status, bodies] of [
    [httpScope({ method: 'HEAD' }), 200, 2],
    [httpScope(), 204, 1],
    [httpScope(), 304, 1],
  ] as const) {
    let cancelled = false
    const body = new ReadableStream<Uint8Array>(
      {
        pull: () => {
          t.fail('nobody asked')
        },
        cancel: () => {
          cancelled = true
        },
      },
      { highWaterMark: 0 },
    )
    const { messages, done } = run(body, scope, status)
    await done
    t.ok(cancelled)
    t.equal(messages.length, 1 + bodies)
  }
})

/** A body that takes its time to be cancelled, and fails in the end. */
function reluctant(): { readonly body: ReadableStream<Uint8Array>; readonly log: string[] } {
  const log: string[] = []
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes('x')),
    cancel: async () => {
      log.push('cancelling')
      await new Promise((resolve) => setTimeout(resolve, 20))
      log.push('cancelled')
      throw new Error('not reported')
    },
  })
  return { body, log }
}

t.test('waits until the body is cancelled', async (t) => {
  const listeners: (() => void)[] = []
  const leaving = httpScope({ onDisconnect: (listener) => listeners.push(listener) })
  const refuse = (): Promise<void> => Promise.reject(new Error('refused'))
  for (const [what, scope, status, send] of [
    ['a disconnect', leaving, 200, undefined],
    ['a refused message', httpScope(), 200, refuse],
    ['HEAD', httpScope({ method: 'HEAD' }), 200, undefined],
    ['HEAD, refused', httpScope({ method: 'HEAD' }), 200, refuse],
    ['a status without content', httpScope(), 304, undefined],
  ] as const) {
    const { body, log } = reluctant()
    const { messages, done } = run(body, scope, status, send)
    const ended = done.then(
      () => log.push('ended'),
      (error: unknown) => log.push(error instanceof Error ? error.message : 'odd'),
    )
    if (scope === leaving) await eventually(() => listeners.length === 1, 'a listener')
    for (const listener of listeners.splice(0)) listener()
    await ended

    t.same(log.slice(0, 2), ['cancelling', 'cancelled'], what)
    t.equal(log.length, 3, what)
    t.not(log[2], 'not reported', what)
    t.ok(messages.length > 0, 'a response does not wait for it')
  }
})

t.test('an error before the first part leaves the response unstarted', async (t) => {
  const body = new ReadableStream({
    pull: () => {
      throw new Error('broken')
    },
  })
  const { messages, done } = run(body)

  await t.rejects(done, { message: 'broken' })
  t.same(messages, [])
})

t.test('parts of text are encoded as UTF-8', async (t) => {
  const body = new ReadableStream({
    start: (controller) => {
      for (const part of ['zwölf ', '', new TextEncoder().encode('Boxkämpfer'), ' €']) {
        controller.enqueue(part)
      }
      controller.close()
    },
  })
  const { messages, done } = run(body)
  await done

  const bytes = messages.flatMap((message) => ('body' in message ? [...(message.body ?? [])] : []))
  t.equal(new TextDecoder().decode(Uint8Array.from(bytes)), 'zwölf Boxkämpfer €')
})

t.test('throws for parts that are neither bytes nor text', async (t) => {
  for (const part of [undefined, null, 7]) {
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(part)
      },
    })
    await t.rejects(
      run(body).done,
      /stream of Uint8Arrays or strings, (undefined|null|7) was given/,
    )
  }
})
