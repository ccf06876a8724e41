import { appendFileSync, realpathSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { answerException } from '../../lib/errors/handlers.ts'
import { sha256 } from '../../lib/internal/digests.ts'
import { Directories } from '../../lib/staticfiles/directories.ts'
import { Files, type KnownFile } from '../../lib/staticfiles/files.ts'
import type { Target } from '../../lib/staticfiles/lookup.ts'
import { readOptions, type StaticFilesOptions } from '../../lib/staticfiles/options.ts'
import { reply } from '../../lib/staticfiles/reply.ts'
import type { App, HeaderList } from '../../lib/types.ts'
import { call, httpScope } from '../support/scopes.ts'
import { responseOf, type Sent } from '../support/sent.ts'

const DATE = 'Thu, 10 Oct 2013 21:40:00 GMT'
const LARGE = '0123456789'.repeat(10_000)

interface Site {
  readonly root: string
  readonly target: (name: string, more?: Partial<Target<KnownFile>>) => Promise<Target<KnownFile>>
  readonly get: (target: Target<KnownFile>, headers?: HeaderList, method?: string) => Promise<Sent>
}

function site(t: Test, options: Partial<StaticFilesOptions> = {}): Site {
  const root = realpathSync(
    t.testdir({ 'a.txt': 'hello world', 'a.txt.gz': 'packed', empty: '', 'large.txt': LARGE }),
  )
  for (const name of ['a.txt', 'a.txt.gz', 'empty', 'large.txt']) {
    utimesSync(path.join(root, name), 1_381_441_200, 1_381_441_200)
  }
  const settings = readOptions({ directory: root, ...options })
  const files = new Files(new Directories(root, settings), settings)
  return {
    root,
    target: async (name, more = {}) => {
      const file = await files.look(name)
      if (file === undefined || file === 'directory') throw new Error(`there is no file ${name}`)
      if (!settings.varies) return { file, plain: file, status: 200, ...more }
      const form = (await files.lookBeside(file, 'gzip')) ?? file
      return { file: form, plain: file, status: 200, ...more }
    },
    get: async (target, headers = [], method = 'GET') => {
      const scope = httpScope({ method, headers })
      const app: App = (...channels) =>
        reply(files, target, scope).then(
          (answer) => answer(...channels),
          (error) => answerException(error, ...channels),
        )
      return responseOf(await call(app, scope))
    },
  }
}

// ST-5, the same from memory and from the disk.
const tagOf = (text: string): string => sha256(text).slice(0, 22)

for (const [where, options, tag, packedTag] of [
  ['memory', {}, tagOf('hello world'), tagOf('packed')],
  ['the disk', { cache: false }, 'b-4e869d8010c00', '6-4e869d8010c00'],
] as const) {
  t.test(`sends a file from ${where}, with the fields of its state`, async (t) => {
    const { target, get } = site(t, options)
    const { status, headers, text } = await get(await target('a.txt'))

    t.equal(status, 200)
    t.equal(text, 'hello world')
    t.same(headers.toJSON(), {
      'content-type': 'text/plain; charset=utf-8',
      'accept-ranges': 'bytes',
      'content-length': '11',
      'last-modified': DATE,
      etag: `"${tag}"`,
    })
    t.equal((await get(await target('empty'))).text, '')
    t.equal((await get(await target('large.txt'))).text, LARGE)
  })

  // ST-21, ST-20
  t.test(`sends ranges from ${where}`, async (t) => {
    const { target, get } = site(t, options)
    const file = await target('a.txt')

    const part = await get(file, ['range', 'bytes=6-'])
    t.same([part.status, part.text], [206, 'world'])
    t.equal(part.headers.get('content-range'), 'bytes 6-10/11')
    t.equal(part.headers.get('content-length'), '5')
    const parts = await get(file, ['range', 'bytes=0-0,2-3'])
    t.equal(parts.status, 206)
    t.match(parts.text, /bytes 0-0\/11\r\n\r\nh\r\n--.*bytes 2-3\/11\r\n\r\nll\r\n--[0-9a-f]+--$/s)
    t.equal(parts.headers.get('content-length'), String(parts.text.length))
    const outside = await get(file, ['range', 'bytes=11-'])
    t.same([outside.status, outside.text], [416, 'Range Not Satisfiable'])
    t.equal(outside.headers.get('content-range'), 'bytes */11')
    const other = await get(file, ['range', 'bytes=0-0', 'if-range', '"other"'])
    t.same([other.status, other.text], [200, 'hello world'])
    const same = await get(file, ['range', 'bytes=0-0', 'if-range', `"${tag}"`])
    t.same([same.status, same.text], [206, 'h'])
  })

  // ST-14 to ST-16, ST-18, ST-19
  t.test(`answers preconditions about a file from ${where}`, async (t) => {
    const { target, get } = site(t, { ...options, cacheControl: 'no-cache' })
    const file = await target('a.txt')

    for (const headers of [
      ['if-none-match', `"${tag}"`],
      ['if-none-match', `"x", W/"${tag}"`],
      ['if-none-match', '*'],
      ['if-modified-since', DATE],
      ['if-none-match', '*', 'range', 'bytes=0-1'],
      ['if-match', '*', 'if-modified-since', DATE],
    ]) {
      const { status, headers: fields, text } = await get(file, headers)
      t.same([status, text], [304, ''], headers.join())
      t.same(fields.toJSON(), { etag: `"${tag}"`, 'cache-control': 'no-cache' })
    }
    for (const headers of [
      ['if-match', '"x"'],
      ['if-match', `W/"${tag}"`],
      ['if-unmodified-since', 'Thu, 10 Oct 2013 21:39:59 GMT'],
    ]) {
      t.same((await get(file, headers)).status, 412, headers.join())
    }
    for (const headers of [
      ['if-none-match', '"x"', 'if-modified-since', DATE],
      ['if-match', `"${tag}"`],
      ['if-unmodified-since', DATE],
      ['if-modified-since', 'garbage'],
    ]) {
      t.same((await get(file, headers)).status, 200, headers.join())
    }
  })

  // ST-17, sf-080
  t.test(`the page for missing files is sent completely from ${where}`, async (t) => {
    const { target, get } = site(t, { ...options, cacheControl: 'max-age=60' })
    const page = await target('a.txt', { status: 404 })

    for (const headers of [
      [],
      ['range', 'bytes=0-1'],
      ['if-none-match', '*'],
      ['if-match', '"x"'],
    ]) {
      const { status, headers: fields, text } = await get(page, headers)
      t.same([status, text], [404, 'hello world'], headers.join())
      t.equal(fields.get('cache-control'), null)
      t.equal(fields.get('etag'), `"${tag}"`)
    }
  })

  // ST-22
  t.test(`HEAD gets the length of a file from ${where}`, async (t) => {
    const { target, get } = site(t, options)

    for (const name of ['a.txt', 'large.txt', 'empty']) {
      const whole = await get(await target(name))
      const { status, headers, text } = await get(await target(name), [], 'HEAD')
      t.same([status, text], [200, ''], name)
      t.same(headers.toJSON(), whole.headers.toJSON())
    }
  })

  t.test(`a compressed form from ${where} has its content-encoding`, async (t) => {
    const { target, get } = site(t, { ...options, precompressed: true })

    const { headers, text } = await get(await target('a.txt'))
    t.equal(text, 'packed')
    t.same(headers.toJSON(), {
      'content-type': 'text/plain; charset=utf-8',
      'accept-ranges': 'bytes',
      'content-encoding': 'gzip',
      vary: 'Accept-Encoding',
      'content-length': '6',
      'last-modified': DATE,
      etag: `"${packedTag}-gzip"`,
    })
    const same = await get(await target('a.txt'), ['if-none-match', `"${packedTag}-gzip"`])
    t.same([same.status, same.headers.get('vary')], [304, 'Accept-Encoding'])
    t.equal((await get(await target('a.txt'), ['if-none-match', `"${packedTag}"`])).status, 200)
  })
}

t.test('Vary lists the fields that the choice depends on, besides the codings', async (t) => {
  const { target, get } = site(t, { precompressed: true })
  const { headers } = await get(await target('a.txt', { vary: 'Accept' }))
  t.equal(headers.get('vary'), 'Accept-Encoding, Accept')

  const plain = site(t)
  const answer = await plain.get(await plain.target('a.txt', { vary: 'Accept' }))
  t.equal(answer.headers.get('vary'), 'Accept')
})

t.test('a file that changed since the lookup is sent in its current state', async (t) => {
  const { target, get, root } = site(t, { cache: false })
  const file = await target('a.txt')
  appendFileSync(path.join(root, 'a.txt'), '!')

  const { headers, text } = await get(file)

  t.equal(text, 'hello world!')
  t.equal(headers.get('content-length'), '12')
  t.not(headers.get('etag'), '"b-4e869d8010c00"')
  writeFileSync(path.join(root, 'a.txt'), '')
  t.equal((await get(await target('a.txt'))).text, '')
})

// Else a client that takes nothing of its answer would have a copy of it held, however large.
t.test('several ranges are joined from memory, unless they are large', async (t) => {
  const root = realpathSync(t.testdir({ 'a.bin': LARGE.repeat(9) }))
  utimesSync(path.join(root, 'a.bin'), 1_381_441_200, 1_381_441_200)
  const settings = readOptions({ directory: root })
  const files = new Files(new Directories(root, settings), settings)
  const file = await files.look('a.bin')
  if (file === undefined || file === 'directory') throw new Error('there is a file')
  const bodiesOf = async (range: string): Promise<string[]> => {
    const scope = httpScope({ headers: ['range', range] })
    const messages = await call(
      await reply(files, { file, plain: file, status: 200 }, scope),
      scope,
    )
    return messages.flatMap((message) =>
      message.type === 'http.response.body' ? [Buffer.from(message.body ?? '').toString()] : [],
    )
  }

  const [joined = '', ...rest] = await bodiesOf('bytes=1-9,800000-899999')
  t.equal(rest.length, 0)
  t.match(joined, /\r\n123456789\r\n/)
  t.ok(joined.includes(LARGE))
  const pieces = await bodiesOf('bytes=1-9,600000-899999')
  t.same(
    pieces.map((piece) => piece.length <= 262_144),
    [true, true],
  )
  t.ok(pieces.join('').includes(LARGE.repeat(3)))
})

t.test('fields added by middleware stay with their response', async (t) => {
  const { target, get } = site(t)
  const file = await target('a.txt')
  const first = await get(file)
  first.headers.set('x-mine', '1')
  first.headers.set('etag', 'changed')

  const second = await get(file)

  t.equal(second.headers.get('x-mine'), null)
  t.equal(second.headers.get('etag'), `"${tagOf('hello world')}"`)
})
