import fc from 'fast-check'
import t from 'tap'
import {
  checkPreconditions,
  ifRangeHolds,
  joinedField,
  notModifiedHeaders,
  parseEtags,
  type Validators,
  validatorsIn,
} from '../../lib/http/conditional.ts'
import { assertLinear } from '../support/linear.ts'

const CHANGED = Date.UTC(2013, 9, 10, 21, 40)
const DATE = 'Thu, 10 Oct 2013 21:40:00 GMT'
const BEFORE = 'Thu, 10 Oct 2013 21:39:59 GMT'
const AFTER = 'Thu, 10 Oct 2013 21:40:01 GMT'
/** Changes have fractions of a second, fields do not. */
const current: Validators = { etag: '"a"', lastModified: CHANGED + 750 }

type Case = [title: string, headers: string[], read: 304 | 412 | null, change: 412 | null]

// The result for GET or HEAD, and the one for PUT.
const cases: Case[] = [
  ['no condition', ['host', 'x', 'range', 'bytes=0-1'], null, null],
  // RFC 9110 section 13.1.1
  ['If-Match with the tag', ['if-match', '"a"'], null, null],
  ['If-Match with the tag among others', ['if-match', '"x", "a"'], null, null],
  ['If-Match in two fields', ['if-match', '"x"', 'if-match', '"a"'], null, null],
  ['If-Match with another tag', ['if-match', '"b"'], 412, 412],
  ['If-Match compares strongly', ['if-match', 'W/"a"'], 412, 412],
  ['If-Match with any tag', ['if-match', '*'], null, null],
  ['If-Match with nothing', ['if-match', ''], 412, 412],
  ['If-Match with an invalid tag', ['if-match', 'a'], 412, 412],
  // 13.1.4
  ['If-Unmodified-Since, and so it is', ['if-unmodified-since', DATE], null, null],
  ['If-Unmodified-Since later', ['if-unmodified-since', AFTER], null, null],
  ['If-Unmodified-Since, but it was', ['if-unmodified-since', BEFORE], 412, 412],
  ['If-Unmodified-Since no date', ['if-unmodified-since', 'yesterday'], null, null],
  ['If-Match holds, If-Unmodified-Since is ignored', ['if-match', '"a"', 'if-unmodified-since', BEFORE], null, null], // biome-ignore format: a table
  ['If-Match fails, If-Unmodified-Since is ignored', ['if-match', '"b"', 'if-unmodified-since', DATE], 412, 412], // biome-ignore format: a table
  // 13.1.2, ST-14, ST-18, ST-19
  ['If-None-Match with the tag', ['if-none-match', '"a"'], 304, 412],
  ['If-None-Match compares weakly', ['if-none-match', 'W/"a"'], 304, 412],
  ['If-None-Match among others', ['if-none-match', '"123",\tW/"a"'], 304, 412],
  ['If-None-Match with any tag', ['if-none-match', ' * '], 304, 412],
  ['If-None-Match with another tag', ['if-none-match', '"b"'], null, null],
  ['If-None-Match without quotes', ['if-none-match', 'a'], null, null],
  ['If-None-Match in two fields', ['if-none-match', '"x"', 'if-none-match', '"a"'], 304, 412],
  ['an empty If-None-Match counts as present: sf-062', ['if-none-match', '', 'if-modified-since', DATE], null, null], // biome-ignore format: a table
  ['If-None-Match other, If-Modified-Since is ignored', ['if-none-match', '"b"', 'if-modified-since', DATE], null, null], // biome-ignore format: a table
  ['If-None-Match same, If-Modified-Since is ignored', ['if-none-match', '"a"', 'if-modified-since', BEFORE], 304, 412], // biome-ignore format: a table
  // 13.1.3, ST-15
  ['If-Modified-Since, and it was not', ['if-modified-since', DATE], 304, null],
  ['If-Modified-Since later', ['if-modified-since', AFTER], 304, null],
  ['If-Modified-Since, and it was', ['if-modified-since', BEFORE], null, null],
  ['If-Modified-Since no date', ['if-modified-since', 'garbage'], null, null],
  ['If-Modified-Since with a wrong weekday: sf-055', ['if-modified-since', `Mon${DATE.slice(3)}`], 304, null], // biome-ignore format: a table
  ['If-Modified-Since as RFC 850: sf-057', ['if-modified-since', 'Thursday, 10-Oct-13 21:40:00 GMT'], 304, null], // biome-ignore format: a table
  ['If-Modified-Since twice is invalid', ['if-modified-since', DATE, 'if-modified-since', DATE], null, null], // biome-ignore format: a table
  // 13.2.2: the order
  ['If-Match fails before If-None-Match is evaluated', ['if-none-match', '"a"', 'if-match', '"b"'], 412, 412], // biome-ignore format: a table
  ['If-Match holds, and then If-None-Match does not', ['if-match', '"a"', 'if-none-match', '"a"'], 304, 412], // biome-ignore format: a table
  ['If-Unmodified-Since holds, and then If-Modified-Since does not', ['if-unmodified-since', DATE, 'if-modified-since', DATE], 304, null], // biome-ignore format: a table
]

t.test('preconditions give 304, 412 or null', async (t) => {
  for (const [title, headers, read, change] of cases) {
    t.equal(checkPreconditions({ method: 'GET', headers }, current), read, title)
    t.equal(checkPreconditions({ method: 'HEAD', headers }, current), read, `HEAD: ${title}`)
    t.equal(checkPreconditions({ method: 'PUT', headers }, current), change, `PUT: ${title}`)
    // RFC 9110 section 13.2.1
    t.equal(checkPreconditions({ method: 'OPTIONS', headers }, current), null, `OPTIONS: ${title}`)
  }
})

t.test('an unset validator matches nothing', async (t) => {
  const answer = (headers: string[], validators: Validators | null, method = 'GET') =>
    checkPreconditions({ method, headers }, validators)

  t.equal(answer(['if-none-match', '"a"'], {}), null)
  t.equal(answer(['if-match', '"a"'], {}), 412)
  t.equal(answer(['if-match', '*'], {}), null)
  t.equal(answer(['if-modified-since', AFTER], {}), null, 'no date to compare: ignored')
  t.equal(answer(['if-unmodified-since', BEFORE], {}), null)
  t.equal(answer(['if-none-match', '"a"'], { etag: 'W/"a"' }), 304)
  t.equal(answer(['if-match', 'W/"a"'], { etag: 'W/"a"' }), 412, 'weak tags never match strongly')
})

t.test('for a missing resource a create proceeds, and an update does not', async (t) => {
  const put = (headers: string[]) => checkPreconditions({ method: 'PUT', headers }, null)

  t.equal(put(['if-none-match', '*']), null)
  t.equal(put(['if-match', '*']), 412)
  t.equal(put(['if-match', '"a"']), 412)
  t.equal(put(['if-unmodified-since', BEFORE]), null)
})

t.test('If-Range', async (t) => {
  const now = CHANGED + 60_000
  // RS-38; RFC 9110 section 13.1.5
  const ranges: [title: string, headers: string[], holds: boolean][] = [
    ['none', [], true],
    ['the tag', ['if-range', '"a"'], true],
    ['another tag', ['if-range', '"b"'], false],
    ['a weak tag', ['if-range', 'W/"a"'], false],
    ['the date', ['if-range', DATE], true],
    ['the date in another form', ['if-range', 'Thu Oct 10 21:40:00 2013'], true],
    ['a later date: fi-083', ['if-range', AFTER], false],
    ['an earlier date', ['if-range', BEFORE], false],
    ['no date', ['if-range', 'a'], false],
    ['nothing', ['if-range', ''], false],
    ['any tag, which is not for it', ['if-range', '*'], false],
    ['two', ['if-range', '"a"', 'if-range', '"a"'], false],
  ]
  for (const [title, headers, holds] of ranges) {
    t.equal(ifRangeHolds(headers, current, now), holds, title)
  }
  t.equal(ifRangeHolds(['if-range', DATE], current), true, 'by the clock')
  t.equal(ifRangeHolds(['if-range', DATE], current, CHANGED + 999), false, 'it may change again')
  t.equal(ifRangeHolds(['if-range', DATE], {}, now), false)
  t.equal(ifRangeHolds(['if-range', '"a"'], {}, now), false)
  t.equal(ifRangeHolds(['if-range', 'W/"a"'], { etag: 'W/"a"' }, now), false)
})

t.test('a 304 has no fields that describe the content: ST-16', async (t) => {
  const headers = [
    ...['content-type', 'text/plain', 'content-length', '2', 'accept-ranges', 'bytes'],
    ...['cache-control', 'no-cache', 'etag', '"a"', 'last-modified', DATE, 'vary', 'accept'],
    ...['content-location', '/x', 'set-cookie', 'a=1', 'set-cookie', 'b=2'],
  ]
  t.same(notModifiedHeaders(headers), [
    ...['cache-control', 'no-cache', 'etag', '"a"', 'vary', 'accept'],
    ...['content-location', '/x', 'set-cookie', 'a=1', 'set-cookie', 'b=2'],
  ])
  t.same(notModifiedHeaders(['last-modified', DATE, 'content-encoding', 'br']), [
    ...['last-modified', DATE],
  ])
  t.equal(headers.length, 20, 'and the list itself stays')
})

t.test('fields on several lines are joined', async (t) => {
  const headers = ['a', ' 1 ', 'b', '2', 'a', '3 ']

  t.equal(joinedField(headers, 'a'), '1 , 3')
  t.equal(joinedField(headers, 'b'), '2')
  t.equal(joinedField(headers, 'c'), null)
})

t.test('the validators of a response', async (t) => {
  t.same(validatorsIn(['etag', '"a"', 'last-modified', DATE]), {
    etag: '"a"',
    lastModified: CHANGED,
  })
  t.same(validatorsIn(['last-modified', 'yesterday']), { etag: undefined, lastModified: undefined })
})

t.test('entity tags', async (t) => {
  const fields: [field: string, tags: string[]][] = [
    ['', []],
    ['"a"', ['"a"']],
    ['W/"a" , "b"', ['W/"a"', '"b"']],
    ['"a,b"', ['"a,b"']],
    ['""', ['""']],
    [',, "a",\t,"b" ,', ['"a"', '"b"']],
    ['*', []],
    ['a, "b"', ['"b"']],
    ['w/"a"', []],
    ['"a" x, "b"', ['"b"']],
    ['"a"x"b"', []],
    ['"a', []],
    ['"a b", "c"', ['"c"']],
    ['"\xe9"', ['"\xe9"']],
  ]
  for (const [field, tags] of fields) t.same(parseEtags(field), tags, JSON.stringify(field))
})

t.test('entity tags are parsed back from any list', async (t) => {
  const opaque = fc.string({ unit: fc.constantFrom(..."!#,a'Z~/W\xff") })
  const tag = fc.tuple(fc.constantFrom('', 'W/'), opaque).map(([mark, text]) => `${mark}"${text}"`)
  fc.assert(
    fc.property(fc.array(tag), fc.constantFrom(',', ', ', ' ,\t', ',,'), (tags, comma) => {
      t.strictSame(parseEtags(tags.join(comma)), tags)
    }),
  )
})

t.test('entity tags are parsed in linear time', async (t) => {
  for (const piece of [',', ' ', '"', 'W/', '"a"', '"a', '",', '"a" x', 'W/"', '", "']) {
    assertLinear(t, (size) => piece.repeat(size / piece.length), parseEtags)
  }
})
