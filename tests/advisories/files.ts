// Published advisories about ranges, conditional requests and the fields of files, and that they do
// not work here. Each test is named by the advisory.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { checkPreconditions, ifRangeHolds, notModifiedHeaders } from '../../lib/http/conditional.ts'
import { mediaTypeOf } from '../../lib/http/mimetypes.ts'
import { parseRange } from '../../lib/http/ranges.ts'
import { FileResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { openFiles } from '../support/descriptors.ts'
import { folderOf } from '../support/folder.ts'
import { assertLinear } from '../support/linear.ts'
import { bodyOf, eventually, listening, request, statuses } from '../support/sockets.ts'

const CLOSE = 'connection: close'
const folder = folderOf(t, { 'digits.txt': '0123456789' })
const big = join(folder, 'big.bin')
writeFileSync(big, Buffer.alloc(20_000_000, 1))

const file = new FileResponse(join(folder, 'digits.txt'))
const app = Application({
  routes: [
    alive,
    Route('/digits', () => file),
    Route('/big', () => new FileResponse(big)),
    Route('/named', ({ queryParams }) => {
      return new FileResponse(big, { filename: queryParams.get('name') ?? '' })
    }),
  ],
})

t.test('Starlette CVE-2025-62727: the cost of many ranges is linear in their length', async (t) => {
  const served = await listening(t, app)
  const attacks = [
    Array.from({ length: 3000 }, (_, index) => `${2 * index}-${2 * index}`).join(),
    '0-,'.repeat(4000),
    '5-2,-,a-b,'.repeat(1500),
    '-1,'.repeat(5000),
    ','.repeat(15_000),
  ]
  for (const ranges of attacks) {
    const field = `range: bytes=${ranges.slice(0, 15_000)}`
    const received = await served.talk(request('GET /digits', [field, CLOSE]))
    t.same([statuses(received), bodyOf(received)], [[200], '0123456789'], ranges.slice(0, 20))
  }
  for (const piece of ['0-0,', '0-,', '-1,', '-,', '5-2,', ',']) {
    assertLinear(
      t,
      (size) => `bytes=${piece.repeat(size / piece.length)}`,
      (field) => parseRange(field, 1e9, Number.MAX_SAFE_INTEGER),
    )
  }
  await assertAlive(t, served)
})

t.test('Starlette 1.3.0 #3307: a suffix longer than the file is the whole file', async (t) => {
  const { talk } = await listening(t, app)

  const received = await talk(request('GET /digits', ['range: bytes=-999999999', CLOSE]))

  t.same(statuses(received), [206])
  t.match(received, /\r\ncontent-length: 10\r\n/)
  t.match(received, /\r\ncontent-range: bytes 0-9\/10\r\n/)
  t.equal(bodyOf(received), '0123456789')
})

t.test('fresh CVE-2017-16119: lists of tags are read in linear time', async (t) => {
  const current = { etag: '"x"', lastModified: 0 }
  for (const name of ['if-none-match', 'if-match', 'if-range']) {
    for (const piece of [',', ' ', '"', ', ', '"a" ', 'W/"', '\t,"', '"",']) {
      assertLinear(
        t,
        (size) => [name, `${piece.repeat(size / piece.length)}x`],
        (headers) => {
          checkPreconditions({ method: 'GET', headers }, current)
          ifRangeHolds(headers, current)
        },
      )
    }
  }
  for (const name of ['if-modified-since', 'if-unmodified-since', 'if-range']) {
    for (const piece of [' ', '0', ',', 'Thu, ', 'Thu, 10 Oct 2013 ']) {
      assertLinear(
        t,
        (size) => [name, piece.repeat(size / piece.length)],
        (headers) => {
          checkPreconditions({ method: 'GET', headers }, current)
          ifRangeHolds(headers, current)
        },
      )
    }
  }
})

t.test('hono f8b7847d: tags are compared as RFC 9110 says', async (t) => {
  const current = { etag: '"a,b"', lastModified: 0 }
  const get = (...headers: string[]) => checkPreconditions({ method: 'GET', headers }, current)

  t.equal(get('if-none-match', 'W/"x" , "a,b"'), 304)
  t.equal(get('if-none-match', '\t"a,b"  '), 304)
  t.equal(get('if-none-match', 'W/"a,b"'), 304)
  t.equal(get('if-none-match', '*'), 304)
  t.equal(get('if-none-match', '"a", "b"'), null)
  t.equal(get('if-match', '"x" ,"a,b"'), null)
  t.equal(get('if-match', 'W/"a,b"'), 412)
  t.same(
    notModifiedHeaders([
      ...['vary', 'cookie', 'etag', '"a"', 'cache-control', 'no-cache'],
      ...['content-type', 'a/b', 'content-length', '7', 'content-encoding', 'br'],
    ]),
    ['vary', 'cookie', 'etag', '"a"', 'cache-control', 'no-cache'],
  )
})

t.test('on-headers CVE-2025-7339: a response that is sent twice is not changed', async (t) => {
  const served = await listening(t, app)
  const before = [...file.headers.list]

  await served.talk(request('GET /digits', ['range: bytes=0-1', CLOSE]))
  const received = await served.talk(request('GET /digits', [CLOSE]))

  t.same(file.headers.list, before)
  t.same(statuses(received), [200])
  t.notMatch(received, /content-range/)
})

t.test('fastify CVE-2022-39288: no media type is read from a prototype', async (t) => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    t.equal(mediaTypeOf(`file.${name}`), null)
  }
})

t.test('multer CVE-2025-47935: no descriptor stays open after clients leave', async (t) => {
  const served = await listening(t, app)
  const requests = [
    request('GET /big'),
    request('GET /big', ['range: bytes=1-']),
    request('GET /big', ['range: bytes=0-9999999,10000001-']),
  ]
  for (let round = 0; round < 10; round++) {
    for (const text of requests) {
      const client = await served.connect()
      client.send(text)
      if (round % 2 === 0) await client.until('\r\n\r\n')
      await client.leave()
    }
  }

  await eventually(
    () => openFiles(folder).length === 0,
    () => `all closed, ${openFiles(folder).length} are open`,
  )
  t.same(served.errors, [])
  await assertAlive(t, served)
})

t.test('Django CVE-2022-36359: a name cannot add parameters or fields', async (t) => {
  const { talk } = await listening(t, app)
  const attacks = ['a"; filename="b.exe', 'a\r\nset-cookie: x=1', 'a%22; x=1', "a'; filename*=b"]
  for (const name of attacks) {
    const target = `/named?name=${encodeURIComponent(name)}`
    const received = await talk(request(`HEAD ${target}`, [CLOSE]))
    const field = /\r\ncontent-disposition: (.*)\r\n/.exec(received)?.[1] ?? ''
    t.match(field, /^attachment; filename="[^"\\]*"(?:; filename\*=utf-8''[\w.%]+)?$/, name)
    t.notMatch(received, /\r\nset-cookie/)
  }
})
