import t, { type Test } from 'tap'
import type { App, HeaderList, Send, SendMessage } from '../../../lib/types.ts'
import {
  answer,
  bodyOf,
  dechunked,
  eventually,
  httpApp,
  listening,
  request,
  statuses,
} from '../../support/sockets.ts'

const CLOSE = ['connection: close']

function start(headers: HeaderList = [], status = 200): SendMessage {
  return { type: 'http.response.start', status, headers }
}

function body(text: string, moreBody = false): SendMessage {
  return { type: 'http.response.body', body: Buffer.from(text), moreBody }
}

function sending(...messages: SendMessage[]): App {
  return httpApp(async (_scope, _receive, send) => {
    for (const message of messages) {
      await send(message)
      if ('moreBody' in message && message.moreBody) await turn()
    }
  })
}

/** What was sent is on its way then. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5))
}

/** Sends one message after the others and answers with the error, if the response can still do it. */
async function refusal(t: Test, before: SendMessage[], message: unknown): Promise<unknown> {
  let error: unknown
  const { talk } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      for (const each of before) await send(each)
      // What JavaScript, without types, may send.
      await send(message as SendMessage).catch((caught: unknown) => {
        error = caught
      })
    }),
  )
  await talk(request('GET /', CLOSE))
  return error
}

t.test('a body in one message has a length, in one packet with its head (trap 12)', async (t) => {
  const { connect } = await listening(t, sending(start(), body('hello')))
  const client = await connect()
  const packets: string[] = []
  client.socket.on('data', (data: Buffer) => packets.push(data.toString()))
  client.send(request('GET /'))

  await client.until('hello')

  t.match(client.received, /\r\ncontent-length: 5\r\n/)
  t.equal(packets.length, 1)
})

t.test('nothing is sent before the first body', async (t) => {
  const { talk, errors } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send(start(['x-a', '1']))
      throw new Error('after the start')
    }),
  )

  const received = await talk(request('GET /', CLOSE))

  t.match(received, /^HTTP\/1\.1 500 Internal Server Error\r\n/)
  t.notMatch(received, /x-a/)
  t.match(errors, [{ message: 'after the start' }])
})

t.test('parts are chunks, except for HTTP/1.0', async (t) => {
  const { talk } = await listening(t, sending(start(), body('one ', true), body('two')))

  t.equal(dechunked(bodyOf(await talk(request('GET /', CLOSE)))), 'one two')
  const old = await talk('GET / HTTP/1.0\r\n\r\n')
  t.equal(bodyOf(old), 'one two')
  t.notMatch(old, /chunked/i)
})

t.test('parts of a known length are not chunks', async (t) => {
  const { talk } = await listening(
    t,
    sending(start(['content-length', '7']), body('one ', true), body('two')),
  )

  const received = await talk(request('GET /', CLOSE))

  t.equal(bodyOf(received), 'one two')
  t.notMatch(received, /chunked/i)
})

for (const [method, status, length] of [
  ['HEAD', 200, true],
  ['GET', 204, false],
  ['GET', 304, false],
  ['HEAD', 204, false],
] as const) {
  t.test(`${method} with ${status}: no body, and the connection stays open`, async (t) => {
    for (const app of [
      sending(start([], status), body('hello')),
      sending(start([], status), body('he', true), body('llo')),
    ]) {
      const { connect, errors } = await listening(t, app)
      const client = await connect()
      client.send(request(`${method} /`))
      await client.until('\r\n\r\n')
      client.send(request(`${method} /`, CLOSE))

      const received = await client.end()

      t.same(statuses(received), [status, status])
      t.notMatch(received, /hello|he\r\n|chunk/)
      t.same(errors, [])
    }
    const { talk } = await listening(t, sending(start([], status), body('hello')))
    t.equal(/content-length: 5/.test(await talk(request(`${method} /`, CLOSE))), length)
  })
}

t.test('an endless body of a HEAD does not block the event loop', async (t) => {
  let outcome: unknown
  const { connect, errors } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send(start())
      while (outcome === undefined) outcome = await send(body('x', true)).catch((error) => error)
    }),
  )
  const client = await connect()
  client.send(request('HEAD /'))
  await client.until('\r\n\r\n')
  await client.leave()

  await eventually(() => outcome !== undefined, 'the end of the app')
  t.match(outcome, { name: 'ClientDisconnected' })
  t.same(errors, [])
})

t.test('a body that is too long is aborted before it reaches the next response', async (t) => {
  const head = start(['content-length', '5'])
  const tooLong = await listening(t, sending(head, body('hello', true), body(' there')))

  const received = await tooLong.talk(request('GET /'))

  t.equal(bodyOf(received), 'hello')
  t.match(tooLong.errors, [
    { message: /content-length is 5, but the body has 11 bytes or more\. Leave the header out/ },
  ])
})

t.test('a body that is too short aborts the response', async (t) => {
  const head = start(['content-length', '5'])
  const { talk, errors } = await listening(t, sending(head, body('he', true), body('l')))

  t.equal(bodyOf(await talk(request('GET /'))), 'he')
  t.match(errors, [{ message: /content-length is 5, but the body has 3 bytes\. Leave/ }])
})

t.test('a wrong length in one message is a 500, since nothing was sent', async (t) => {
  for (const text of ['hell', 'hello!']) {
    const { talk, errors } = await listening(t, sending(start(['content-length', '5']), body(text)))

    const received = await talk(request('GET /', CLOSE))

    t.same(statuses(received), [500])
    t.equal(errors.length, 1)
  }
})

t.test('another response is possible afterwards', async (t) => {
  const { talk } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send(start(['content-length', '5']))
      await send(body('hello!')).catch(() => answer(send, 'sorry', 503))
    }),
  )

  t.match(await talk(request('GET /', CLOSE)), /^HTTP\/1\.1 503 (?:.|\r\n)*sorry$/)
})

t.test('a forgotten await on a wrong length is reported', async (t) => {
  const { talk, errors } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send(start(['content-length', '5']))
      await send(body('hello', true))
      void send(body('!'))
    }),
  )
  await talk(request('GET /'))

  t.match(errors, [{ message: /the app ended before its response was complete/ }])
})

t.test('messages out of order are refused', async (t) => {
  const hint = { type: 'http.response.early_hint', links: [] }
  const trailers = { type: 'http.response.trailers', headers: [] }
  const table: [SendMessage[], unknown, RegExp][] = [
    [[], body('x'), /^http.response.body: out of place, the response has not started\. Check/],
    [[], hint, /^http.response.early_hint: out of place, the response has not started/],
    [[], trailers, /^http.response.trailers: out of place, they follow the last body/],
    [[], { type: 'http.response.pathsend', path: '/x' }, /pathsend: out of place, it comes once/],
    [[], { type: 'http.response.push' }, /^http.response.push: out of place, it is not a message/],
    [[], { type: 'websocket.accept' }, /^websocket.accept: out of place/],
    [[], { type: 'lifespan.startup.complete' }, /^lifespan.startup.complete: out of place/],
    [[start()], start(), /^http.response.start: out of place, the response has started/],
    [[start(), body('x', true)], start(), /^http.response.start: out of place/],
    [[start(), body('x', true)], trailers, /^http.response.trailers: out of place/],
    [[start()], { ...body('x'), body: 'text' }, /must be a Uint8Array, string was sent\. Encode/],
    [[start()], { ...body('x'), body: [1] }, /must be a Uint8Array, object was sent/],
  ]
  for (const [before, message, expected] of table) {
    const error = await refusal(t, before, message)
    t.match(error, { name: 'ProtocolError', message: expected })
  }
})

t.test('messages after the last body are ignored', async (t) => {
  const { connect, errors } = await listening(
    t,
    sending(start(), body('one'), body('two'), start(), body('three', true)),
  )
  const client = await connect()
  client.send(request('GET /'))
  await client.until('one')
  client.send(request('GET /', CLOSE))

  const received = await client.end()

  t.same(statuses(received), [200, 200])
  t.notMatch(received, /two|three/)
  t.same(errors, [])
})

t.test('sending to a disconnected client throws ClientDisconnected, await or not', async (t) => {
  let over: (value: unknown) => void = () => {}
  const left = new Promise((resolve) => {
    over = resolve
  })
  let isCalled = false
  const { connect, errors } = await listening(
    t,
    httpApp(async (scope, _receive, send) => {
      isCalled = true
      await new Promise<void>((resolve) => scope.onDisconnect?.(resolve))
      void send(start())
      void send(body('x'))
      void send({ type: 'http.response.pathsend', path: '/nowhere' })
      over(await send(start()).catch((error: unknown) => error))
      await send(start())
    }),
  )
  const client = await connect()
  client.send(request('GET /'))
  await eventually(() => isCalled, 'the request')
  await client.leave()

  t.match(await left, { name: 'ClientDisconnected', message: 'the client has disconnected' })
  t.same(errors, [])
})

t.test('pipelined requests are answered in order, whichever ends first', async (t) => {
  let goOn: () => void = () => {}
  const othersSent = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const { connect } = await listening(
    t,
    httpApp(async (scope, _receive, send: Send) => {
      if (scope.path === '/1') await othersSent
      if (scope.path === '/2') {
        await send(start())
        await send(body('<', true))
        await send(body('/2>'))
      } else await answer(send, `<${scope.path}>`)
      if (scope.path === '/3') goOn()
    }),
  )
  const client = await connect()
  client.send(request('GET /1') + request('GET /2') + request('GET /3', CLOSE))

  const received = await client.end()

  t.same(received.match(/<\/?\d?>?|\/\d>/g)?.join(''), '</1></2></3>')
  t.same(statuses(received), [200, 200, 200])
})
