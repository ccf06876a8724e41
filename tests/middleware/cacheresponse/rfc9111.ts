// What RFC 9111 says of a shared cache: a first response, a second request, and who answers it.
import t from 'tap'
import { memoryStore } from '../../../lib/stores.ts'
import { caching, counted } from '../../support/caching.ts'

const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString()
const lower = (text: string): string => text.toLowerCase()

type Fields = Readonly<Record<string, string>>
type Asked = readonly string[]
type Row = readonly [
  section: string,
  title: string,
  response: Fields,
  second?: Asked,
  first?: Asked,
]

const cc = (value: string, more: Fields = {}): Fields => ({ 'cache-control': value, ...more })
const asking = (...fields: string[]): Asked => fields

/** The cache answers the second request. */
const REUSED: readonly Row[] = [
  ['3', 'a 200 that may be kept', cc('max-age=60')],
  ['3', 'public', cc('public')],
  ['3', 'a directive that is not known', cc('max-age=60, foo="a, b", bar')],
  ['3.5', 'a response to a request with cookies that is public', cc('public, max-age=60'), asking('cookie', 'a=1'), asking('cookie', 'a=2')],
  ['4.1', 'the same value of a field in Vary', cc('max-age=60', { vary: 'accept' }), asking('accept', 'a'), asking('accept', 'a')],
  ['4.1', 'a field in Vary that neither request has', cc('max-age=60', { vary: 'foo' })],
  ['4.1', 'a field that is not in Vary', cc('max-age=60', { vary: 'foo' }), asking('bar', '1'), asking('bar', '2')],
  ['4.1', 'Vary without regard to case and space', cc('max-age=60', { vary: ' Foo ,BAR' }), asking('foo', '1'), asking('foo', '1')],
  ['4.2.1', 's-maxage before max-age', cc('max-age=0, s-maxage=60')],
  ['4.2.1', 's-maxage before Expires', { 'cache-control': 's-maxage=60', expires: at(-60) }],
  ['4.2.1', 'max-age before Expires', { 'cache-control': 'max-age=60', expires: at(-60) }],
  ['4.2.1', 'Expires in the future', { expires: at(60) }],
  ['4.2.1', 'Expires against the Date', { expires: at(30), date: at(-30) }],
  ['4.2.1', 'the first of two max-age', cc('max-age=60, max-age=0')],
  ['4.2', 'a date of any case', { expires: lower(at(60)) }],
  ['4.2', 'a date of capitals', { expires: at(60).toUpperCase() }],
  ['4.2.3', 'an Age below the lifetime', cc('max-age=60', { age: '30' })],
  ['5.1', 'an Age that is no number', cc('max-age=60', { age: 'old' })],
  ['5.1', 'a negative Age', cc('max-age=60', { age: '-7200' })],
  ['5.1', 'an Age with a fraction', cc('max-age=60', { age: '7200.0' })],
  ['5.1', 'the first of several Ages', cc('max-age=60', { age: '0, 7200' })],
  ['5.2', 'directives without regard to case', cc('MaX-aGe=60')],
  ['5.2', 'space around directives', cc('  max-age=60  ,  foo ')],
  ['5.2', 'empty elements', cc(', ,max-age=60,,')],
  ['5.2', 'a number in quotes', cc('max-age="60"')],
  ['5.2', 'directives in quotes are none', cc('max-age=60, foo="no-store, private"')],
  ['5.2.1.1', 'a request for one that is young enough', cc('max-age=60'), asking('cache-control', 'max-age=30')],
  ['5.2.1.3', 'a request for one that stays fresh for long enough', cc('max-age=60'), asking('cache-control', 'min-fresh=30')],
  ['5.2.1.7', 'a request for what is kept only', cc('max-age=60'), asking('cache-control', 'only-if-cached')],
  ['5.2.2.2', 'must-revalidate while it is fresh', cc('max-age=60, must-revalidate')],
  ['5.2.2.3', 'must-understand over no-store', cc('max-age=60, no-store, must-understand')],
  ['5.2.2.8', 'proxy-revalidate while it is fresh', cc('max-age=60, proxy-revalidate')],
  ['1.2.2', 'seconds beyond all numbers', cc(`max-age=${'9'.repeat(40)}`, { age: '2147483647' })],
  ['1.2.2', 'an Age beyond all numbers is over', cc('max-age=2147483649', { age: '1' })],
  ['5.4', 'Pragma in a response means nothing', cc('max-age=60', { pragma: 'no-cache' })],
  ['5.4', 'Pragma beside Cache-Control in a request', cc('max-age=60'), asking('pragma', 'no-cache', 'cache-control', 'foo')],
] // biome-ignore format: a table

/** The app answers the second request too. */
const ASKED_AGAIN: readonly Row[] = [
  ['3', 'no-store', cc('max-age=60, no-store')],
  ['3', 'private', cc('max-age=60, private')],
  ['3', 'private for a field', cc('max-age=60, private="set-cookie"')],
  ['3', 'a request that says no-store', cc('max-age=60'), [], asking('cache-control', 'no-store')],
  ['3.5', 'a request with credentials', cc('max-age=60'), asking('authorization', 'x'), []],
  ['3.5', 'a response to credentials', cc('max-age=60'), [], asking('authorization', 'x')],
  ['4.1', 'another value of a field in Vary', cc('max-age=60', { vary: 'accept' }), asking('accept', 'b'), asking('accept', 'a')],
  ['4.1', 'a field in Vary that is missing', cc('max-age=60', { vary: 'accept' }), [], asking('accept', 'a')],
  ['4.1', 'a field in Vary that has come', cc('max-age=60', { vary: 'accept' }), asking('accept', 'a'), []],
  ['4.1', 'one of several fields in Vary', cc('max-age=60', { vary: 'a, b' }), asking('a', '1', 'b', '2'), asking('a', '1', 'b', '1')],
  ['4.1', 'Vary: *', cc('max-age=60', { vary: '*' })],
  ['4.1', '* among others in Vary', cc('max-age=60', { vary: 'accept, *' })],
  ['4.2.1', 's-maxage=0 before max-age', cc('max-age=60, s-maxage=0')],
  ['4.2.1', 'max-age=0 before Expires', { 'cache-control': 'max-age=0', expires: at(60) }],
  ['4.2.1', 'Expires in the past', { expires: at(-60) }],
  ['4.2.1', 'Expires that says 0', { expires: '0' }],
  ['4.2.1', 'Expires that is no date', { expires: 'soon' }],
  ['4.2.1', 'the first of two max-age', cc('max-age=0, max-age=60')],
  ['4.2.1', 'a max-age that is no number', cc('max-age=60s')],
  ['4.2.1', 'a negative max-age', cc('max-age=-60')],
  ['4.2.1', 'a max-age with a fraction', cc('max-age=60.0')],
  ['4.2', 'a date in another zone', { expires: at(60).replace('GMT', 'PST') }],
  ['4.2.3', 'an Age beyond the lifetime', cc('max-age=60', { age: '7200' })],
  ['4.2.3', 'a Date long ago', cc('max-age=60', { date: at(-7200) })],
  ['5.1', 'the first of several Ages', cc('max-age=3600', { age: '7200, 0' })],
  ['5.2', 'no-store of any case', cc('max-age=60, No-StOrE')],
  ['5.2', 'no-store in a second field', cc('max-age=60,no-store')],
  ['5.2.1.1', 'a request for a younger one', cc('max-age=60', { age: '30' }), asking('cache-control', 'max-age=29')],
  ['5.2.1.1', 'a request for a new one', cc('max-age=60', { age: '1' }), asking('cache-control', 'max-age=0')],
  ['5.2.1.3', 'a request for one that stays fresh for longer', cc('max-age=60'), asking('cache-control', 'min-fresh=61')],
  ['5.2.1.4', 'a reload', cc('max-age=60'), asking('cache-control', 'no-cache')],
  ['5.2.2.4', 'no-cache', cc('max-age=60, no-cache')],
  ['5.2.2.4', 'no-cache for a field', cc('max-age=60, no-cache="foo"')],
  ['5.4', 'Pragma in a request', cc('max-age=60'), asking('pragma', 'no-cache')],
  ['1.2.2', 'an Age beyond all numbers', cc('max-age=2147483648', { age: '9'.repeat(40) })],
] // biome-ignore format: a table

async function textsOf([, , response, second = [], first = []]: Row): Promise<string[]> {
  const get = caching(counted(response as Record<string, string>).app)
  return [(await get(first)).text, (await get(second)).text]
}

for (const row of REUSED) {
  t.test(`RFC 9111 ${row[0]}: ${row[1]} is reused`, async (t) => {
    t.same(await textsOf(row), ['answer 1', 'answer 1'])
  })
}

for (const row of ASKED_AGAIN) {
  t.test(`RFC 9111 ${row[0]}: ${row[1]} is requested again`, async (t) => {
    t.same(await textsOf(row), ['answer 1', 'answer 2'])
  })
}

const STATUSES: readonly (readonly [status: number, isReused: boolean])[] = [
  ...[200, 203, 300, 301, 308, 404, 410].map((status) => [status, true] as const),
  ...[206, 302, 303, 307, 400, 403, 500, 503, 599].map((status) => [status, false] as const),
]

for (const [status, isReused] of STATUSES) {
  t.test(`RFC 9111 3: a ${status} is ${isReused ? '' : 'not '}reused`, async (t) => {
    const get = caching(counted({ 'cache-control': 'max-age=60' }, status).app)
    await get()
    t.equal((await get()).text, isReused ? 'answer 1' : 'answer 2')
  })
}

const CHANGES: readonly (readonly [method: string, status: number, isForgotten: boolean])[] = [
  ...['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH'].map((method) => [method, 200, true] as const),
  ...[204, 301, 303, 399].map((status) => ['POST', status, true] as const),
  ...[400, 404, 412, 500].map((status) => ['POST', status, false] as const),
  ...['HEAD', 'OPTIONS', 'TRACE'].map((method) => [method, 200, false] as const),
]

for (const [method, status, isForgotten] of CHANGES) {
  t.test(
    `RFC 9111 4.4: a ${method} with ${status} ${isForgotten ? 'forgets' : 'keeps'} it`,
    async (t) => {
      const store = memoryStore()
      const get = caching(counted({ 'cache-control': 'max-age=60' }).app, { store })
      const change = caching(counted({}, status).app, { store })
      await get()
      await change([], { method })
      t.equal((await get()).text, isForgotten ? 'answer 2' : 'answer 1')
    },
  )
}

t.test('RFC 9111 5.1: Age is the time since the response was generated', async (t) => {
  const get = caching(counted({ 'cache-control': 'max-age=60', age: '7' }).app)
  await get()
  const { headers } = await get()

  t.equal(headers.get('age'), '7')
})

t.test('RFC 9111 4.3.2: conditions are evaluated against the cached response', async (t) => {
  const day = at(-86_400)
  const tagged = caching(counted({ 'cache-control': 'max-age=60', etag: 'W/"1"' }).app)
  const dated = caching(counted({ 'cache-control': 'max-age=60', 'last-modified': day }).app)
  await Promise.all([tagged(), dated()])
  for (const [get, headers, status] of [
    [tagged, ['if-none-match', '"1"'], 304],
    [tagged, ['if-none-match', '*'], 304],
    [tagged, ['if-none-match', '"0", W/"1"'], 304],
    [tagged, ['if-none-match', '"2"'], 200],
    [dated, ['if-modified-since', day], 304],
    [dated, ['if-modified-since', at(-90_000)], 200],
    [dated, ['if-none-match', '"1"', 'if-modified-since', day], 200],
  ] as const) {
    t.equal((await get(headers)).status, status, headers.join(' '))
  }
})
