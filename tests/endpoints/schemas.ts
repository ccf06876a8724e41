// Messages by schemas: what is taken, what is refused and why, and what is sent.
import { type } from 'arktype'
import t from 'tap'
import * as v from 'valibot'
import * as z from 'zod'
import { websocketListener, websocketStream } from '../../lib/endpoints.ts'
import { Problem, ValidationError } from '../../lib/problems.ts'
import { layer, WebSocketRoute } from '../../lib/routing.ts'
import { type TestWebSocket, testClient } from '../../lib/testing/client.ts'
import type { WebSocket } from '../../lib/websockets.ts'

type Closed = { readonly code: number; readonly reason: string }

/** Talks to a handler, and gives how it was closed. */
async function talk(
  handler: (websocket: WebSocket) => Promise<void>,
  test: (socket: TestWebSocket) => Promise<unknown>,
  settings = {},
): Promise<Closed> {
  const [route] = layer(settings, [WebSocketRoute('/', handler)] as const)
  await using client = await testClient(route)
  await using socket = await client.websocket('/')
  await test(socket)
  await socket.close()
  return socket.closed
}

/** Sends a text, which closes the websocket. */
function refused(handler: (websocket: WebSocket) => Promise<void>, text: string): Promise<Closed> {
  return talk(handler, async (socket) => {
    await socket.sendText(text)
    await socket.closed
  })
}

const Order = z.object({ item: z.string().min(1), count: z.int().default(1) })
const INVALID: Closed = { code: 1008, reason: 'The message is not valid.' }

t.test('LS-WS-2: a schema of any library gives the message, or closes with 1008', async (t) => {
  const schemas = {
    zod: z.object({ n: z.string().transform(Number) }),
    'zod, async': z.object({ n: z.string().transform(async (text) => Number(text)) }),
    valibot: v.object({ n: v.pipe(v.string(), v.transform(Number)) }),
    arktype: type({ n: 'string.numeric.parse' }),
  }
  for (const [name, parse] of Object.entries(schemas)) {
    const listener = websocketListener(({ n }: { n: number }) => n + 1, { parse })
    await talk(listener, async (socket) => {
      await socket.sendJSON({ n: '41' })
      t.equal(await socket.receiveJSON(), 42, name)
      await socket.sendJSON({ n: '1' }, 'binary')
      t.equal(await socket.receiveJSON(), 2, name)
    })
    t.same(await refused(listener, '{"n":1}'), INVALID, name)
    t.same(await refused(listener, '{'), { code: 1007, reason: 'Messages must be JSON.' }, name)
  }
})

t.test('a schema validates texts and bytes as well', async (t) => {
  const text = websocketListener((word) => word, {
    encoding: 'text',
    parse: z.string().toUpperCase(),
  })
  await talk(text, async (socket) => {
    await socket.sendText('tea')
    t.equal(await socket.receiveText(), 'TEA')
  })
  const bytes = websocketListener((bytes) => bytes.length, {
    encoding: 'bytes',
    parse: z.instanceof(Uint8Array).refine(({ length }) => length > 1),
  })
  t.same(
    await talk(bytes, (socket) => socket.sendBytes(Uint8Array.of(1)).then(() => socket.closed)),
    INVALID,
  )
})

t.test('with sendProblem, a problem document is sent before the close', async (t) => {
  const listener = websocketListener(() => {}, { parse: Order, sendProblem: true })
  const closed = await talk(listener, async (socket) => {
    await socket.sendJSON({ item: '', count: 'secret' })
    const { errors, ...problem } = (await socket.receiveJSON()) as { errors: object[] }
    t.same(problem, {
      ...{ type: 'about:blank', title: 'Unprocessable Content', status: 422 },
      detail: 'The message is invalid.',
    })
    t.match(errors, [
      { source: 'message', pointer: '/item', path: ['item'] },
      { source: 'message', pointer: '/count' },
    ])
    t.notMatch(JSON.stringify(errors), 'secret')
    await socket.closed
  })
  t.same(closed, INVALID)
})

t.test('a problem describes invalid JSON, and errors of parse for clients', async (t) => {
  const thrown: Readonly<Record<string, Error>> = {
    problem: new Problem({ status: 409, title: 'Sold out', item: 'tea' }),
    validation: new ValidationError([{ source: 'message', path: ['item'], message: 'Sold out.' }]),
    internal: new TypeError('the password of the database is 1234'),
  }
  const listener = websocketListener(() => {}, {
    sendProblem: true,
    parse: (name) => {
      throw thrown[String(name)]
    },
  })
  const told = async (text: string): Promise<unknown> => {
    let problem: unknown
    await talk(listener, async (socket) => {
      await socket.sendText(text)
      problem = await socket.receiveJSON()
      await socket.closed
    })
    return problem
  }
  t.match(await told('{'), { status: 400, detail: 'Messages must be JSON.' })
  t.match(await told('"problem"'), { status: 409, title: 'Sold out', item: 'tea' })
  t.match(await told('"validation"'), { status: 422, errors: [{ pointer: '/item' }] })
  t.same(await told('"internal"'), {
    ...{ type: 'about:blank', title: 'Unprocessable Content', status: 422 },
    detail: 'The message is invalid.',
  })
})

t.test('messages are received after a problem if onInvalid allows it', async (t) => {
  const errors: unknown[] = []
  const listener = websocketListener(({ count }) => count, {
    ...{ parse: Order, sendProblem: true },
    onInvalid: (_websocket, error) => errors.push(error),
  })
  const closed = await talk(listener, async (socket) => {
    await socket.sendJSON(1)
    t.match(await socket.receiveJSON(), { status: 422 })
    await socket.sendJSON({ item: 'tea' })
    t.equal(await socket.receiveJSON(), 1)
  })
  t.equal(closed.code, 1000)
  t.ok(errors.length === 1 && errors[0] instanceof ValidationError)
})

t.test('a member __proto__ is refused at any depth and in any spelling', async (t) => {
  const listener = websocketListener((value) => value, { parse: z.looseObject({}) })
  for (const name of ['__proto__', '\\u005f_proto__']) {
    t.same(await refused(listener, `{"a":[{"${name}":{"isAdmin":true}}]}`), INVALID)
  }
})

t.test('a schema that throws is a bug', async (t) => {
  const parse = z.unknown().transform((): string => {
    throw new Error('a bug in the schema')
  })
  await using client = await testClient(
    WebSocketRoute(
      '/',
      websocketListener(() => {}, { parse, sendProblem: true }),
    ),
  )
  await using socket = await client.websocket('/')
  await socket.sendJSON(1)
  await t.rejects(socket.receive(), { message: 'a bug in the schema' })
})

const Receipt = z.object({ id: z.int(), at: z.date() })

t.test('outgoing messages are stripped by their schema, and encoded as replies are', async (t) => {
  const at = new Date(0)
  const stored = { id: 1, at, card: '4711' }
  const shown = { id: 1, at: '1970-01-01T00:00:00.000Z' }
  await talk(
    websocketListener(async () => stored, { sends: Receipt }),
    async (socket) => {
      await socket.sendJSON(null)
      t.same(await socket.receiveJSON(), shown)
    },
  )
  await talk(
    websocketStream(() => [stored, stored], { sends: Receipt }),
    async (socket) => {
      t.same(await socket.receiveJSON(), shown)
      t.same(await socket.receiveJSON(), shown)
      await socket.closed
    },
  )
  const big = websocketListener(() => 7n, { sends: z.bigint() })
  await talk(big, async (socket) => {
    await socket.sendJSON(null)
    t.equal(await socket.receiveText(), '"7"')
  })
})

t.test('texts with a schema are sent as JSON, bytes as bytes', async (t) => {
  const either = z.union([z.string(), z.instanceof(Uint8Array)])
  await talk(
    websocketStream(() => ['é', Uint8Array.of(1)], { sends: either }),
    async (socket) => {
      t.equal(await socket.receive(), '"é"')
      t.same(await socket.receive(), Uint8Array.of(1))
    },
  )
  const text = websocketListener((word) => word, { encoding: 'text', sends: z.string() })
  await talk(text, async (socket) => {
    await socket.sendText('é')
    t.equal(await socket.receive(), 'é')
  })
})

t.test('a message that does not match its schema is a bug, in a stream too', async (t) => {
  let ended = false
  const source = function* () {
    try {
      yield { id: 'secret' } as never
    } finally {
      ended = true
    }
  }
  const handlers = {
    websocketListener: websocketListener(() => ({ id: 'secret' }) as never, { sends: Receipt }),
    websocketStream: websocketStream(source, { sends: Receipt }),
  }
  for (const [name, handler] of Object.entries(handlers)) {
    await using client = await testClient(WebSocketRoute('/', handler))
    await using socket = await client.websocket('/')
    await socket.sendJSON(null).catch(() => {})
    await t.rejects(socket.receive(), {
      name: 'InvalidResponse',
      message: new RegExp(
        `^${name}: what is sent does not fit its schema\\.\n {2}/id .*\n {2}/at `,
      ),
    })
  }
  t.ok(ended)
})

t.test('layers decide whether messages are validated, and how values are encoded', async (t) => {
  class Money {
    readonly cents = 5
  }
  const unchecked = websocketListener(() => ({ id: 'as it is' }) as never, { sends: Receipt })
  await talk(
    unchecked,
    async (socket) => {
      await socket.sendJSON(null)
      t.same(await socket.receiveJSON(), { id: 'as it is' })
    },
    { validateResponses: false },
  )
  const money = websocketListener(() => new Money(), { sends: z.instanceof(Money) })
  await talk(
    money,
    async (socket) => {
      await socket.sendJSON(null)
      t.equal(await socket.receiveText(), '"5 cents"')
    },
    { encode: (value: unknown) => (value instanceof Money ? `${value.cents} cents` : value) },
  )
})

t.test('refuses values that are not schemas', async (t) => {
  t.throws(() => websocketListener(() => {}, { sends: Order.parse as never }), {
    message:
      'websocketListener: sends must be a Standard Schema, a function was given. Use zod, valibot, arktype, or an object with the key ~standard.',
  })
  t.throws(() => websocketStream(() => [], { sends: {} as never }), {
    message: /^websocketStream: sends must be a Standard Schema, an object was given\./,
  })
})

t.test('a route of a listener or a stream has no name by default', async (t) => {
  for (const handler of [websocketListener(() => {}), websocketStream(() => [])]) {
    t.equal(WebSocketRoute('/', handler).name, '')
  }
})
