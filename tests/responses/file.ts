import { deepEqual } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { stat, utimes } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { FileResponse } from '../../lib/responses/file.ts'
import { testClient } from '../../lib/testing/client.ts'
import { openFiles } from '../support/descriptors.ts'
import { folderOf } from '../support/folder.ts'
import { httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'
import { bodies, fieldsOf, sent } from '../support/sentfiles.ts'

const BIG = 400_000
const big = Buffer.from(Uint8Array.from({ length: BIG }, (_, index) => index % 251))
const folder = folderOf(t, { 'digits.txt': '0123456789', 'empty.txt': '', 'data.unknown': 'x' })
const digits = join(folder, 'digits.txt')
const bigFile = join(folder, 'big.bin')
writeFileSync(bigFile, big)

t.afterEach(() => deepEqual(openFiles(folder), [], 'every file is closed'))

t.test('a file', async (t) => {
  t.test('that is small is sent in one message, with all its fields: RS-28', async (t) => {
    await utimes(digits, 1_381_441_200, 1_381_441_200)

    t.same(await sent(new FileResponse(digits)), [
      {
        type: 'http.response.start',
        status: 200,
        headers: [
          ...['content-type', 'text/plain; charset=utf-8'],
          ...['accept-ranges', 'bytes'],
          ...['last-modified', 'Thu, 10 Oct 2013 21:40:00 GMT'],
          ...['etag', '"a-4e869d8010c00"'],
          ...['content-length', '10'],
        ],
      },
      { type: 'http.response.body', body: Buffer.from('0123456789'), moreBody: false },
    ])
  })

  t.test('that is large is sent in parts', async (t) => {
    const messages = await sent(new FileResponse(bigFile))

    const sizes = messages.slice(1).map((message) => bodies([message]).byteLength)
    t.same(sizes, [262_144, 137_856])
    t.ok(bodies(messages).equals(big))
    t.match(messages.at(-2), { moreBody: true })
    t.match(messages.at(-1), { moreBody: false })
  })

  t.test('that is empty has an empty body: RS-43', async (t) => {
    const messages = await sent(new FileResponse(join(folder, 'empty.txt')))

    t.equal(fieldsOf(messages).get('content-length'), '0')
    t.same(messages.slice(1), [
      { type: 'http.response.body', body: Buffer.alloc(0), moreBody: false },
    ])
  })

  t.test('may be given as a relative path or a file URL', async (t) => {
    for (const path of [relative('', digits), pathToFileURL(digits)]) {
      const messages = await sent(new FileResponse(path))
      t.equal(bodies(messages).toString(), '0123456789')
      t.match(fieldsOf(messages).get('content-type'), /^text\/plain;/)
    }
  })

  t.test('can be sent again, also simultaneously', async (t) => {
    const response = new FileResponse(digits, { headers: { 'x-a': '1' } })

    const all = await Promise.all([sent(response), sent(response), sent(response)])

    for (const messages of all) t.same(messages, all[0])
    t.same(response.headers.list, ['x-a', '1'])
  })

  t.test('can refuse a websocket: RS-25', async (t) => {
    const messages = await sent(new FileResponse(digits, { status: 403 }), websocketScope())

    t.same(
      messages.map(({ type }) => type),
      ['websocket.http.response.start', 'websocket.http.response.body'],
    )
    t.equal(bodies(messages).toString(), '0123456789')
  })

  t.test('does not support a lifespan', async (t) => {
    await t.rejects(sent(new FileResponse(digits), lifespanScope()), {
      name: 'UnsupportedProtocol',
    })
  })
})

t.test('the media type', async (t) => {
  const typeOf = async (...args: ConstructorParameters<typeof FileResponse>) =>
    fieldsOf(await sent(new FileResponse(...args))).get('content-type')
  class Report extends FileResponse {
    static override readonly mediaType: string = 'text/csv'
    static override readonly charset: string = 'latin-1'
  }
  class Note extends FileResponse {
    static override readonly charset: string = 'latin-1'
  }

  t.equal(await typeOf(digits), 'text/plain; charset=utf-8')
  t.equal(await typeOf(join(folder, 'data.unknown')), 'application/octet-stream')
  t.equal(await typeOf(digits, { filename: 'x.png' }), 'image/png', 'of the name that is shown')
  t.equal(await typeOf(digits, { filename: 'x.png', mediaType: 'image/jpeg' }), 'image/jpeg')
  t.equal(await typeOf(digits, { headers: { 'content-type': 'a/b' } }), 'a/b')
  t.equal(fieldsOf(await sent(new Report(digits))).get('content-type'), 'text/csv; charset=latin-1')
  t.equal(fieldsOf(await sent(new Note(digits))).get('content-type'), 'text/plain; charset=latin-1')
})

t.test('the disposition: RS-27', async (t) => {
  const of = (options: ConstructorParameters<typeof FileResponse>[1]) =>
    new FileResponse(digits, options).headers.get('content-disposition')

  t.equal(of({}), null)
  t.equal(of({ filename: 'a.txt' }), 'attachment; filename="a.txt"')
  t.equal(of({ filename: 'a.txt', contentDisposition: 'inline' }), 'inline; filename="a.txt"')
  t.equal(of({ contentDisposition: 'attachment' }), 'attachment')
  t.equal(of({ filename: 'a.txt', headers: { 'Content-Disposition': 'inline' } }), 'inline')
})

t.test('a request', async (t) => {
  const get = (headers: string[], response = new FileResponse(digits), method = 'GET') =>
    sent(response, httpScope({ method, headers }))

  t.test('for one range gets it: RS-32', async (t) => {
    const messages = await get(['range', 'bytes=2-4'])

    t.match(messages[0], { status: 206 })
    t.equal(fieldsOf(messages).get('content-range'), 'bytes 2-4/10')
    t.equal(bodies(messages).toString(), '234')
  })

  t.test('for several ranges gets them in one message: RS-37', async (t) => {
    const messages = await get(['range', 'bytes=0-1,5-6'])

    const fields = fieldsOf(messages)
    t.equal(messages.length, 2)
    t.equal(String(bodies(messages).byteLength), fields.get('content-length'))
    const parts = bodies(messages)
      .toString()
      .split(/--[0-9a-f]{26}(?:--)?(?:\r\n)?/)
    t.same(parts, [
      '',
      'Content-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n',
      'Content-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 5-6/10\r\n\r\n56\r\n',
      '',
    ])
  })

  t.test('for large ranges gets them in parts', async (t) => {
    const messages = await get(['range', 'bytes=1-150000,200000-'], new FileResponse(bigFile))

    const body = bodies(messages)
    t.equal(messages.length, 3)
    t.equal(String(body.byteLength), fieldsOf(messages).get('content-length'))
    t.ok(body.includes(big.subarray(1, 150_001)))
    t.ok(body.includes(big.subarray(200_000)))
  })

  t.test('for too many ranges gets the whole file', async (t) => {
    const messages = await get(
      ['range', 'bytes=0-1,3-4'],
      new FileResponse(digits, { maxRanges: 1 }),
    )

    t.match(messages[0], { status: 200 })
    t.equal(bodies(messages).byteLength, 10)
  })

  t.test('outside of the file gets a 416: RS-33', async (t) => {
    t.same(await get(['range', 'bytes=10-']), [
      {
        type: 'http.response.start',
        status: 416,
        headers: ['content-range', 'bytes */10', 'content-length', '0'],
      },
      { type: 'http.response.body', body: Buffer.alloc(0), moreBody: false },
    ])
  })

  t.test('with the tag of the file gets a 304, with another one a 412', async (t) => {
    const etag = fieldsOf(await get([])).get('etag') ?? ''

    t.same((await get(['if-none-match', etag])).slice(1), [
      { type: 'http.response.body', moreBody: false },
    ])
    t.match((await get(['if-none-match', etag]))[0], { status: 304, headers: ['etag', etag] })
    t.match((await get(['if-match', '"x"']))[0], { status: 412 })
    t.equal(bodies(await get(['if-match', etag])).toString(), '0123456789')
  })

  t.test('by HEAD gets only the fields: RS-30', async (t) => {
    const messages = await get([], new FileResponse(digits), 'HEAD')

    t.same(fieldsOf(messages).list, fieldsOf(await get([])).list)
    t.same(messages.slice(1), [{ type: 'http.response.body', moreBody: false }])
  })

  t.test('gets no body with a status without content', async (t) => {
    const messages = await get([], new FileResponse(digits, { status: 204 }))

    t.equal(fieldsOf(messages).get('content-length'), null)
    t.same(messages.slice(1), [{ type: 'http.response.body', moreBody: false }])
  })

  t.test('gets the same answer through a client and lint', async (t) => {
    await using client = await testClient(async (...channels) => {
      await new FileResponse(bigFile).respond(...channels)
    })
    const headers = { range: 'bytes=-300000' }

    t.ok(big.equals(new Uint8Array(await (await client.get('/')).arrayBuffer())))
    const range = await client.get('/', { headers })
    t.equal(range.status, 206)
    t.equal((await range.arrayBuffer()).byteLength, 300_000)
    t.equal((await client.head('/')).headers.get('content-length'), String(BIG))
  })
})

t.test('the result of stat', async (t) => {
  const missing = new FileResponse(join(folder, 'gone.txt'), { stat: { size: 7, mtimeMs: 0 } })

  t.test('is sufficient if nothing is read', async (t) => {
    const head = await sent(missing, httpScope({ method: 'HEAD' }))
    const same = await sent(missing, httpScope({ headers: ['if-none-match', '*'] }))

    t.equal(fieldsOf(head).get('content-length'), '7')
    t.match(same[0], { status: 304 })
  })

  t.test('is not used when the file is read, since it may have changed', async (t) => {
    const response = new FileResponse(digits, { stat: { size: 7, mtimeMs: 0 } })

    t.equal(bodies(await sent(response)).toString(), '0123456789')
    await t.rejects(sent(missing), /the file does not exist/)
  })

  t.test('may come from node:fs', async (t) => {
    const response = new FileResponse(digits, { stat: await stat(digits) })

    const head = await sent(response, httpScope({ method: 'HEAD' }))

    t.equal(fieldsOf(head).get('content-length'), '10')
  })
})

t.test('invalid arguments throw when the response is created', async (t) => {
  const cases: [() => unknown, RegExp][] = [
    [
      () => new FileResponse(7 as never),
      /^FileResponse: the path must be text or a file: URL, number was/,
    ],
    [() => new FileResponse(''), /^FileResponse: the path .*, "" was given/],
    [() => new FileResponse('a\0b'), /^FileResponse: the path .*, "a\\u0000b" was given/],
    [() => new FileResponse(new URL('https://a/b')), /, "https:\/\/a\/b" was given/],
    [
      () => new FileResponse(digits, { maxRanges: -1 }),
      /^FileResponse: maxRanges must be .*, -1 was/,
    ],
    [() => new FileResponse(digits, { maxRanges: 1.5 }), /, 1.5 was given/],
    [
      () => new FileResponse(digits, { stat: {} as never }),
      /stat must have a size and an mtimeMs, {} was/,
    ],
    [() => new FileResponse(digits, { stat: { size: 1, mtimeMs: Number.NaN } }), /"mtimeMs":null/],
    [() => new FileResponse(digits, { status: 99 }), /^FileResponse: the status must be/],
    [() => new FileResponse(digits, { filename: 7 as never }), /the file name must be text/],
    [
      () => new FileResponse(digits, { contentDisposition: 'x' as never }),
      /"attachment" or "inline"/,
    ],
  ]
  for (const [make, message] of cases) t.throws(make, message)
})
