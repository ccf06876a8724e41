import t from 'tap'
import { eagerRequest, lazyRequest } from '../../../lib/interop/fromfetch/request.ts'
import type { HTTPScope, ReceiveMessage } from '../../../lib/types.ts'
import { httpScope, receiving } from '../../support/scopes.ts'

const URL_ = 'http://testserver/a?b=c'

function message(text: string, moreBody = false): ReceiveMessage {
  return { type: 'http.request', body: new TextEncoder().encode(text), moreBody }
}

function post(overrides: Partial<HTTPScope> = {}): HTTPScope {
  const headers = ['host', 'testserver', 'content-type', 'application/json', 'content-length', '7']
  return httpScope({ method: 'POST', headers, ...overrides })
}

/** Both kinds, which are to behave the same. */
const MAKERS = { lazyRequest, eagerRequest }

for (const [name, make] of Object.entries(MAKERS)) {
  const posted = (): globalThis.Request => {
    return make(post(), receiving([message('{"a"', true), message(':1}')]), URL_)
  }

  t.test(`${name}: is a request in every respect`, async (t) => {
    const request = make(post(), receiving([]), URL_)
    const real = new globalThis.Request(URL_, { method: 'POST' })

    t.ok(request instanceof globalThis.Request)
    t.equal(request.constructor, globalThis.Request)
    t.equal(String(request), '[object Request]')
    t.equal(request.method, 'POST')
    t.equal(request.url, URL_)
    t.equal(request.headers.get('content-type'), 'application/json')
    t.equal(request.headers, request.headers)
    for (const key of [
      'cache',
      'credentials',
      'integrity',
      'mode',
      'redirect',
      'keepalive',
    ] as const) {
      t.equal(request[key], real[key], key)
    }
    for (const key of Reflect.ownKeys(globalThis.Request.prototype)) t.ok(key in request)
  })

  t.test(`${name}: its body is read in any form, once`, async (t) => {
    t.equal(await posted().text(), '{"a":1}')
    t.same(await posted().json(), { a: 1 })
    t.same(Buffer.from(await posted().arrayBuffer()).toString(), '{"a":1}')
    t.equal(await (await posted().blob()).text(), '{"a":1}')
    t.equal(await new globalThis.Response(posted().body).text(), '{"a":1}')
    t.equal(await posted().clone().text(), '{"a":1}')

    const request = posted()
    t.notOk(request.bodyUsed)
    await request.text()
    t.ok(request.bodyUsed)
    await t.rejects(request.text(), TypeError)
    await t.rejects(request.arrayBuffer(), TypeError)
    t.throws(() => request.clone(), TypeError)
  })

  t.test(`${name}: a part of a larger buffer is all that arrayBuffer gives`, async (t) => {
    const body = Buffer.from('xx{"a":1}xx').subarray(2, 9)
    const request = make(post(), receiving([{ type: 'http.request', body, moreBody: false }]), URL_)

    t.equal((await request.arrayBuffer()).byteLength, 7)
  })

  t.test(`${name}: without a body it is empty`, async (t) => {
    const request = make(httpScope(), receiving([]), URL_)

    t.equal(request.body, null)
    t.equal(await request.text(), '')
    t.notOk(request.bodyUsed)
  })

  t.test(`${name}: its signal aborts when the client disconnects`, async (t) => {
    const listeners: (() => void)[] = []
    const scope = httpScope({ onDisconnect: (listener) => listeners.push(listener) })
    const { signal } = make(scope, receiving([]), URL_)

    t.notOk(signal.aborted)
    for (const listener of listeners) listener()
    t.ok(signal.aborted)
    t.match(signal.reason, { name: 'ClientDisconnected' })
  })

  t.test(`${name}: the signal never aborts on a server without disconnects`, async (t) => {
    t.notOk(make(httpScope(), receiving([]), URL_).signal.aborted)
  })

  t.test(`${name}: a new request can be created from it`, async (t) => {
    const request = posted()
    const copy = new globalThis.Request('http://elsewhere/', request)

    t.equal(copy.method, 'POST')
    t.equal(copy.headers.get('content-type'), 'application/json')
    t.equal(await copy.text(), '{"a":1}')
    const clone = new globalThis.Request(posted().clone())
    t.equal(await clone.text(), '{"a":1}')
  })

  t.test(`${name}: forms are read as by a native request`, async (t) => {
    const headers = ['content-type', 'application/x-www-form-urlencoded', 'content-length', '7']
    const request = make(post({ headers }), receiving([message('a=1&b=2')]), URL_)

    t.same(
      [...(await request.formData())],
      [
        ['a', '1'],
        ['b', '2'],
      ],
    )
  })
}

t.test('objects that a lazy request returned stay the same when it is native', async (t) => {
  const request = lazyRequest(post(), receiving([message('{"a":1}')]), URL_)
  const { body, headers } = request

  t.equal(request.cache, 'default')
  t.equal(request.headers, headers)
  t.equal(request.body, request.body)
  t.ok(body)
  t.equal(await request.text(), '{"a":1}')
  t.ok(request.bodyUsed)
})
