import t from 'tap'
import { Body } from '../../lib/body.ts'
import { type FormSource, readForm, readParts } from '../../lib/forms/read.ts'
import { BOUNDARY, body, field, file, MULTIPART } from '../support/multipart.ts'
import { httpScope, receiving } from '../support/scopes.ts'

const URLENCODED = 'application/x-www-form-urlencoded'

function source(
  contentType: string | null,
  bytes: string | Uint8Array,
  maxBodySize?: number,
): FormSource {
  const part = { type: 'http.request', body: Buffer.from(bytes), moreBody: false } as const
  return {
    contentType,
    contentEncoding: null,
    body: new Body(httpScope(), receiving([part])),
    maxBodySize,
  }
}

async function entries(contentType: string | null, bytes: string | Uint8Array): Promise<unknown> {
  return [...(await readForm(source(contentType, bytes), {}))]
}

t.test('reads a body by its content type only: FM-1, FM-2, FM-12', async (t) => {
  t.same(await entries('Application/X-WWW-Form-URLEncoded; charset=x', 'a=1'), [['a', '1']])
  t.same(await entries(`Multipart/Form-Data; boundary="${BOUNDARY}"`, body(field('a', '1'))), [
    ['a', '1'],
  ])
  t.same(await entries(URLENCODED, ''), [])
  t.same(await entries(MULTIPART, ''), [])
})

t.test('is empty and reads nothing with another type: FM-1', async (t) => {
  const others = [null, '', 'text/plain', 'multipart/mixed; boundary=b', '__proto__', 'constructor']
  for (const contentType of others) {
    const form = source(contentType, 'a=1')

    t.same([...(await readForm(form, {}))], [])
    t.equal((await form.body.bytes()).byteLength, 3, 'it is still there')
  }
})

t.test('refuses a form that is encoded, and reads nothing of it', async (t) => {
  const refused = { status: 415, message: 'The request body must not have a Content-Encoding.' }
  for (const contentType of [URLENCODED, MULTIPART]) {
    const form = { ...source(contentType, body(field('a', '1'))), contentEncoding: 'gzip' }

    await t.rejects(readForm(form, {}), refused)
    t.ok((await form.body.bytes()).byteLength > 0, 'it is still there')
  }
  const parts = { ...source(MULTIPART, body(field('a', '1'))), contentEncoding: 'br' }
  await t.rejects(readParts(parts, {}).next(), refused)
  for (const contentEncoding of ['identity', '']) {
    const form = { ...source(URLENCODED, 'a=1'), contentEncoding }
    t.same([...(await readForm(form, {}))], [['a', '1']])
  }
})

t.test('decodes as the content type says: FM-13', async (t) => {
  const bytes = body(field('v\xc3\xa9', '\xc3\xa9'))
  t.same(await entries(MULTIPART, bytes), [['vé', 'é']])
  t.same(await entries(`${MULTIPART}; charset=latin-1`, bytes), [['vÃ©', 'Ã©']])
})

const BOUNDARIES: [parameters: string, message: RegExp][] = [
  ['', /^Missing boundary in multipart\.$/],
  ['; boundary', /^Missing boundary/],
  ['; boundary=', /^Missing boundary/],
  ['; boundary=a; boundary=b', /^Missing boundary/],
  ['; boundary="a', /^Missing boundary/],
  [`; boundary=${'b'.repeat(71)}`, /^The boundary must have 1 to 70 visible characters\.$/],
  ['; boundary="b "', /^The boundary must have/],
  ['; boundary="\\"b"', /^The boundary must have/],
  ['; boundary="\xe9"', /^The boundary must have/],
]

t.test('needs one boundary: FM-5, FM-17', async (t) => {
  for (const [parameters, message] of BOUNDARIES) {
    const form = source(`multipart/form-data${parameters}`, body(field('a', '1')))
    await t.rejects(readForm(form, {}), { status: 400, message }, parameters)
  }
  const longest = 'b'.repeat(70)
  const bytes = body(field('a', '1')).toString().replaceAll(BOUNDARY, longest)
  t.same(await entries(`multipart/form-data; boundary=${longest}`, bytes), [['a', '1']])
})

const FORMS = {
  [URLENCODED]: (names: string[], value: string) =>
    Buffer.from(names.map((name) => `${name}=${value}`).join('&')),
  [MULTIPART]: (names: string[], value: string) => body(...names.map((name) => field(name, value))),
}

t.test('has the same limits for both kinds of form', async (t) => {
  for (const [type, make] of Object.entries(FORMS)) {
    const three = make(['a', 'b', 'c'], '')
    t.equal((await readForm(source(type, three), { maxFields: 3 })).size, 3)
    await t.rejects(readForm(source(type, three), { maxFields: 2 }), {
      status: 413,
      message: 'Too many fields. Maximum number of fields is 2.',
    })
    await t.rejects(readForm(source(type, make(['a'], 'x'.repeat(1_048_577))), {}), {
      status: 413,
      message: 'Field exceeded maximum size of 1048576 bytes.',
    })
    const many = Array.from({ length: 1001 }, (_, at) => `n${at}`)
    t.equal((await readForm(source(type, make(many.slice(1), 'x')), {})).size, 1000)
    await t.rejects(readForm(source(type, make(many, 'x')), {}), {
      status: 413,
      message: /^Too many fields\. .* is 1000\.$/,
    })
    await t.rejects(readForm(source(type, three), { maxSize: 4 }), {
      status: 413,
      message: 'The request body is larger than 4 bytes.',
    })
    await t.rejects(readForm(source(type, three, 4), {}), {
      status: 413,
      message: /is larger than 4 bytes/,
    })
    t.equal((await readForm(source(type, three, 4), { maxSize: 1000 })).size, 3)
    await t.rejects(readForm(source(type, three), { maxFields: Number.NaN }), {
      name: 'RangeError',
      message: /^request\.form: maxFields must be a number/,
    })
  }
})

t.test('holds no more than 10 MB of fields, however large an upload is', async (t) => {
  const options = { maxSize: Number.POSITIVE_INFINITY, maxPartSize: Number.POSITIVE_INFINITY }
  for (const [type, make] of Object.entries(FORMS)) {
    const form = source(type, make(['a', 'b'], 'x'.repeat(5_000_000)))
    await t.rejects(readForm(form, options), {
      status: 413,
      message: /(All fields exceeded maximum size of|is larger than) 10000000 bytes\.$/,
    })
  }
})

t.test('gives multipart bodies 100 MB by default', async (t) => {
  let taken = 0
  const piece = Buffer.alloc(10_000_000)
  const begun = Buffer.from(file('f', 'f', ''))
  const endless = new Body(httpScope(), async () => {
    taken++
    return { type: 'http.request', body: taken === 1 ? begun : piece, moreBody: true }
  })
  const parts = readParts(
    { contentType: MULTIPART, contentEncoding: null, body: endless, maxBodySize: undefined },
    {},
  )
  await parts.next()

  await t.rejects(parts.next(), {
    status: 413,
    message: 'The request body is larger than 100000000 bytes.',
  })
  t.equal(taken, 11)
})

t.test('does not block the event loop for a stored body', async (t) => {
  const form = source(MULTIPART, body(file('f', 'f', '\r'.repeat(3_000_000))))
  await form.body.bytes()
  let turns = 0
  const ticking = setInterval(() => turns++, 1)
  const size = (await readForm(form, { maxMemorySize: 4_000_000 })).file('f')?.size
  clearInterval(ticking)

  t.equal(size, 3_000_000)
  t.ok(turns > 0)
})

t.test('parts() reads multipart only', async (t) => {
  for (const contentType of [null, URLENCODED, 'multipart/mixed; boundary=b']) {
    await t.rejects(readParts(source(contentType, 'a=1'), {}).next(), {
      status: 415,
      message: 'The request body must be of the type multipart/form-data.',
    })
  }
  await t.rejects(readParts(source(MULTIPART, ''), { maxFiles: -1 }).next(), {
    name: 'RangeError',
    message: /^request\.parts: maxFiles/,
  })
  const names: string[] = []
  for await (const part of readParts(source(MULTIPART, body(field('a', '1'), field('b', ''))), {}))
    names.push(part.name)
  t.same(names, ['a', 'b'])
})
