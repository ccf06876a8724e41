import fc from 'fast-check'
import t from 'tap'
import {
  HTMLResponse,
  JSONResponse,
  PlainTextResponse,
  RedirectResponse,
} from '../../lib/responses/bodies.ts'

const decoder = new TextDecoder()

function json(content: unknown): string {
  return decoder.decode(new JSONResponse(content).body)
}

function location(url: URL | string): string | null {
  return new RedirectResponse(url).headers.get('location')
}

t.test('each class has its media type: RS-9', async (t) => {
  const typeOf = (response: PlainTextResponse | JSONResponse) =>
    response.headers.get('content-type')

  t.equal(typeOf(new PlainTextResponse('a')), 'text/plain; charset=utf-8')
  t.equal(typeOf(new HTMLResponse('<p>')), 'text/html; charset=utf-8')
  t.equal(typeOf(new JSONResponse({})), 'application/json')
  t.equal(
    typeOf(new JSONResponse({}, { mediaType: 'application/problem+json' })),
    'application/problem+json',
  )
})

t.test('text is sent unchanged', async (t) => {
  t.equal(decoder.decode(new PlainTextResponse('<é>').body), '<é>')
  t.equal(decoder.decode(new HTMLResponse('<é>').body), '<é>')
})

t.test('JSONResponse', async (t) => {
  t.test('writes compact JSON in UTF-8: RS-10', async (t) => {
    t.equal(json({ b: [1, 'é😀'], a: null }), '{"b":[1,"é😀"],"a":null}')
    t.equal(json(null), 'null')
    t.equal(json('a'), '"a"')
    t.equal(json(0), '0')
    t.equal(json({ at: new Date(0), left: undefined }), '{"at":"1970-01-01T00:00:00.000Z"}')
    t.equal(new JSONResponse('é').headers.get('content-length'), '4')
  })

  t.test('behaves as JSON.stringify for any value', async () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => json(value) === JSON.stringify(value)),
      { numRuns: 100 },
    )
  })

  t.test('throws for values without a JSON form: RS-11', async (t) => {
    for (const value of [undefined, () => {}, Symbol('a'), Promise.resolve({})]) {
      t.throws(
        () => json(value),
        /^JSONResponse: the content must have a JSON form, .+ was given\. Await promises, pass null for "nothing"\.$/,
      )
    }
    const circle: unknown[] = []
    circle.push(circle)
    t.throws(() => json(circle), TypeError)
    t.throws(() => json(1n), TypeError)
  })
})

t.test('RedirectResponse', async (t) => {
  t.test('answers 307 with a location and no body: RS-12, RS-13', async (t) => {
    const response = new RedirectResponse('/next')

    t.equal(response.status, 307)
    t.equal(response.body.byteLength, 0)
    t.same(response.headers.list, ['content-length', '0', 'location', '/next'])
  })

  t.test('accepts a URL', async (t) => {
    t.equal(location(new URL('https://example.org/a?b#c')), 'https://example.org/a?b#c')
  })

  t.test('encodes only characters that a URL cannot contain: RS-12', async (t) => {
    const cases: [string, string][] = [
      ["/:%#?=@[]!$&'()*+,;-._~", "/:%#?=@[]!$&'()*+,;-._~"],
      ['/a b', '/a%20b'],
      ['/é', '/%C3%A9'],
      ['/a%20b%5B%zz', '/a%20b%5B%zz'],
      ['/"<>\\^`{|}', '/%22%3C%3E%5C%5E%60%7B%7C%7D'],
      ['/\ud800', '/%EF%BF%BD'],
      ['/x\r\nset-cookie: a=1', '/x%0D%0Aset-cookie:%20a=1'], // advisory 75
    ]
    for (const [url, expected] of cases) t.equal(location(url), expected)
  })

  t.test('keeps the host that a URL parser reads: advisory 25', async (t) => {
    const cases: [string, string][] = [
      ['http://good\\@evil', 'http://good/@evil'],
      ['HTTPS:\\\\good\\@evil?a\\b#c\\d', 'HTTPS://good/@evil?a%5Cb#c%5Cd'],
      ['//good\\@evil', '//good/@evil'],
      ['/\\evil', '/%5Cevil'],
      ['\\\\evil', '%5C%5Cevil'],
      ['mailto:a\\b', 'mailto:a%5Cb'],
    ]
    for (const [url, expected] of cases) t.equal(location(url), expected)
  })

  t.test('overrides a given location: RS-13', async (t) => {
    const { headers } = new RedirectResponse('/new', { headers: { Location: '/old' } })
    t.same(headers.getAll('location'), ['/new'])
  })

  t.test('accepts the statuses that redirect, and 201', async (t) => {
    for (const status of [201, 300, 301, 303, 308, 399]) {
      t.equal(new RedirectResponse('/', { status }).status, status)
    }
    for (const status of [200, 299, 400, 500]) {
      t.throws(
        () => new RedirectResponse('/', { status }),
        /^RedirectResponse: the status must be from 300 to 399, or 201, \d+ was given\. Use 303/,
      )
    }
    t.throws(() => new RedirectResponse('/', { status: Number.NaN }), RangeError)
  })
})
