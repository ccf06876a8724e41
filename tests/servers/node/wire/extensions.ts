// Trailers and early hints.
import t from 'tap'
import type { App, HeaderList, SendMessage } from '../../../../lib/types.ts'
import { bodyOf, httpApp, listening, request, statuses } from '../../../support/sockets.ts'

const CLOSE = ['connection: close']
const WITH_TE = ['te: trailers', 'connection: close, te']

function start(headers: HeaderList, trailers = true): SendMessage {
  return { type: 'http.response.start', status: 200, headers, trailers }
}

function body(text: string, moreBody = false): SendMessage {
  return { type: 'http.response.body', body: Buffer.from(text), moreBody }
}

function trailing(headers: HeaderList, moreTrailers = false): SendMessage {
  return { type: 'http.response.trailers', headers, moreTrailers }
}

function hint(...links: string[]): SendMessage {
  return { type: 'http.response.early_hint', links }
}

function sending(...messages: SendMessage[]): App {
  return httpApp(async (_scope, _receive, send) => {
    for (const message of messages) await send(message)
  })
}

t.test('the extensions are announced', async (t) => {
  let extensions: unknown
  const { talk } = await listening(
    t,
    httpApp(async (scope) => {
      extensions = scope.extensions
    }),
  )
  await talk(request('GET /', CLOSE))

  t.same(extensions, {
    'http.response.trailers': {},
    'http.response.early_hint': {},
    'http.response.pathsend': {},
  })
})

const TRAILED = [
  start(['trailer', 'x-sum', 'content-length', '2']),
  body('h', true),
  body('i'),
  trailing(['x-sum', '1'], true),
  trailing(['x-more', '2', 'content-length', '9']),
  body('ignored'),
]

t.test('trailers follow the body for clients that accept them', async (t) => {
  const { talk, errors } = await listening(t, sending(...TRAILED))

  const received = await talk(request('GET /', WITH_TE))

  t.match(received, /\r\ntrailer: x-sum\r\n/)
  t.notMatch(received, /content-length/)
  t.equal(bodyOf(received), '2\r\nhi\r\n0\r\nx-sum: 1\r\nx-more: 2\r\n\r\n')
  t.same(errors, [])
})

t.test('trailers follow a body in one message too', async (t) => {
  const { talk } = await listening(t, sending(start([]), body('hi'), trailing(['x-sum', '1'])))

  t.equal(bodyOf(await talk(request('GET /', WITH_TE))), '2\r\nhi\r\n0\r\nx-sum: 1\r\n\r\n')
})

t.test('trailers are omitted for other clients', async (t) => {
  const { talk, errors } = await listening(t, sending(...TRAILED))

  const received = await talk(request('GET /', CLOSE))

  t.equal(bodyOf(received), '2\r\nhi\r\n0\r\n\r\n')
  t.notMatch(received, /trailer|x-sum|x-more/)
  t.same(errors, [])
})

t.test('HEAD and HTTP/1.0 get no trailers', async (t) => {
  const { talk, errors } = await listening(t, sending(...TRAILED))

  const head = await talk(request('HEAD /', WITH_TE))
  const old = await talk('GET / HTTP/1.0\r\nte: trailers\r\n\r\n')

  t.same(statuses(head), [200])
  t.equal(bodyOf(head), '')
  t.equal(bodyOf(old), 'hi')
  t.notMatch(head + old, /trailer|x-sum/)
  t.same(errors, [])
})

t.test('a Trailer field without trailers is omitted', async (t) => {
  const { talk, errors } = await listening(t, sending(start(['trailer', 'x'], false), body('hi')))

  const received = await talk(request('GET /', WITH_TE))

  t.equal(bodyOf(received), 'hi')
  t.notMatch(received, /trailer/)
  t.same(errors, [])
})

t.test('announced trailers that are never sent abort the response', async (t) => {
  const { talk, errors } = await listening(t, sending(start([]), body('hi')))

  t.notMatch(bodyOf(await talk(request('GET /', WITH_TE))), /0\r\n/)
  t.match(errors, [{ message: /the app ended before its response was complete/ }])
})

t.test('a body after the last one is refused, and so are invalid trailers', async (t) => {
  for (const last of [body('more'), trailing(['x', 'a\r\nb'])]) {
    const { talk, errors } = await listening(t, sending(start([]), body('hi'), last))

    await talk(request('GET /', WITH_TE))

    t.match(errors, [{ name: 'ProtocolError' }])
  }
})

t.test('early hints are sent before the head, any number of times', async (t) => {
  const { talk } = await listening(
    t,
    sending(
      start([], false),
      hint('</a.css>; rel=preload; as=style', '</b.js>; rel=preload'),
      hint('</c>; rel=preconnect'),
      hint(),
      body('hi'),
    ),
  )

  const received = await talk(request('GET /', CLOSE))

  t.match(
    received,
    /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a.css>; rel=preload; as=style, <\/b.js>; rel=preload\r\n\r\nHTTP\/1\.1 103 Early Hints\r\nLink: <\/c>; rel=preconnect\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
  )
})

t.test('after a part of the body hints are ignored', async (t) => {
  const link = '</a.css>; rel=preload'
  const { talk, errors } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send(start([], false))
      await send(body('one', true))
      await send(hint(link))
      await new Promise((resolve) => setTimeout(resolve, 10))
      await send(hint(link))
      await send(body('two'))
    }),
  )

  t.equal(bodyOf(await talk(request('GET /', CLOSE))), '3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n')
  t.same(errors, [])
})

t.test('HTTP/1.0 gets no hints', async (t) => {
  const { talk } = await listening(t, sending(start([], false), hint('</a>; rel=x'), body('hi')))

  t.notMatch(await talk('GET / HTTP/1.0\r\n\r\n'), /103/)
})

t.test('a response may be abandoned after hints', async (t) => {
  const { talk } = await listening(t, sending(start([], false), hint('</a>; rel=x')))

  t.same(statuses(await talk(request('GET /', CLOSE))), [103, 500])
})

t.test('invalid links are refused', async (t) => {
  const faulty: unknown[] = [
    ['/a.css'],
    ['</a.css>'],
    ['</a>; rel=x\r\nset-cookie: a=b'],
    ['</a>; rel="a\r\nb"'],
    ['</a>; title="a b"'],
    ['</a>; rel=x', 'no'],
    'text',
    undefined,
  ]
  for (const links of faulty) {
    // What JavaScript, without types, may send.
    const message = { type: 'http.response.early_hint', links } as SendMessage
    const { talk, errors } = await listening(t, sending(start([], false), message, body('hi')))

    t.same(statuses(await talk(request('GET /', CLOSE))), [500])
    t.match(errors, [
      { name: 'ProtocolError', message: /early_hint: a link is "<target>; rel=…", .* was sent/ },
    ])
  }
})
