import t from 'tap'
import { ClientDisconnected } from '../lib/exceptions.ts'
import { Request } from '../lib/requests.ts'
import type { HTTPScope, Receive, ReceiveMessage } from '../lib/types.ts'
import { httpScope, receiving } from './support/scopes.ts'

const encoder = new TextEncoder()
const JSON_TYPE = ['content-type', 'application/json']
const TOO_LARGE = { status: 413, message: /^The request body is larger than \d+ bytes\.$/ }
const NOT_TAKEN = { status: 415, message: /must be of the type application\/json/ }
const NOT_JSON = { status: 400, message: /^The request body is not valid JSON\.$/ }

function part(body: string | Uint8Array, moreBody = false): ReceiveMessage {
  const bytes = typeof body === 'string' ? encoder.encode(body) : body
  return { type: 'http.request', body: bytes, moreBody }
}

function posted(body: string | Uint8Array, overrides: Partial<HTTPScope> = {}): Request {
  return new Request(httpScope({ method: 'POST', ...overrides }), receiving([part(body)]))
}

function json(body: string | Uint8Array, contentType = 'application/json'): Promise<unknown> {
  return posted(body, { headers: ['content-type', contentType] }).json()
}

/** A scope whose client can go, and how many wait for that. */
function leavable(): { scope: HTTPScope; listeners: (() => void)[]; leave: () => void } {
  const listeners: (() => void)[] = []
  const scope = httpScope({ onDisconnect: (listener) => listeners.push(listener) })
  return {
    scope,
    listeners,
    leave: () => {
      for (const listener of listeners) listener()
    },
  }
}

t.test('exposes method and scope: RQ-1, RQ-3, RQ-33', async (t) => {
  const scope = httpScope({ method: 'PUT' })
  const receive = receiving([])
  const send = async (): Promise<void> => {}
  const request = new Request(scope, receive, send)

  t.equal(request.method, 'PUT')
  t.equal(request.scope, scope)
  t.equal(request.receive, receive)
  t.equal(request.send, send)
})

t.test('a request without channels has no body: RQ-26', async (t) => {
  const request = new Request(httpScope())
  const message =
    /request: it has no body, because it was made without receive or send.*Pass them to new Request/

  await t.rejects(request.bytes(), message)
  await t.rejects(new Request(httpScope()).text(), message)
  await t.rejects(request.stream().next(), message)
  t.throws(() => request.send({ type: 'http.response.body' }), message)
})

t.test('bytes and text', async (t) => {
  t.test('can be read again, in any form: RQ-19, advisory 74', async (t) => {
    const request = posted('{"a":1}', { headers: JSON_TYPE })

    t.equal(await request.text(), '{"a":1}')
    t.same(await request.json(), { a: 1 })
    t.same(await request.bytes(), encoder.encode('{"a":1}'))
    t.same(await request.json(), { a: 1 })
    t.equal(await request.text(), '{"a":1}')
  })

  t.test('text replaces invalid UTF-8, and drops a byte order mark', async (t) => {
    t.equal(await posted(Uint8Array.of(0x61, 0xff)).text(), 'a\ufffd')
    t.equal(await posted(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)).text(), 'a')
  })

  t.test('take their own limit', async (t) => {
    t.equal(await posted('abc', { maxBodySize: 1 }).text({ maxSize: 3 }), 'abc')
    await t.rejects(posted('abc').bytes({ maxSize: 2 }), TOO_LARGE)
    await t.rejects(posted('abc').text({ maxSize: 2 }), TOO_LARGE)
    await t.rejects(posted('"a"', { headers: JSON_TYPE }).json({ maxSize: 2 }), TOO_LARGE)
    await t.rejects(posted('abc').stream({ maxSize: 2 }).next(), TOO_LARGE)
  })

  t.test('reject when the client disconnects: RQ-23', async (t) => {
    const request = new Request(
      httpScope({ headers: JSON_TYPE }),
      receiving([part('{', true), { type: 'http.disconnect' }]),
    )

    await t.rejects(request.json(), ClientDisconnected)
  })

  t.test('reject immediately after a stream: RQ-21, advisory 74', async (t) => {
    const request = posted('{}', { headers: JSON_TYPE })
    for await (const _ of request.stream()) break

    const message = /request\.bytes: the body was already read as a stream.*needed twice/
    await t.rejects(request.json(), message)
    await t.rejects(request.text(), message)
    await t.rejects(request.bytes(), message)
    t.throws(() => request.stream(), /request\.stream: the body was already read/)
  })
})

t.test('json', async (t) => {
  t.test('accepts application/json and types that end in +json: advisory 66', async (t) => {
    const types = [
      'application/json',
      'Application/JSON',
      ' application/json ',
      'application/json; charset=utf-8',
      'application/json; profile="a, b"; charset=utf-8',
      'application/problem+json',
      'application/vnd.api+json; profile="x"',
      'application/ld.v1-2+json',
    ]
    for (const type of types) t.equal(await json('1', type), 1, type)
  })

  t.test('answers 415 to all others: advisory 66', async (t) => {
    const types = [
      '',
      'text/plain',
      'text/json',
      'text/plain; application/json',
      'text/plain, application/json',
      'application/json, text/plain',
      'application/json; charset=utf-8, text/plain',
      'application/json; charset=utf-8; charset=utf-7',
      'application/json; charset="utf-8',
      'application/jsonp',
      'application/+json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=application/json',
      'xapplication/json',
    ]
    for (const type of types) {
      await t.rejects(json('1', type), NOT_TAKEN, type)
    }
    await t.rejects(posted('1').json(), NOT_TAKEN, 'without a type')
  })

  t.test('accepts any type on request: RQ-24', async (t) => {
    t.same(await posted('[1]').json({ anyContentType: true }), [1])
  })

  t.test('does not read a body that it refuses', async (t) => {
    const request = posted('{"a":1}')
    await t.rejects(request.json(), NOT_TAKEN)

    t.equal(await request.text(), '{"a":1}')
  })

  t.test('removes the byte order mark and keeps all text exact: advisory 72', async (t) => {
    t.same(await json(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31)), 1)
    t.equal(await json('"é😀\\ud800"'), 'é😀\ud800')
    t.same(await json('{"a":1,"a":2}'), { a: 2 }, 'the last of two equal keys, as everywhere')
    t.equal(await json('1e999'), Number.POSITIVE_INFINITY)
  })

  t.test('a key cannot change the prototype', async (t) => {
    const value = await json('{"__proto__":{"admin":true}}')

    t.equal(Object.getPrototypeOf(value), Object.prototype)
    t.same(Object.keys(Object(value)), ['__proto__'])
  })

  t.test('throws a 400 for invalid JSON or UTF-8: advisory 72', async (t) => {
    const bodies = ['', '{', 'undefined', 'NaN', "{'a':1}", '1 2', '\ufeff\ufeff1', '"\u0000"']
    for (const body of bodies) {
      await t.rejects(json(body), NOT_JSON, JSON.stringify(body))
    }
    await t.rejects(json(Uint8Array.of(0x22, 0xff, 0x22)), NOT_JSON, 'invalid UTF-8')
    await t.rejects(json(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)), NOT_JSON, 'surrogate')
    await t.rejects(json(Uint8Array.of(0xff, 0xfe, 0x31, 0x00)), NOT_JSON, 'UTF-16')
  })

  t.test('keeps the error of the parser as the cause', async (t) => {
    await t.rejects(json('{'), { cause: { name: 'SyntaxError' } })
  })

  t.test('survives 100,000 brackets: advisory 72', async (t) => {
    const depth = 100_000
    await t.rejects(json('['.repeat(depth)), NOT_JSON)

    const nested = '['.repeat(depth) + ']'.repeat(depth)
    const outcome = await json(nested).then(
      (value) => Array.isArray(value),
      (error: { status?: number }) => error.status === 400,
    )
    t.equal(outcome, true, 'parsed or refused, never a crash')
  })
})

t.test('replay passes the body to an inner app, whether it was read or not', async (t) => {
  const read = posted('abc')
  await read.text()

  t.same(await read.replay()(), part('abc'))
  t.same(await posted('abc').replay()(), part('abc'))
})

t.test('a body that an inner app reads is not waited for: MW-BASE-9', async (t) => {
  const request = posted('abc')
  await request.replay()()

  await t.rejects(request.text(), /already read by the inner app.*request\.bytes\(\) first/)
})

t.test('signal', async (t) => {
  t.test('aborts when the client disconnects: advisory 101', async (t) => {
    const { scope, leave } = leavable()
    const { signal } = new Request(scope)
    t.equal(signal.aborted, false)

    leave()

    t.equal(signal.aborted, true)
    t.equal(signal.reason.name, 'ClientDisconnected')
    t.match(signal.reason.message, /the client has disconnected/)
  })

  t.test('is aborted from the start if the client has already disconnected', async (t) => {
    const scope = httpScope({ onDisconnect: (listener) => listener() })

    t.equal(new Request(scope).signal.aborted, true)
  })

  t.test('is created once, on demand, with one listener: advisory 101', async (t) => {
    const { scope, listeners } = leavable()
    const request = new Request(scope)
    t.equal(listeners.length, 0)

    t.equal(request.signal, request.signal)
    await request.isDisconnected()
    t.equal(listeners.length, 1)
  })

  t.test('does not abort when the client stays', async (t) => {
    const { scope } = leavable()
    const request = new Request(scope, receiving([part('abc')]))
    const { signal } = request
    await request.text()

    t.equal(signal.aborted, false)
  })
})

t.test('isDisconnected', async (t) => {
  t.test('returns what the server knows, at every call: RQ-29', async (t) => {
    const { scope, leave } = leavable()
    const request = new Request(scope)

    t.equal(await request.isDisconnected(), false)
    leave()
    t.equal(await request.isDisconnected(), true)
    t.equal(await request.isDisconnected(), true)
  })

  t.test('consumes no unread body', async (t) => {
    const request = posted('abc')

    t.equal(await request.isDisconnected(), false)
    t.equal(await request.text(), 'abc')
  })

  t.test('calls receive after the body is complete, if the server cannot tell', async (t) => {
    const scope = httpScope({ headers: ['content-length', '3'] })
    const request = new Request(scope, receiving([part('abc'), { type: 'http.disconnect' }]))

    t.equal(await request.isDisconnected(), false, 'asked before the body was read')
    await request.bytes()
    t.equal(await request.isDisconnected(), true)
  })

  t.test('does not wait if no message arrives', async (t) => {
    const request = posted('abc')
    await request.bytes()

    t.equal(await request.isDisconnected(), false)
  })

  t.test('leaves an error of receive to readers', async (t) => {
    const messages = receiving([part('abc')])
    let calls = 0
    const receive: Receive = () => {
      calls++
      return calls === 1 ? messages() : Promise.reject(new Error('kaput'))
    }
    const request = new Request(httpScope(), receive)
    await request.bytes()

    t.equal(await request.isDisconnected(), false)
    t.equal(calls, 2)
  })
})
