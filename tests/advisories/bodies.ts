// Published advisories about request bodies, and that they do not work here. Each test is named by
// the advisory, attacks a server through a socket, and then asks the same server once more.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import type { HTTPException } from '../../lib/exceptions.ts'
import { bodyLimit } from '../../lib/middleware/bodylimit.ts'
import { Request } from '../../lib/requests.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import type { App } from '../../lib/types.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { call, httpScope } from '../support/scopes.ts'
import { bodyOf, listening, request, statuses } from '../support/sockets.ts'

const CHUNKED = 'transfer-encoding: chunked'

/** A body in chunks of 1 KB. */
function chunks(kilobytes: number): string {
  return `${`400\r\n${'x'.repeat(1024)}\r\n`.repeat(kilobytes)}0\r\n\r\n`
}

/** The handlers by which a body came past a limit. */
const CARELESS: Record<string, (request: Request) => Promise<unknown>> = {
  'reads nothing': async () => {},
  'reads one chunk': async (request) => {
    for await (const _ of request.stream()) break
  },
  'swallows the error': (request) => request.bytes().catch(() => {}),
}

t.test('hono CVE-2025-59139, CVE-2026-44456, CVE-2026-54288: the limit of a body', async (t) => {
  const routes = Object.entries(CARELESS).map(([name, read]) =>
    Route(
      `/${name.replaceAll(' ', '-')}`,
      async (request) => {
        await read(request)
        return new PlainTextResponse('passed')
      },
      { methods: ['POST'] },
    ),
  )
  const limited = Application({
    routes: [...routes, alive],
    middleware: [bodyLimit({ maxSize: 4096 })],
  })
  const served = await listening(t, limited)

  for (const name of Object.keys(CARELESS)) {
    const line = `POST /${name.replaceAll(' ', '-')}`
    const talk = (fields: string[], body: string): Promise<string> =>
      served.talk(request(line, [...fields, 'connection: close'], body))

    await t.test(`a handler that ${name}: a declared length over the limit gets 413`, async (t) => {
      t.same(statuses(await talk(['content-length: 8192'], 'x'.repeat(8192))), [413])
    })

    await t.test(`a handler that ${name}: chunks over the limit get 413`, async (t) => {
      t.same(statuses(await talk([CHUNKED], chunks(8))), [413])
    })

    await t.test(`a handler that ${name}: a length and chunks together get 400`, async (t) => {
      t.same(statuses(await talk(['content-length: 5', CHUNKED], chunks(8))), [400])
    })

    await t.test(`a handler that ${name}: no bytes after the length are read`, async (t) => {
      const received = await served.talk(
        request(line, ['content-length: 5'], `${'x'.repeat(8192)}\r\n\r\n`),
      )

      // Node may refuse the rest before the handler has answered.
      t.match(statuses(received).join(), /^(?:200,)?400$/)
    })

    await t.test(`a handler that ${name}: a body within the limit gets 200`, async (t) => {
      t.same(statuses(await talk([CHUNKED], chunks(2))), [200])
    })
  }
  await assertAlive(t, served)
  t.same(served.errors, [])
})

t.test('hono CVE-2025-59139: 413 even if the server does not check the length', async (t) => {
  const scope = () => httpScope({ method: 'POST', path: '/', headers: ['content-length', '5'] })
  const part = { type: 'http.request', body: new Uint8Array(4096), moreBody: true } as const
  const last = { ...part, moreBody: false }

  for (const [name, read] of Object.entries(CARELESS)) {
    if (name === 'reads nothing') continue
    const app: App = async (scope, receive, send) => {
      if (scope.type !== 'http') return
      await read(new Request(scope, receive, send))
      await new PlainTextResponse('passed').respond(scope, receive, send)
    }
    // One chunk is all that the handler reads, so one chunk has to be too large.
    const maxSize = name === 'reads one chunk' ? 4095 : 5000
    const sent = await call(bodyLimit({ maxSize })(app), scope(), [part, last]).catch(
      (error: HTTPException) => [{ type: 'http.response.start', status: error.status }],
    )

    t.match(sent[0], { type: 'http.response.start', status: 413 }, name)
  }
})

t.test('Litestar CVE-2024-52581: a body has a limit by default', async (t) => {
  const read: string[] = []
  const served = await listening(
    t,
    Application({
      routes: [
        alive,
        Route(
          '/json',
          async (request) => {
            const value = await request.json()
            read.push('json')
            return new JSONResponse(typeof value)
          },
          { methods: ['POST'] },
        ),
        Route(
          '/stream',
          async (request) => {
            let size = 0
            for await (const part of request.stream({ maxSize: Number.POSITIVE_INFINITY })) {
              size += part.byteLength
            }
            return new PlainTextResponse(String(size))
          },
          { methods: ['POST'] },
        ),
      ],
    }),
  )
  const json = ['content-type: application/json', 'connection: close']
  const tooLarge = 10_001_024 // 10 MB and a little

  await t.test('a declared length is refused before anything is read', async (t) => {
    const client = await served.connect()
    client.send(request('POST /json', ['content-length: 10000001', ...json]))

    t.same(statuses(await client.end()), [413])
  })

  await t.test('chunks without a declared length are refused at the limit', async (t) => {
    const received = await served.talk(
      request('POST /json', [CHUNKED, ...json], chunks(Math.ceil(tooLarge / 1024))),
    )

    t.same(statuses(received), [413])
  })

  await t.test('a handler that asks for a stream gets a body without a limit', async (t) => {
    const received = await served.talk(
      request('POST /stream', [CHUNKED, 'connection: close'], chunks(Math.ceil(tooLarge / 1024))),
    )

    t.same(statuses(received), [200])
    t.match(received, /\r\n\r\n10001408$/)
  })

  t.same(read, [])
  await assertAlive(t, served)
})

t.test('hono and h3, no id: a second read gets the same body, or an error', async (t) => {
  const twice = (read: (request: Request) => Promise<unknown>) => async (request: Request) =>
    new JSONResponse(await read(request))
  const served = await listening(
    t,
    Application({
      routes: [
        alive,
        Route(
          '/kept',
          twice(async (request) => [
            await request.json(),
            await request.text(),
            (await request.bytes()).byteLength,
            await request.json(),
          ]),
          { methods: ['POST'] },
        ),
        Route(
          '/streamed',
          twice(async (request) => {
            for await (const _ of request.stream());
            return request.json()
          }),
          { methods: ['POST'] },
        ),
        Route(
          '/begun',
          twice(async (request) => {
            request.stream()
            return request.json()
          }),
          { methods: ['POST'] },
        ),
      ],
    }),
  )
  const fields = ['content-type: application/json', 'content-length: 7', 'connection: close']

  const kept = await served.talk(request('POST /kept', fields, '{"a":1}'))
  t.equal(bodyOf(kept), '[{"a":1},"{\\"a\\":1}",7,{"a":1}]')

  t.same(statuses(await served.talk(request('POST /streamed', fields, '{"a":1}'))), [500])
  // The body never comes: who waited for it would hang.
  t.same(statuses(await served.talk(request('POST /begun', fields))), [500])
  t.equal(served.errors.length, 2)
  for (const error of served.errors) {
    t.match(error, { name: 'TypeError', message: /was already read as a stream, so it is gone/ })
  }
  await assertAlive(t, served)
})
