// Published advisories about servers that fall, or tell too much when they stumble, and that it is
// not so here. Each test is named by the advisory, and asks the same server once more after it.
import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { type ServerProcess, startServerProcess } from '../support/serverprocess.ts'
import { bodyOf, eventually, listening, request, statuses } from '../support/sockets.ts'

const MARKUP = '<script>alert("1")</script>'

/** Its errors quote what the client sent. */
const quoting = (debug: boolean) =>
  Application({
    debug,
    routes: [
      alive,
      Route('/cause', ({ headers }) => {
        const cause = new TypeError(`secret ${headers.get('x-a')}`)
        throw new Error(`secret ${headers.get('x-a')}`, { cause })
      }),
      Route('/no-error', ({ headers }) => {
        throw `secret ${headers.get('x-a')}`
      }),
      Route('/handler', () => {
        throw new HTTPException(418)
      }),
    ],
    exceptionHandlers: [
      [
        418,
        ({ headers }) => {
          throw new Error(`secret ${headers.get('x-a')}`)
        },
      ],
    ],
  })

const BUGS = ['/cause', '/no-error', '/handler']

t.test('no id, error pages: a 500 shows no details unless debug is on', async (t) => {
  const served = await listening(t, quoting(false))

  for (const path of BUGS) {
    const fields = ['accept: text/html', `x-a: ${MARKUP}`, 'connection: close']
    const received = await served.talk(request(`GET ${path}?${encodeURI(MARKUP)}`, fields))

    t.same(statuses(received), [500])
    t.match(received, /^content-type: text\/plain; charset=utf-8\r$/m)
    t.equal(bodyOf(received), 'Internal Server Error')
  }
  t.equal(served.errors.length, BUGS.length)
  await assertAlive(t, served)
})

t.test('no id, error pages: no answer contains text of the request', async (t) => {
  const served = await listening(t, quoting(false))
  const lines: [string, number][] = [
    ['GET /%3Cscript%3E', 404],
    ['GET /<script>', 404],
    ['DELETE /alive?<script>', 405],
    ['GET /%zz<script>', 400],
    ['SCRIPT /', 400],
  ]

  for (const [line, status] of lines) {
    const fields = ['accept: text/html', `x-a: ${MARKUP}`, 'connection: close']
    const received = await served.talk(request(line, fields))

    t.same(statuses(received), [status], line)
    t.notMatch(received, /script/i, line)
  }
})

t.test('no id, error pages: with debug on, the whole page is escaped', async (t) => {
  const served = await listening(t, quoting(true))

  for (const path of BUGS) {
    const fields = [`x-a: ${MARKUP}`, 'cookie: session=1', 'connection: close']
    const html = await served.talk(request(`GET ${path}`, ['accept: text/html', ...fields]))
    const plain = await served.talk(request(`GET ${path}`, fields))

    t.same([...statuses(html), ...statuses(plain)], [500, 500])
    t.match(html, /^content-type: text\/html; charset=utf-8\r$/m)
    t.notMatch(html, /<script|alert\("|session=1/)
    t.match(html, 'secret &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;')
    t.match(plain, /^content-type: text\/plain; charset=utf-8\r$/m)
    t.match(plain, MARKUP)
  }
})

/** The process is the one that it was, and it answers. */
async function assertServerAlive(
  t: Test,
  serverProcess: ServerProcess,
  after: string,
): Promise<void> {
  t.equal(bodyOf(await serverProcess.talk('/alive')), 'fine', `alive after ${after}`)
  t.equal(serverProcess.process.exitCode, null)
}

t.test('Node CVE-2025-59466: a stack overflow is handled as other errors are', async (t) => {
  const serverProcess = await startServerProcess(t)

  await t.test('in the JSON of 100,000 brackets', async (t) => {
    const client = await serverProcess.connect()
    const body = '['.repeat(100_000) + ']'.repeat(100_000)
    const fields = ['content-type: application/json', `content-length: ${body.length}`]
    client.send(request('POST /json', [...fields, 'connection: close'], body))

    // From Node 26 on, writing them back takes no stack at all.
    t.match(String(statuses(await client.end())), /^(?:500|200)$/)
    await assertServerAlive(t, serverProcess, 'JSON')
  })

  for (const path of ['/deep/', '/deep/x', '/recursive/', '/recursive-later/']) {
    await t.test(`in the mounts of ${path}`, async (t) => {
      t.same(statuses(await serverProcess.talk(path)), [500])
      await assertServerAlive(t, serverProcess, path)
    })
  }

  t.match(await serverProcess.stop(), /RangeError: Maximum call stack size exceeded/)
})

t.test(
  'Node CVE-2018-12122, 2019-5737: clients that send one byte at a time are disconnected',
  async (t) => {
    const app = Application({
      routes: [
        alive,
        Route('/', async (request) => new PlainTextResponse(await request.text()), {
          methods: ['POST'],
        }),
      ],
    })
    const served = await listening(t, app, { headersTimeoutMs: 300, requestTimeoutMs: 300 })
    const starts: Record<string, string> = {
      'nothing at all': '',
      'the head': 'GET / HTTP/1.1\r\nhost: test\r\nx: ',
      'the body': request('POST /', ['content-length: 100000']),
      'a chunk': request('POST /', ['transfer-encoding: chunked'], '186a0\r\n'),
      'the size of a chunk': request('POST /', ['transfer-encoding: chunked'], '00'),
    }

    const clients = await Promise.all(
      Object.values(starts).map(async (start) => (await served.connect()).send(start)),
    )
    const drip = setInterval(() => {
      for (const client of clients.slice(1)) if (!client.ended) client.send('0')
    }, 20)
    t.teardown(() => clearInterval(drip))
    await assertAlive(t, served)

    for (const [index, name] of Object.keys(starts).entries()) {
      t.same(statuses((await clients[index]?.end()) ?? ''), [408], name)
    }
    await assertAlive(t, served)
    t.same(served.errors, [])
  },
)

t.test('Node CVE-2024-22019: a flood of chunk extensions is cut', async (t) => {
  let ended = 0
  const app = Application({
    routes: [
      alive,
      Route(
        '/',
        async (request) => {
          const size = (await request.bytes()).byteLength
          ended++
          return new PlainTextResponse(String(size))
        },
        { methods: ['POST'] },
      ),
    ],
  })
  const served = await listening(t, app)
  const head = request('POST /', ['transfer-encoding: chunked'])
  const extension = `;a=${'b'.repeat(8000)}`

  for (const [name, body] of Object.entries({
    one: `1;${'x'.repeat(100_000)}`,
    quoted: `1;a="${'x'.repeat(100_000)}`,
    many: `1${extension.repeat(12)}`,
    'last chunk': `1\r\na\r\n0${extension.repeat(12)}`,
  })) {
    const client = await served.connect()
    client.send(head + body)

    t.same(statuses(await client.end()), [413], name)
  }
  t.equal(ended, 0)
  t.equal(
    bodyOf(
      await served.talk(
        request(
          'POST /',
          ['transfer-encoding: chunked', 'connection: close'],
          '1;a=b\r\na\r\n0\r\n\r\n',
        ),
      ),
    ),
    '1',
    'a small one is let through',
  )
  await assertAlive(t, served)
})

t.test('no id, crashes: errors of an app do not end the process', async (t) => {
  const serverProcess = await startServerProcess(t)
  const kaput = (text: string): Promise<void> =>
    eventually(() => serverProcess.log().includes(text), text)

  for (const [name, status] of Object.entries({
    throws: 500,
    rejects: 500,
    'rejects-after': 200,
    'rejects-in-send': 500,
    'rejects-before-next': 500,
    'rejects-after-next': 500,
  })) {
    await t.test(`in a middleware that ${name.replaceAll('-', ' ')}`, async (t) => {
      const received = await serverProcess.talk(`/middleware/${name}`)

      t.equal(statuses(received)[0] ?? 0, status)
      t.notMatch(received, /kaput/)
      await kaput(`GET /middleware/${name}: Error: kaput: ${name}\n`)
      await assertServerAlive(t, serverProcess, name)
    })
  }

  await t.test('in a middleware that rejects with nothing', async (t) => {
    t.same(statuses(await serverProcess.talk('/middleware/rejects-with-nothing')), [500])
    await kaput('GET /middleware/rejects-with-nothing: ')
    await assertServerAlive(t, serverProcess, 'nothing')
  })

  for (const name of ['throws', 'rejects']) {
    await t.test(`in background work that ${name}`, async (t) => {
      t.equal(bodyOf(await serverProcess.talk(`/background/${name}`)), 'sent')
      await kaput(`GET /background/${name}: Error: kaput: background\n`)
      await assertServerAlive(t, serverProcess, name)
    })
  }

  await t.test('in a source that breaks off: the body has no end', async (t) => {
    const received = await serverProcess.talk('/stream/source')

    t.match(received, /\r\n4\r\npart\r\n$/)
    await kaput('GET /stream/source: Error: kaput: source\n')
    await assertServerAlive(t, serverProcess, 'source')
  })

  await t.test('in the finally block of a source after the client has left', async (t) => {
    const client = await serverProcess.connect()
    await client.send(request('GET /stream/finally')).until('part')
    await client.leave()

    await kaput('ran finally')
    await assertServerAlive(t, serverProcess, 'finally')
  })

  await t.test('in sends without await, to a client that has left', async (t) => {
    for (const path of ['/gone/sends', '/floods']) {
      const client = await serverProcess.connect()
      client.send(request(`GET ${path}`))
      if (path === '/gone/sends') await kaput('/gone/sends waits')
      else await client.until('200 OK')
      await client.leave()
      if (path === '/gone/sends') await kaput('sent to nobody')
      await assertServerAlive(t, serverProcess, path)
    }
  })

  await t.test('in sends of invalid messages, without await', async (t) => {
    t.equal(bodyOf(await serverProcess.talk('/wrong-messages')), 'fine')
    await assertServerAlive(t, serverProcess, 'wrong messages')
  })

  await t.test('in a listener for the disconnect', async (t) => {
    const client = await serverProcess.connect()
    client.send(request('GET /gone/listener'))
    await kaput('/gone/listener waits')
    await client.leave()

    await kaput('GET /gone/listener: Error: kaput: listener\n')
    await assertServerAlive(t, serverProcess, 'listener')
  })

  t.notMatch(await serverProcess.stop(), /Unhandled|ClientDisconnected/i)
})
