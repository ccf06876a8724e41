// Published advisories about header fields, and that they do not work here. Each test is named by
// the advisory, attacks a server through a socket, and then asks the same server once more.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { Headers } from '../../lib/http/headers.ts'
import { PlainTextResponse, RedirectResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App, HTTPScope, Send } from '../../lib/types.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { assertLinear, takesLess } from '../support/linear.ts'
import { startServerProcess } from '../support/serverprocess.ts'
import { bodyOf, httpApp, listening, request, statuses } from '../support/sockets.ts'

/** What ends a field, or hides what follows it; the wanted field would be the attacker's. */
const INJECTIONS = [
  'a\r\nset-cookie: admin=1',
  'a\nset-cookie: admin=1',
  'a\rset-cookie: admin=1',
  'a\0b',
  'a\x1b[31mb',
  'a\x7fb',
  'a\u010d\u010aset-cookie: admin=1', // CR and LF once the upper bytes are cut off
  'a\u560d\u560aset-cookie: admin=1',
  'a\u{1f600}b',
  'a\r\n\r\n<script>alert(1)</script>',
]

/** Every place where a text of the client can reach the head of a response. */
const PLACES: Record<string, (text: string, send: Send) => unknown> = {
  'the value of a field': (text) => new PlainTextResponse('', { headers: { 'x-a': text } }),
  'the name of a field': (text) => new PlainTextResponse('', { headers: { [text]: 'a' } }),
  'a field that is set later': (text) => new PlainTextResponse('').headers.set('x-a', text),
  'a field that is appended': (text) => new PlainTextResponse('').headers.append(text, 'a'),
  'a field that varies': (text) => new PlainTextResponse('').headers.vary(text),
  'the list itself': (text) => {
    const response = new PlainTextResponse('')
    // JavaScript may change what TypeScript says is read-only.
    const list = response.headers.list as string[]
    list.push('x-a', text)
    return response
  },
  'the names in the list itself': (text) => {
    const response = new PlainTextResponse('')
    const list = response.headers.list as string[]
    list.push(text, 'a')
    return response
  },
  'the media type': (text) => new PlainTextResponse('', { mediaType: `text/${text}` }),
  'the name of a file': (text) => {
    const headers = { 'content-disposition': `attachment; filename="${text}"` }
    return new PlainTextResponse('', { headers })
  },
  'the name of a cookie': (text) => new PlainTextResponse('').setCookie(text, 'a'),
  'the path of a cookie': (text) => new PlainTextResponse('').setCookie('a', 'a', { path: text }),
  'the fields of an exception': (text) => {
    throw new HTTPException(401, 'no', { headers: { 'www-authenticate': text } })
  },
  'the status': (text) => new PlainTextResponse('', { status: `200 ${text}` as never }),
  'the status of a message': (text, send) =>
    send({ type: 'http.response.start', status: `200 ${text}` as never, headers: [] }),
  'a message': (text, send) =>
    send({ type: 'http.response.start', status: 200, headers: ['x-a', text] }),
}

t.test(
  'uvicorn CVE-2020-7695, Node CVE-2016-2216, CVE-2016-5325: a line end in a value cannot split the head',
  async (t) => {
    let text = ''
    const routes = Object.entries(PLACES).map(([name, place]) =>
      Route(
        `/${name.replaceAll(' ', '-')}`,
        async (request) => (await place(text, request.send)) as PlainTextResponse,
      ),
    )
    const app = Application({ routes: [alive, ...routes] })
    const served = await listening(t, app)
    await using client = await testClient(app, { raiseServerExceptions: false, lint: false })
    await using raising = await testClient(app)

    for (const name of Object.keys(PLACES)) {
      await t.test(`through ${name}: 500 without any byte of the value`, async (t) => {
        for (text of INJECTIONS) {
          const path = `/${name.replaceAll(' ', '-')}`
          const received = await served.talk(request(`GET ${path}`, ['connection: close']))

          t.same(statuses(received), [500], JSON.stringify(text))
          t.notMatch(received, /admin|script|x-a|\[31m/)
          t.equal(bodyOf(received), 'Internal Server Error')

          const response = await client.get(path)
          t.equal(response.status, 500, 'in process')
          t.notMatch(JSON.stringify([...response.headers]), /admin|script|x-a|31m/)
          await t.rejects(raising.get(path), /header|status|setCookie|vary/i)
        }
        t.equal(served.errors.splice(0).length, INJECTIONS.length, 'all of them logged')
      })
    }

    await t.test('a URL and the value of a cookie are encoded instead', async (t) => {
      const encoding = Application({
        routes: [Route('/', () => new RedirectResponse(`/${text}`).setCookie('value', text))],
      })
      const { talk } = await listening(t, encoding)

      for (text of INJECTIONS) {
        const received = await talk(request('GET /', ['connection: close']))

        t.same(statuses(received), [307])
        t.notMatch(received, /^set-cookie: admin|<script>|[^\r\n\x20-\x7e]/m)
        const fields = received
          .split('\r\n')
          .filter((line) => /^(?:location|set-cookie):/.test(line))
        t.equal(fields[0], `location: ${encodeURI(`/${text}`).replace('%5B', '[')}`)
        t.equal(fields[1], `set-cookie: value=${encodeURIComponent(text)}; Path=/; SameSite=Lax`)
      }
    })

    await t.test('trailers and links of early hints are checked as fields are', async (t) => {
      const messages = (type: string): App =>
        httpApp(async (_scope, _receive, send) => {
          const headers = ['content-type', 'text/plain']
          await send({
            type: 'http.response.start',
            status: 200,
            headers,
            trailers: type === 'name' || type === 'value',
          })
          if (type === 'link') {
            await send({ type: 'http.response.early_hint', links: [`</${text}>; rel=preload`] })
          }
          await send({ type: 'http.response.body', body: new Uint8Array(1), moreBody: false })
          const trailer = type === 'name' ? [text, 'a'] : ['x-a', text]
          await send({ type: 'http.response.trailers', headers: trailer, moreTrailers: false })
        })
      for (const type of ['name', 'value', 'link']) {
        const { talk, errors } = await listening(t, messages(type))
        for (text of INJECTIONS) {
          const received = await talk(request('GET /', ['te: trailers', 'connection: close, te']))
          t.notMatch(received, /admin|script|x-a|\[31m/, `${type} ${JSON.stringify(text)}`)
        }
        t.equal(errors.length, INJECTIONS.length)
      }
    })

    await assertAlive(t, served)
  },
)

t.test('Node CVE-2026-21710: a header named __proto__ is an ordinary header', async (t) => {
  let scope: HTTPScope | undefined
  const watching: App = async (given, receive, send) => {
    if (given.type === 'http') scope = given
    await app(given, receive, send)
  }
  const app = Application({
    routes: [
      alive,
      Route('/', (request) => {
        const { headers } = request
        const names = ['__proto__', 'constructor', 'hasownproperty']
        const found = names.map((name) => headers.getAll(name).join('|'))
        return new PlainTextResponse(`${found} ${Object.keys(headers.toJSON())}`)
      }),
    ],
  })
  const served = await listening(t, watching)

  const fields = ['__proto__: x', 'constructor: y', '__proto__: z', 'hasOwnProperty: h']
  const received = await served.talk(request('GET /', [...fields, 'connection: close']))

  t.same(statuses(received), [200])
  t.equal(bodyOf(received), 'x|z,y,h host,__proto__,constructor,hasownproperty,connection')
  t.same(new Headers(scope?.headers).getAll('__proto__'), ['x', 'z'])
  t.equal(({} as Record<string, unknown>).x, undefined)
  await assertAlive(t, served)
  t.same(served.errors, [])
})

t.test('Node CVE-2026-21710: cookies and parameters of that name are ordinary too', async (t) => {
  const app = Application({
    routes: [
      Route('/{name}', (request) => {
        const proto = '__proto__'
        const { cookies, queryParams, pathParams } = request
        const found = [cookies[proto], queryParams.get(proto), pathParams.name]
        return new PlainTextResponse(`${found} ${'x' in {}}`)
      }),
    ],
  })
  const { talk } = await listening(t, app)

  const received = await talk(
    request('GET /__proto__?__proto__=b', ['cookie: __proto__=a', 'connection: close']),
  )

  t.equal(bodyOf(received), 'a,b,__proto__ false')
})

t.test('undici CVE-2023-24807: checking a value of spaces takes linear time', async (t) => {
  const spaces = ' '.repeat(1_000_000)

  await t.test('as a field that is sent', async (t) => {
    for (const value of [`${spaces}a`, `a${spaces}`, `a${spaces}b`, `\t${spaces}\t`]) {
      const headers = new Headers().set('x-a', value)
      t.equal(headers.get('x-a')?.length, value.length)
    }
    const set = (value: string) => {
      try {
        new Headers().set('x-a', value)
      } catch {
        // Refused at its end: the worst case for a pattern that goes back.
      }
    }
    assertLinear(t, (size) => `${' '.repeat(size)}a`, set)
    assertLinear(t, (size) => `a${' \t'.repeat(size / 2)}\n`, set)
  })

  await t.test('as fields that are read', async (t) => {
    const app = Application({
      routes: [
        alive,
        Route(
          '/',
          async (request) => {
            const { cookies, url } = request
            const json = await request.json().catch((error: Error) => error.name)
            return new PlainTextResponse(`${Object.keys(cookies).length} ${url.pathname} ${json}`)
          },
          { methods: ['POST'] },
        ),
      ],
    })
    const served = await listening(t, app)

    for (const name of ['x-a', 'cookie', 'content-type', 'accept', 'te', 'expect-ct']) {
      const field = (size: number): string => `${name}: a${' '.repeat(size)};${' \t'.repeat(size)}b`
      const isQuick = await takesLess(1000, async () => {
        const small = await served.talk(request('POST /', [field(5_000), 'connection: close']))
        t.same(statuses(small), [200], name)
      })
      t.ok(isQuick, name)
      t.same(statuses(await served.talk(request('POST /', [field(300_000)]))), [431], name)
    }
    await assertAlive(t, served)
  })
})

t.test(
  'uvicorn CVE-2020-7694, Litestar log injection: the log escapes control characters',
  async (t) => {
    const serverProcess = await startServerProcess(t)
    const codes = ['%1b[31m', '%1b]0;title%07', '%0aGET%20/forged', '%0d', '%9b31m', '%c2%9b31m']

    for (const code of codes) {
      const received = await serverProcess.talk(`/bug/${code}`)
      t.same(statuses(received), [code === '%9b31m' ? 400 : 500], code)
    }
    t.same(statuses(await serverProcess.talk('/bug/\x9b31m\xff')), [400], 'as bytes')

    const log = await serverProcess.stop()
    for (const code of codes) {
      t.equal(log.includes(`GET /bug/${code}:`), code !== '%9b31m', code)
    }
    // The text of an error quotes the path as it was decoded.
    t.match(log, 'nothing is called /bug/\\u001b[31m')
    t.notMatch(log, /^GET \/forged/m)
    t.notMatch(log, /[\0-\x08\x0b-\x1f\x7f-\x9f]/)
  },
)
