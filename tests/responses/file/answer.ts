import t from 'tap'
import { Headers } from '../../../lib/http/headers.ts'
import {
  answerTo,
  type FileAnswer,
  type IntendedResponse,
} from '../../../lib/responses/file/answer.ts'
import type { HeaderList } from '../../../lib/types.ts'
import { httpScope, lifespanScope, websocketScope } from '../../support/scopes.ts'

const CHANGED = Date.UTC(2013, 9, 10, 21, 40)
const DATE = 'Thu, 10 Oct 2013 21:40:00 GMT'
const ETAG = '"64-4e869d8010c00"'
const stat = { size: 100, mtimeMs: CHANGED }
const TEXT = 'text/plain; charset=utf-8'

const FIELDS: HeaderList = [
  ...['content-type', TEXT],
  ...['accept-ranges', 'bytes'],
  ...['last-modified', DATE],
  ...['etag', ETAG],
]

function intended(overrides: Partial<IntendedResponse> = {}): IntendedResponse {
  return { status: 200, headers: [], contentType: TEXT, maxRanges: 32, ...overrides }
}

function answer(
  headers: HeaderList,
  overrides?: Partial<IntendedResponse>,
  method = 'GET',
): FileAnswer {
  return answerTo(httpScope({ method, headers }), intended(overrides), stat)
}

const WHOLE: FileAnswer = {
  status: 200,
  headers: [...FIELDS, 'content-length', '100'],
  pieces: [{ start: 0, end: 100 }],
  size: 100,
}

t.test('the whole file has its type, length, date and tag: RS-26, RS-28', async (t) => {
  t.same(answer([]), WHOLE)
})

t.test('given fields of the response are not added again: RS-28', async (t) => {
  const headers = [
    ...['etag', '"custom"', 'last-modified', 'now', 'content-type', 'a/b'],
    ...['accept-ranges', 'none', 'content-length', '100'],
  ]

  t.same(answer([], { headers }).headers, headers)
})

t.test('the header list of the response is not changed', async (t) => {
  const headers = ['x-a', '1']
  for (const requested of [[], ['range', 'bytes=0-1'], ['if-none-match', ETAG]]) {
    answer(requested, { headers })
    t.same(headers, ['x-a', '1'])
  }
})

t.test('the tag distinguishes times and sizes as finely as the file system', async (t) => {
  const tag = (size: number, mtimeMs: number) =>
    new Headers(answerTo(httpScope(), intended(), { size, mtimeMs }).headers).get('etag')

  t.equal(tag(100, CHANGED), ETAG)
  t.not(tag(101, CHANGED), ETAG)
  t.not(tag(100, CHANGED + 0.001), ETAG)
  t.equal(tag(0, 0), '"0-0"')
  t.match(tag(1, -1), /^"1--3e8"$/, 'a file from before 1970')
})

t.test('HEAD has the fields and no body: RS-30', async (t) => {
  t.same(answer([], {}, 'HEAD'), { ...WHOLE, pieces: [], size: 0 })
})

t.test('a status without content gets neither body nor length', async (t) => {
  for (const status of [204, 205, 304]) {
    const headers = FIELDS
    t.same(answer(['range', 'bytes=0-1'], { status }), { status, headers, pieces: [], size: 0 })
  }
})

t.test('one range is a slice: RS-32', async (t) => {
  t.same(answer(['range', 'bytes=90-1000']), {
    status: 206,
    headers: [...FIELDS, 'content-length', '10', 'content-range', 'bytes 90-99/100'],
    pieces: [{ start: 90, end: 100 }],
    size: 10,
  })
  const given = answer(['range', 'bytes=0-1'], { headers: ['content-length', '100'] })
  t.same(given.headers.slice(0, 2), ['content-length', '2'], 'whatever length was given')
})

t.test('several ranges are parts with an exact length: RS-36, RS-37', async (t) => {
  const { status, headers, pieces, size } = answer(['range', 'bytes=0-4, 10-14, -5'])

  const view = new Headers(headers)
  t.equal(status, 206)
  t.equal(size, 364)
  t.equal(view.get('content-length'), '364')
  t.match(view.get('content-type'), /^multipart\/byteranges; boundary=[0-9a-f]{26}$/)
  t.equal(view.get('content-range'), null)
  t.equal(view.get('etag'), ETAG)
  t.same(pieces[3], { start: 10, end: 15 })
  t.match(new TextDecoder().decode(pieces[2] as Uint8Array), `Content-Type: ${TEXT}\r\n`)
})

t.test('ranges that touch become one slice: RS-36', async (t) => {
  t.equal(new Headers(answer(['range', 'bytes=0-9,10-19']).headers).get('content-range'), 'bytes 0-19/100') // biome-ignore format: one line
})

t.test(
  'none of the ranges is in the file: 416 without the fields of the file: RS-39',
  async (t) => {
    const headers = ['content-range', 'bytes */100', 'content-length', '0']

    t.same(answer(['range', 'bytes=100-'], { headers: ['cache-control', 'max-age=60'] }), {
      ...{ status: 416, headers, pieces: [], size: 0 },
    })
  },
)

t.test('a Range is ignored', async (t) => {
  const range = ['range', 'bytes=0-4']
  const cases: [title: string, FileAnswer, status?: number][] = [
    ['when it is no valid one', answer(['range', 'bytes=5-4'])],
    ['when it comes twice', answer([...range, 'range', 'bytes=6-7'])],
    ['when If-Range names another state: RS-38', answer([...range, 'if-range', '"x"'])],
    ['for HEAD: fi-069', answer(range, {}, 'HEAD')],
    ['for POST: fi-073', answer(range, {}, 'POST')],
    ['for another status: fi-074', answer(range, { status: 404 }), 404],
    ['when ranges are turned off', answer(range, { headers: ['accept-ranges', 'none'] })],
    ['when there may be none', answer(range, { maxRanges: 0 })],
    ['on a websocket', answerTo(websocketScope({ headers: range }), intended(), stat)],
  ]
  for (const [title, { status, headers }, expected = 200] of cases) {
    t.equal(status, expected, title)
    t.equal(new Headers(headers).get('content-length'), '100', title)
  }
})

t.test('a Range is used when If-Range matches this state: RS-38', async (t) => {
  for (const validator of [ETAG, DATE]) {
    t.equal(answer(['range', 'bytes=0-4', 'if-range', validator]).status, 206, validator)
  }
})

t.test('a client with a current copy gets a 304: fi-088', async (t) => {
  const headers = ['cache-control', 'max-age=60', 'set-cookie', 'a=b']
  for (const method of ['GET', 'HEAD']) {
    for (const condition of [
      ['if-none-match', `W/${ETAG}`],
      ['if-modified-since', DATE],
    ]) {
      t.same(answer([...condition, 'range', 'bytes=0-4'], { headers }, method), {
        ...{ status: 304, headers: [...headers, 'etag', ETAG], pieces: [], size: 0 },
      })
    }
  }
})

t.test('a client that requires another state gets a 412', async (t) => {
  const none = { status: 412, headers: ['content-length', '0'], pieces: [], size: 0 }

  t.same(answer(['if-match', '"x"']), none)
  t.same(answer(['if-unmodified-since', 'Thu, 10 Oct 2013 21:39:59 GMT'], {}, 'HEAD'), none)
})

t.test('conditions are compared with the fields that the client gets', async (t) => {
  const headers = ['etag', '"v1"', 'last-modified', 'Fri, 11 Oct 2013 21:40:00 GMT']

  t.equal(answer(['if-none-match', ETAG], { headers }).status, 200)
  t.equal(answer(['if-none-match', '"v1"'], { headers }).status, 304)
  t.equal(answer(['if-modified-since', DATE], { headers }).status, 200)
  t.equal(answer(['range', 'bytes=0-1', 'if-range', '"v1"'], { headers }).status, 206)
  const unreadable = { headers: ['last-modified', 'long ago'] }
  t.equal(
    answer(['if-modified-since', DATE], unreadable).status,
    304,
    'then the file itself counts',
  )
})

t.test('conditions are only for a 200 to GET and HEAD: ST-17', async (t) => {
  const condition = ['if-none-match', ETAG]

  t.equal(answer(condition, { status: 404 }).status, 404)
  t.equal(answer(condition, {}, 'POST').status, 200)
  t.equal(answerTo(websocketScope({ headers: condition }), intended(), stat).status, 200)
  t.equal(answerTo(lifespanScope(), intended(), stat).status, 200)
})
