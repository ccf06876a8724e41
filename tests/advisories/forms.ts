// Published advisories about forms, and that they do not work here. Each test is named by the
// advisory, attacks a server through a socket, and then asks the same server once more.
import t from 'tap'
import { limitsOf, Meter } from '../../lib/forms/limits.ts'
import { MultipartParser } from '../../lib/forms/multipart.ts'
import { decoderOf } from '../../lib/forms/text.ts'
import { parseMediaType } from '../../lib/http/mediatypes.ts'
import { assertAlive } from '../support/alive.ts'
import { formServer, post } from '../support/forms.ts'
import { assertLinear } from '../support/linear.ts'
import { BOUNDARY, body, field, file, MULTIPART, part } from '../support/multipart.ts'
import { bodyOf, statuses } from '../support/sockets.ts'

const URLENCODED = 'application/x-www-form-urlencoded'

/** The same fields as either kind of form. */
const KINDS: Record<string, (fields: readonly [string, string][]) => string> = {
  [URLENCODED]: (fields) => fields.map(([name, value]) => `${name}=${value}`).join('&'),
  [MULTIPART]: (fields) =>
    body(...fields.map(([name, value]) => field(name, value))).toString('latin1'),
}

t.test('Starlette CVE-2023-30798, Werkzeug CVE-2023-25577: parts are limited', async (t) => {
  const served = await formServer(t)
  const attacks: [form: string, type: string, message: RegExp][] = [
    [field('a', '').repeat(100_000), MULTIPART, /^Too many fields\. .* is 1000\.$/],
    [file('f', 'f', '').repeat(50_000), MULTIPART, /^Too many files\. .* is 1000\.$/],
    ['a&'.repeat(1_000_000), URLENCODED, /^Too many fields\. .* is 1000\.$/],
  ]
  for (const [form, type, message] of attacks) {
    const client = await served.connect()
    const received = await client.send(post(form, type)).until('1000.')

    t.same(statuses(received), [413])
    t.match(bodyOf(received), message)
  }
  t.same(served.taken, [])
  await assertAlive(t, served)
})

t.test('Starlette CVE-2024-47874: a field is kept in memory only up to a limit', async (t) => {
  const served = await formServer(t)
  const client = await served.connect()
  const head = post('', MULTIPART).replace('content-length: 0', 'content-length: 99000000')
  // No more than this is ever sent: an answer shows that no more was waited for.
  client.send(head + field('a', 'x'.repeat(1_100_000)).slice(0, -2))
  const received = await client.until('bytes.')

  t.same(statuses(received), [413])
  t.match(bodyOf(received), /^Field exceeded maximum size of 1048576 bytes\.$/)
  await assertAlive(t, served)
})

t.test('Starlette CVE-2026-54283: both kinds of form have the same limits', async (t) => {
  const limits = { maxFields: 2, maxPartSize: 8 }
  const served = await formServer(t, limits)
  const cases: [fields: [string, string][], status: number, answer: string][] = [
    [
      [
        ['a', '1'],
        ['b', '2'],
      ],
      200,
      '[["a","1"],["b","2"]]',
    ],
    [
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
      413,
      'Too many fields. Maximum number of fields is 2.',
    ],
    [[['a', '123456789']], 413, 'Field exceeded maximum size of 8 bytes.'],
  ]
  for (const [type, write] of Object.entries(KINDS)) {
    for (const [fields, status, answer] of cases) {
      const received = await served.talk(post(write(fields), type))

      t.same([statuses(received), bodyOf(received)], [[status], answer])
    }
  }
  await assertAlive(t, served)
})

t.test('FastAPI CVE-2024-24762: a content type is parsed in linear time', async (t) => {
  const served = await formServer(t)
  for (const worst of ['\\"', ';', ' ', '; ', '="\\', ';a="', '!'.repeat(7)]) {
    const type = `multipart/form-data; boundary=${BOUNDARY};x="`
    assertLinear(
      t,
      (size) => type + worst.repeat(size / worst.length),
      (field) => void parseMediaType(field),
    )
    const received = await served.talk(
      post(body(field('a', '1')), type + worst.repeat(8000 / worst.length)),
    )
    t.same(statuses(received), [400])
  }
  await assertAlive(t, served)
})

/** Parses a body in pieces as a socket gives them. */
function parse(bytes: Uint8Array): void {
  const limits = limitsOf({ maxFiles: Number.POSITIVE_INFINITY }, 'test')
  const parser = new MultipartParser(BOUNDARY, decoderOf(undefined), new Meter(limits))
  for (let at = 0; at < bytes.byteLength; at += 65_536)
    parser.write(bytes.subarray(at, at + 65_536))
}

t.test('python-multipart CVE-2024-53981, CVE-2026-40347: around the parts', async (t) => {
  const parts = body(field('a', '1')).toString('latin1')
  for (const worst of ['\r\n', '\r', '\n', '-', `\r\n--${BOUNDARY.slice(0, -1)}`]) {
    const filler = (size: number): string => worst.repeat(size / worst.length)
    assertLinear(t, (size) => Buffer.from(`${filler(size * 16)}\r\n${parts}`), parse)
    assertLinear(t, (size) => Buffer.from(`${parts}\r\n${filler(size * 16)}`), parse)
  }
  const served = await formServer(t, { maxSize: 1_000_000 })
  const around = '\r\n'.repeat(100_000)
  const received = await served.talk(post(`${around}${parts}${around}`))
  t.same(bodyOf(received), '[["a","1"]]')
  const chunked = post(parts)
    .replace(/content-length: \d+/, 'transfer-encoding: chunked')
    .replace(parts, '')
  const client = await served.connect()
  client.send(`${chunked}${`10000\r\n${'\r\n'.repeat(0x8000)}\r\n`.repeat(16)}`)
  t.same(statuses(await client.until('larger than')), [413], 'it counts as the rest does')
  await assertAlive(t, served)
})

t.test('Werkzeug CVE-2023-46136: line ends in the content of a file', async (t) => {
  for (const worst of ['\r', '\n', '\r\n', '\r\n-', `\r\n--${BOUNDARY.slice(0, -1)}`, '\r\n--']) {
    const content = (size: number): string => worst.repeat(size / worst.length)
    assertLinear(t, (size) => body(file('f', 'f', content(size * 16))), parse)
  }
})

t.test('python-multipart CVE-2026-42561: the headers of a part', async (t) => {
  const served = await formServer(t)
  const name = 'Content-Disposition: form-data; name="a"'
  const attacks: Record<string, string[]> = {
    'many of them': Array.from({ length: 3000 }, () => 'a: b'),
    'a long one': [`a: ${'b'.repeat(17_000)}`],
    'a long name': [`${'b'.repeat(17_000)}: a`],
    'one without an end': ['a: b\r\n c'.repeat(3000)],
  }
  for (const [what, headers] of Object.entries(attacks)) {
    const client = await served.connect()
    const bytes = post(body(part([name, ...headers]))).replace('connection: close', 'x: y')
    const received = await client.send(bytes).until('.')
    t.same(statuses(received), [400], what)
    client.received = ''
    client.send('GET /alive HTTP/1.1\r\nhost: test\r\n\r\n')

    t.match(await client.until('alive'), /200 OK/, 'and the connection can be used again')
  }
})

t.test('python-multipart 0.0.30, no id: filename* never replaces a filename', async (t) => {
  const served = await formServer(t)
  const both = 'Content-Disposition: form-data; name="f"; filename="seen.txt"'
  const extended = "filename*=UTF-8''..%2Funseen.php"
  const received = await served.talk(
    post(
      body(
        part(`${both}; ${extended}`, 'x'),
        part(`Content-Disposition: form-data; name="f"; ${extended}`, 'x'),
      ),
    ),
  )

  t.equal(bodyOf(received), '[["f",["seen.txt",1]],["f",["../unseen.php",1]]]')
})

const BROKEN: Record<string, string> = {
  // Published with the advisory.
  'a header of spaces': `--${BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n: \r\n\r\n`,
  'no colon': part('Content-Disposition'),
  'no name': part('Content-Disposition: form-data', 'x'),
  'no disposition': part('a: b', 'x'),
  'no headers': `--${BOUNDARY}\r\n\r\nx\r\n`,
  'an error after a file': file('f', 'f', 'x') + part('a b', 'x'),
  'several errors': part('a b', 'x') + part('=', 'y') + part('', 'z'),
  'an end within a file': file('f', 'f', 'x').slice(0, -2),
}

t.test('dicer CVE-2022-24434, multer CVE-2025-7338: malformed parts get one 400', async (t) => {
  const served = await formServer(t)
  for (const [what, parts] of Object.entries(BROKEN)) {
    const whole = what === 'an end within a file' ? parts : body(parts)
    for (const path of ['/form', '/parts']) {
      const received = await served.talk(post(whole, MULTIPART, path))
      t.same(statuses(received), [400], `${what}, ${path}`)
    }
  }
  const split = post(body(BROKEN['no colon'] ?? ''))
  for (let at = split.indexOf('--boundary'); at < split.length; at++) {
    const client = await served.connect()
    client.send(split.slice(0, at))
    await new Promise(setImmediate)
    t.same(statuses(await client.send(split.slice(at)).end()), [400])
  }
  t.same(bodyOf(await served.talk(post(body(field('', '1'))))), '[["","1"]]', 'empty is a name')
  await assertAlive(t, served)
  t.same(served.errors, [])
})

t.test('multer CVE-2026-3520, CVE-2026-5079: names do not make nested objects', async (t) => {
  const served = await formServer(t)
  for (const name of ['a[b][c]', 'a.b.c', 'a[', '[]', 'a]b[', '[a'.repeat(8000)]) {
    for (const [type, write] of Object.entries(KINDS)) {
      const received = await served.talk(post(write([[name, '1']]), type))
      t.same(JSON.parse(bodyOf(received)), [[name, '1']])
    }
  }
})

t.test('qs CVE-2022-24999, CVE-2025-15284, CVE-2026-2391: fields are a flat list', async (t) => {
  const served = await formServer(t)
  const form = 'a[]=1&a[]=2&a[__proto__]=3&a[1000000]=4&a=,,,,'
  const received = await served.talk(post(form, URLENCODED))

  t.equal(
    bodyOf(received),
    '[["a[]","1"],["a[]","2"],["a[__proto__]","3"],["a[1000000]","4"],["a",",,,,"]]',
  )
  t.same(statuses(await served.talk(post('a=1&'.repeat(1001), URLENCODED))), [413])
})

t.test('hono, Elysia CVE-2025-66456: no field changes a prototype', async (t) => {
  const served = await formServer(t)
  const names = ['__proto__', '__proto__.x', 'constructor.prototype.x', '__proto__[x]', 'toString']
  const fields = names.map((name): [string, string] => [name, 'y'])
  for (const [type, write] of Object.entries(KINDS)) {
    t.same(JSON.parse(bodyOf(await served.talk(post(write(fields), type)))), fields)
  }
  const headers = ['Content-Disposition: form-data; name="a"; __proto__="x"', '__proto__: x']
  t.equal(bodyOf(await served.talk(post(body(part(headers, '1'))))), '[["a","1"]]')
  t.equal(Reflect.get({}, 'x'), undefined)
  t.equal(Reflect.get({}, 'y'), undefined)
})

t.test('fastify CVE-2022-39288: the name of an object property is not a form type', async (t) => {
  const served = await formServer(t)
  for (const type of ['constructor', '__proto__', 'toString', 'multipart/__proto__', ';', ',']) {
    t.equal(bodyOf(await served.talk(post('a=1', type))), '[]')
    t.same(statuses(await served.talk(post('a=1', type, '/parts'))), [415])
  }
  t.same(served.errors, [])
})
