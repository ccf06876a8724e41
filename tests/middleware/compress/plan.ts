import t from 'tap'
import { isCompressible } from '../../../lib/middleware/compress/compressible.ts'
import {
  encodedHeaders,
  type Facts,
  planFor,
  revalidatedHeaders,
  variedHeaders,
} from '../../../lib/middleware/compress/plan.ts'
import type { HeaderList } from '../../../lib/types.ts'

const RULES = { minSize: 500, isCompressible }
const HTML = ['content-type', 'text/html; charset=utf-8']

const plan = (headers: HeaderList, facts: Partial<Facts> = {}, status = 200): string =>
  planFor(
    { type: 'http.response.start', status, headers },
    { accepts: true, size: 500, ...facts },
    RULES,
  )

t.test('a large enough body of a compressible type is encoded', async (t) => {
  t.equal(plan(HTML), 'encoded')
  t.equal(plan(HTML, { size: Number.POSITIVE_INFINITY }), 'encoded')
  t.equal(plan([]), 'encoded')
  t.equal(plan(['content-type', ' Application/JSON ;charset=utf-8']), 'encoded')
  t.equal(plan(HTML, {}, 404), 'encoded')
  t.equal(plan(HTML, {}, 500), 'encoded')
})

// MW-GZIP-5
t.test('a client without a coding gets Vary', async (t) => {
  t.equal(plan(HTML, { accepts: false }), 'varied')
})

// MW-GZIP-3, -7, -10, -11
t.test('other responses are unchanged', async (t) => {
  t.equal(plan(HTML, { size: 499 }), 'untouched')
  t.equal(plan(['content-type', 'image/png']), 'untouched')
  for (const status of [204, 205]) t.equal(plan(HTML, {}, status), 'untouched', `${status}`)
  t.equal(plan([...HTML, 'content-encoding', 'br']), 'untouched')
  t.equal(plan([...HTML, 'content-range', 'bytes 0-1/2']), 'untouched')
  t.equal(plan([...HTML, 'content-digest', 'sha-256=:AA==:']), 'untouched')
  t.equal(plan([...HTML, 'cache-control', 'public, No-Transform']), 'untouched')
  t.equal(plan([...HTML, 'cache-control', 'public, max-age=3']), 'encoded')
})

t.test('a 304 and a 206 have the Vary of the 200', async (t) => {
  const range = (text: string): string[] => [...HTML, 'content-range', text]
  for (const accepts of [true, false]) {
    t.equal(plan(['etag', '"a"'], { accepts, size: 0 }, 304), 'varied')
    t.equal(plan(['last-modified', 'x'], { accepts, size: 0 }, 304), 'varied')
    t.equal(plan(HTML, { accepts, size: 0 }, 304), 'untouched', 'it tells of no answer')
    for (const other of [
      ['content-type', 'image/png'],
      ['cache-control', 'no-transform'],
    ]) {
      t.equal(plan(['etag', '"a"', ...other], { accepts, size: 0 }, 304), 'untouched')
    }
    t.equal(plan(range('bytes 0-1/500'), { accepts, size: 2 }, 206), 'varied')
    t.equal(plan(range('bytes 0-1/*'), { accepts, size: 2 }, 206), 'varied')
    t.equal(plan(range('bytes 0-1/499'), { accepts, size: 2 }, 206), 'untouched')
    const parts = ['content-type', 'multipart/byteranges; boundary=a']
    t.equal(plan(parts, { accepts, size: 2 }, 206), 'varied')
    t.equal(plan([...HTML, 'content-encoding', 'br'], { accepts }, 206), 'untouched')
  }
  t.equal(plan(range('bytes */500'), {}, 416), 'untouched')
})

t.test('an empty body is never encoded', async (t) => {
  const start = { type: 'http.response.start', status: 200, headers: HTML } as const

  t.equal(planFor(start, { accepts: true, size: 0 }, { ...RULES, minSize: 0 }), 'untouched')
})

// Advisory row 87.
t.test('Accept-Encoding is named once in Vary', async (t) => {
  t.same(variedHeaders([]), ['vary', 'Accept-Encoding'])
  t.same(variedHeaders(['vary', 'Cookie']), ['vary', 'Cookie, Accept-Encoding'])
  t.same(variedHeaders(['vary', 'accept-encoding']), ['vary', 'accept-encoding'])
  t.same(variedHeaders(['vary', '*']), ['vary', '*'])
})

// Advisory row 46.
t.test('the given list is not changed', async (t) => {
  const headers = Object.freeze([...HTML, 'etag', '"a"', 'vary', 'Cookie']) as string[]

  variedHeaders(headers)
  encodedHeaders(headers, 'br')
  revalidatedHeaders(headers, 'W/"a"')

  t.same(headers, [...HTML, 'etag', '"a"', 'vary', 'Cookie'])
})

t.test('the encoded body has no length yet, no ranges, and a weak tag', async (t) => {
  const headers = [
    ...HTML,
    'content-length',
    '9',
    'accept-ranges',
    'bytes',
    'etag',
    '"a"',
    'x',
    'y',
  ]

  t.same(encodedHeaders(headers, 'br'), [
    ...HTML,
    ...['etag', 'W/"a"', 'x', 'y', 'content-encoding', 'br', 'vary', 'Accept-Encoding'],
  ])
  t.same(encodedHeaders(['etag', 'W/"a"'], 'gzip').slice(0, 2), ['etag', 'W/"a"'])
})

t.test('a 304 has the weakened tag if the client sent it', async (t) => {
  const weak = ['etag', 'W/"a"']

  t.same(revalidatedHeaders(['etag', '"a"'], 'W/"b", W/"a"'), weak)
  t.same(revalidatedHeaders(['etag', '"a"'], '"a"'), ['etag', '"a"'])
  t.same(revalidatedHeaders(['etag', '"a"'], '*'), ['etag', '"a"'])
  t.same(revalidatedHeaders(['etag', 'W/"a"'], 'W/"a"'), ['etag', 'W/"a"'])
  t.same(revalidatedHeaders(['x', 'y'], 'W/"a"'), ['x', 'y'])
})
