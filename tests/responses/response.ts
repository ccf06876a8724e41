import t from 'tap'
import { ClientDisconnected, UnsupportedProtocol } from '../../lib/exceptions.ts'
import { Response, toApp } from '../../lib/responses/response.ts'
import { type App, SENT, type SendMessage } from '../../lib/types.ts'
import { call, httpScope, lifespanScope, receiving, websocketScope } from '../support/scopes.ts'

const encoder = new TextEncoder()

function sent(response: Response<never>, scope: Parameters<App>[0] = httpScope()) {
  return call((...channels) => response.respond(...channels), scope)
}

class CSVResponse extends Response<string[][]> {
  static override readonly mediaType = 'text/csv'
  override render(rows: string[][]): Uint8Array {
    return super.render(rows.map((row) => row.join(',')).join('\n') as never)
  }
}

t.test('content', async (t) => {
  t.test('is text, bytes or nothing: RS-1, RS-45', async (t) => {
    const bytes = Uint8Array.of(1, 2)

    t.same(new Response('é').body, encoder.encode('é'))
    t.equal(new Response(bytes).body, bytes)
    t.equal(new Response(Buffer.from('a')).body.byteLength, 1)
    t.equal(new Response(null).body.byteLength, 0)
    t.equal(new Response().body.byteLength, 0)
  })

  t.test('of any other kind throws, and says what to use instead', async (t) => {
    const cases: [unknown, RegExp][] = [
      [{ a: 1 }, /^Response: the content must be text or a Uint8Array, an object was/],
      [Object.create(null), /an object was given/],
      [7, /7 was given\. Use JSONResponse for objects\.$/],
      [new globalThis.Response(), /a fetch Response was given/],
      [new ArrayBuffer(1), /an object \(ArrayBuffer\) was given/],
    ]
    for (const [content, message] of cases) t.throws(() => new Response(content as never), message)
  })

  t.test('of a subclass is the result of its render: RS-44', async (t) => {
    const response = new CSVResponse([
      ['a', 'b'],
      ['1', '2'],
    ])

    t.same(response.body, encoder.encode('a,b\n1,2'))
    t.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8')
  })
})

t.test('status', async (t) => {
  t.test('is 200 by default', async (t) => {
    t.equal(new Response().status, 200)
    t.equal(new Response('', { status: 599 }).status, 599)
  })

  t.test('throws for an invalid status, naming the class', async (t) => {
    for (const status of [199, 600, 100, 200.5, Number.NaN, '200' as never]) {
      t.throws(
        () => new CSVResponse([], { status }),
        /^CSVResponse: the status must be an integer from 200 to 599, \S+ was given/,
      )
    }
  })
})

t.test('respond', async (t) => {
  t.test('sends a start and one body', async (t) => {
    const response = new Response('abc', { status: 201, mediaType: 'text/plain' })

    t.same(await sent(response), [
      {
        type: 'http.response.start',
        status: 201,
        headers: ['content-length', '3', 'content-type', 'text/plain; charset=utf-8'],
      },
      { type: 'http.response.body', body: encoder.encode('abc'), moreBody: false },
    ])
  })

  t.test('sends later changes: RS-8', async (t) => {
    const response = new Response('abc')
    response.headers.set('x-a', '1')
    response.status = 202

    t.match((await sent(response))[0], {
      status: 202,
      headers: ['content-length', '3', 'x-a', '1'],
    })
  })

  t.test('a list that was sent is not changed, so that it can be sent again', async (t) => {
    const response = new Response('abc')
    const start = async (): Promise<readonly string[]> => {
      const [message] = await sent(response)
      return message?.type === 'http.response.start' ? message.headers : []
    }

    const first = await start()
    const second = await start()
    response.headers.set('x-added', 'later')

    t.equal(second, first, 'and is not copied')
    t.same(first, ['content-length', '3'])
    t.same(await start(), ['content-length', '3', 'x-added', 'later'])
  })

  t.test('sends no body for statuses without one: RS-3', async (t) => {
    for (const status of [204, 205, 304]) {
      const [, body] = await sent(new Response('abc', { status }))
      t.same(body, { type: 'http.response.body', body: new Uint8Array(0), moreBody: false })
    }
  })

  t.test('waits for a pending start only', async (t) => {
    for (const taken of [SENT, new Promise<void>((resolve) => setTimeout(resolve, 5))]) {
      const order: string[] = []
      await new Response('a').respond(httpScope(), receiving([]), ({ type }) => {
        order.push(type)
        taken.then(() => order.push('taken'))
        return taken
      })
      const atOnce = ['http.response.start', 'http.response.body', 'taken', 'taken']
      const later = ['http.response.start', 'taken', 'http.response.body', 'taken']
      t.same(order, taken === SENT ? atOnce : later)
    }
  })

  t.test('refuses a websocket with this response: RS-25', async (t) => {
    t.same(await sent(new Response('no', { status: 403 }), websocketScope()), [
      { type: 'websocket.http.response.start', status: 403, headers: ['content-length', '2'] },
      { type: 'websocket.http.response.body', body: encoder.encode('no'), moreBody: false },
    ])
  })

  t.test('does not serve a lifespan', async (t) => {
    await t.rejects(sent(new Response(), lifespanScope()), UnsupportedProtocol)
  })
})

t.test('background', async (t) => {
  const failing = (error: unknown) => async (message: SendMessage) => {
    if (message.type === 'http.response.body') throw error
  }

  t.test('runs after the response was sent, and is awaited: RS-16, BG-1', async (t) => {
    const order: string[] = []
    const response = new Response('a', {
      background: async () => {
        await null
        order.push('background')
      },
    })

    await response.respond(httpScope(), receiving([]), async ({ type }) => {
      order.push(type)
    })

    t.same(order, ['http.response.start', 'http.response.body', 'background'])
  })

  t.test('can be set later, and may be synchronous', async (t) => {
    let ran = 0
    const response = new Response('a')
    response.background = () => ran++

    await sent(response)
    t.equal(ran, 1)
  })

  t.test('runs for a refused websocket too: RS-16', async (t) => {
    let ran = 0
    await sent(new Response('', { background: () => ran++ }), websocketScope())
    t.equal(ran, 1)
  })

  t.test('runs when the client has disconnected, and the error is thrown afterwards', async (t) => {
    let ran = 0
    const response = new Response('a', { background: () => ran++ })
    const gone = new ClientDisconnected()

    await t.rejects(response.respond(httpScope(), receiving([]), failing(gone)), gone)
    t.equal(ran, 1)
  })

  t.test('does not run when sending fails for another reason', async (t) => {
    let ran = 0
    const response = new Response('a', { background: () => ran++ })

    await t.rejects(
      response.respond(httpScope(), receiving([]), failing(new Error('kaput'))),
      /kaput/,
    )
    t.equal(ran, 0)
  })

  t.test('rethrows errors of the work', async (t) => {
    const background = (): void => {
      throw new Error('kaput')
    }
    await t.rejects(sent(new Response('a', { background })), /kaput/)
  })
})

t.test('toApp', async (t) => {
  t.test('converts a response to an app', async (t) => {
    const [start] = await call(toApp(new Response('', { status: 202 }), 'test'))
    t.match(start, { status: 202 })
  })

  t.test('returns an app unchanged', async (t) => {
    const app: App = async () => {}
    t.equal(toApp(app, 'test'), app)
  })

  t.test('throws for other values, and says what to write', async (t) => {
    const cases: [unknown, RegExp][] = [
      [undefined, /^test must return a Response or an App, but returned undefined\. Is a return/],
      [null, /returned null\. Wrap the value/],
      ['hello', /returned "hello"\. Wrap the value: new PlainTextResponse\(text\)/],
      [{ a: 1 }, /returned an object\./],
      [new globalThis.Response(), /returned a fetch Response\. Import JSONResponse and friends/],
    ]
    for (const [value, message] of cases) t.throws(() => toApp(value, 'test'), message)
  })
})
