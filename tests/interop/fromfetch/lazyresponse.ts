import t from 'tap'
import { LightResponse, prepare } from '../../../lib/interop/fromfetch/lazyresponse.ts'

prepare()

const Real = globalThis.Response

/** By its prototype it is one. */
const Light = LightResponse as unknown as typeof globalThis.Response

t.test('behaves as a native response', async (t) => {
  for (const [body, init] of [
    ['hello', undefined],
    ['', undefined],
    [null, { status: 204 }],
    [undefined, { status: 201, headers: { 'X-A': '1' } }],
    ['x', { headers: { 'Content-Type': 'text/x' } }],
    [
      'x',
      {
        headers: new globalThis.Headers([
          ['set-cookie', 'a'],
          ['set-cookie', 'b'],
        ]),
      },
    ],
    [
      'x',
      {
        headers: [
          ['x-a', '1'],
          ['x-a', '2'],
        ] as [string, string][],
      },
    ],
    ['x', { headers: { 'x-a': ' trimmed ' } }],
    ['x', { status: 200, statusText: 'Fine' }],
    [new Uint8Array([65]), undefined],
    [new URLSearchParams({ a: '1' }), undefined],
  ] as const) {
    const light = new Light(body as BodyInit, init as ResponseInit)
    const real = new Real(body as BodyInit, init as ResponseInit)

    for (const key of [
      'status',
      'ok',
      'statusText',
      'type',
      'url',
      'redirected',
      'bodyUsed',
    ] as const) {
      t.equal(light[key], real[key], key)
    }
    t.same([...light.headers], [...real.headers])
    t.equal(light.body === null, real.body === null)
    t.equal(await light.text(), await real.text())
    t.equal(light.bodyUsed, real.bodyUsed)
  }
})

t.test('throws the errors of a native response', async (t) => {
  for (const make of [
    (Class: typeof Real) => new Class('x', { status: 204 }),
    (Class: typeof Real) => new Class('x', { status: 99 }),
    (Class: typeof Real) => new Class('x', { headers: { 'a b': 'c' } }),
    (Class: typeof Real) => new Class('x', { headers: { a: 'b\r\nc' } }),
  ]) {
    let wanted: unknown
    try {
      make(Real)
    } catch (error) {
      wanted = error
    }
    t.ok(wanted)
    t.throws(() => make(Light), wanted as Error)
  }
})

t.test('is an instance of Response, as results of fetch are; static methods exist', async (t) => {
  const light = new Light('x')

  t.ok(light instanceof Light)
  t.ok(light instanceof Real)
  t.ok(new Real('x') instanceof Light)
  t.equal(light.constructor, Light)
  t.equal(Light.name, 'Response')
  t.same(await Light.json({ a: 1 }).json(), { a: 1 })
  t.equal(Light.redirect('http://h/').status, 302)
})

t.test('can be sent until its body is accessed', async (t) => {
  const light = new Light('hello', { status: 201 })
  t.same(LightResponse.toWhole(light), {
    status: 201,
    headers: ['content-type', 'text/plain;charset=UTF-8'],
    body: 'hello',
  })
  light.headers.set('x-a', '1')
  light.headers.append('set-cookie', 'a=1')
  light.headers.append('set-cookie', 'b=2')
  t.same(LightResponse.toWhole(light)?.headers, [
    ...['content-type', 'text/plain;charset=UTF-8'],
    ...['set-cookie', 'a=1', 'set-cookie', 'b=2'],
    ...['x-a', '1'],
  ])
  await light.text()
  t.equal(LightResponse.toWhole(light), undefined)
  t.equal(light.headers.get('x-a'), '1', 'what was set stays')

  for (const other of [new Real('x'), null, undefined, {}, 'text']) {
    t.equal(LightResponse.toWhole(other), undefined)
  }
})

t.test('a list that was sent is not changed', async (t) => {
  const light = new Light('hello')
  const sent = LightResponse.toWhole(light)?.headers ?? []
  light.headers.set('x-a', '1')

  t.notOk(sent.includes('x-a'))
  t.ok(LightResponse.toWhole(light)?.headers.includes('x-a'))
})

t.test('a value that equals the name of a field is not read as a name', async (t) => {
  const light = new Light('hello', { headers: { 'x-about': 'content-type' } })

  t.equal(light.headers.get('content-type'), 'text/plain;charset=UTF-8')
})

t.test('a clone has the current fields, and the same body', async (t) => {
  const light = new Light('hello')
  light.headers.set('x-a', '1')
  const clone = light.clone()
  const later = new Light(null, { headers: { 'x-b': '1' } }).clone()

  t.equal(clone.headers.get('x-a'), '1')
  t.equal(await clone.text(), 'hello')
  t.equal(await light.text(), 'hello')
  t.equal(later.body, null)
  t.equal(later.headers.get('x-b'), '1')
  t.throws(() => light.clone(), TypeError)
})

t.test('a new response can be created from it', async (t) => {
  const light = new Light('hello', { status: 202, headers: { 'x-a': '1' } })
  const made = new Light(light.body, light)

  t.same([made.status, made.headers.get('x-a'), await made.text()], [202, '1', 'hello'])
})
