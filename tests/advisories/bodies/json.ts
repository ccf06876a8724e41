// Published advisories about JSON, and that they do not work here. Each test is named by the
// advisory, attacks a server through a socket, and then asks the same server once more.
import t, { type Test } from 'tap'
import { Application } from '../../../lib/applications.ts'
import { JSONResponse } from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'
import { alive, assertAlive } from '../../support/alive.ts'
import { bodyOf, type Listening, listening, request, statuses } from '../../support/sockets.ts'

/** Takes JSON, and notes what it took. */
async function jsonServer(t: Test): Promise<Listening & { taken: unknown[] }> {
  const taken: unknown[] = []
  const routes = [
    alive,
    Route(
      '/json',
      async (request) => {
        const value = await request.json()
        taken.push(value)
        return new JSONResponse(value)
      },
      { methods: ['POST'] },
    ),
  ]
  return { ...(await listening(t, Application({ routes }))), taken }
}

const post = (type: string | undefined, body: string): string =>
  request(
    'POST /json',
    [
      ...(type === undefined ? [] : [`content-type: ${type}`]),
      `content-length: ${body.length}`,
      'connection: close',
    ],
    body,
  )

t.test('FastAPI CVE-2021-32677, fastify CVE-2022-41919: JSON needs a JSON type', async (t) => {
  const served = await jsonServer(t)
  const forms: (string | undefined)[] = [
    undefined,
    ...['', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'],
    ...['text/plain; application/json', 'text/plain, application/json', 'text/plain;+json'],
    'application/json; charset=utf-8, text/plain',
    ...['application/json, text/plain', 'application/json,', 'application/jsonp'],
    ...['application/json\x0b', 'application/ json', '"application/json"', 'text/x+json', 'json'],
    'application/json/x',
  ]

  for (const type of forms) {
    const received = await served.talk(post(type, '{"transfer":1000}'))

    t.ok([400, 415].includes(statuses(received)[0] ?? 0), `${type}: ${received.slice(0, 12)}`)
  }
  t.same(served.taken, [])

  const twice = 'content-type: text/plain\r\ncontent-type: application/json'
  t.same(
    statuses(await served.talk(post(undefined, '{}').replace('host', `${twice}\r\nhost`))),
    [415],
  )

  for (const type of [
    'application/json',
    'Application/JSON; charset="a,b"',
    'application/x+json',
  ]) {
    t.same(statuses(await served.talk(post(type, '{}'))), [200], type)
  }
  t.equal(served.taken.length, 3)
  await assertAlive(t, served)
})

t.test('no id: JSON that breaks other parsers does no harm', async (t) => {
  const served = await jsonServer(t)
  const JSON_TYPE = 'application/json'

  await t.test('100,000 brackets that are not closed get 400', async (t) => {
    for (const bracket of ['[', '{"a":']) {
      t.same(statuses(await served.talk(post(JSON_TYPE, bracket.repeat(100_000)))), [400])
    }
    t.same(served.taken, [])
    t.same(served.errors, [])
  })

  await t.test(
    '100,000 that are closed are accepted or 400, and 500 for writing them back',
    async (t) => {
      const received = await served.talk(post(JSON_TYPE, '['.repeat(100_000) + ']'.repeat(100_000)))

      t.ok([200, 400, 500].includes(statuses(received)[0] ?? 0), received.slice(0, 12))
      for (const error of served.errors.splice(0)) t.ok(error instanceof RangeError)
      await assertAlive(t, served)
    },
  )

  await t.test('bytes that are not UTF-8 get 400', async (t) => {
    for (const bytes of [
      '"\xff"',
      '"\xc0\xaf"',
      '"\xed\xa0\x80"',
      '\xff\xfe"\0a\0"\0',
      '"\xe2\x82',
    ]) {
      t.same(statuses(await served.talk(post(JSON_TYPE, bytes))), [400], escape(bytes))
    }
  })

  await t.test('JSON that parsers read differently is read in one way', async (t) => {
    const cases: [string, string][] = [
      ['\xef\xbb\xbf{"a":1}', '{"a":1}'], // a byte order mark
      ['{"a":1,"a":2}', '{"a":2}'],
      ['1e999', 'null'],
      ['123456789012345678901234567890', '1.2345678901234568e+29'],
      ['"\\ud800"', '"\\ud800"'], // half a character stays one
      ['{"__proto__":{"admin":true}}', '{"__proto__":{"admin":true}}'],
    ]

    for (const [body, expected] of cases) {
      t.equal(bodyOf(await served.talk(post(JSON_TYPE, body))), expected, escape(body))
    }
    t.notOk('admin' in {})
  })

  await t.test('a body that is not JSON gets 400', async (t) => {
    for (const body of ['', 'NaN', 'Infinity', "{'a':1}", '{"a":1,}', '\0', '1 2', '// 1\n1']) {
      t.same(statuses(await served.talk(post(JSON_TYPE, body))), [400], body)
    }
  })

  await assertAlive(t, served)
})
