// RFC 9112 section 3.2; advisories 1, 3 and 4.
import t from 'tap'
import { isBelow, lengthOnWire, parseTarget, type Target } from '../../lib/protocol/target.ts'
import { answer, httpApp, listening, request, statuses } from '../support/sockets.ts'

const TARGETS: [string, Partial<Target> & { path: string }][] = [
  ['/', { path: '/' }],
  ['/a/b', { path: '/a/b' }],
  ['/a?b=c?d', { path: '/a', queryString: 'b=c?d' }],
  ['/a?', { path: '/a' }],
  ['/a%20b', { path: '/a b', rawPath: '/a%20b' }],
  ['/donn%C3%A9es', { path: '/données', rawPath: '/donn%C3%A9es' }],
  ['/a%2Fb', { path: '/a/b', rawPath: '/a%2Fb' }],
  ['/a%252Fb', { path: '/a%2Fb', rawPath: '/a%252Fb' }],
  ['/a?q=%zz', { path: '/a', queryString: 'q=%zz' }],
  // Nothing is normalised.
  ['/../a//b/.', { path: '/../a//b/.' }],
  ['//evil.example/a', { path: '//evil.example/a' }],
  ['/http://evil.example', { path: '/http://evil.example' }],
  ['*', { path: '*' }],
  ['http://a.example', { path: '/', authority: 'a.example' }],
  ['http://a.example:81/b?c', { path: '/b', queryString: 'c', authority: 'a.example:81' }],
  ['HTTPS://A.example/b', { path: '/b', authority: 'A.example' }],
  ['http://a.example?b', { path: '/', queryString: 'b', authority: 'a.example' }],
  ['http://user@a.example/', { path: '/', authority: 'user@a.example' }],
]

for (const [target, expected] of TARGETS) {
  t.test(`reads ${target}`, async (t) => {
    const { authority, ...rest } = { rawPath: expected.path, queryString: '', ...expected }

    t.strictSame(
      { ...parseTarget(target) },
      authority === undefined ? rest : { ...rest, authority },
    )
  })
}

const FAULTY = [
  ...['', 'a', '@evil.example', 'a.example:80', '/a#b', 'http://a.example/#b', '/%', '/%z'],
  ...['/%zz', '/%ff', '/%C3', '/%ED%A0%80', '/%C0%AF', 'http://', 'http:///a'],
  ...['ftp://a.example/', '*a', 'http://a.example/%zz'],
]

for (const target of FAULTY) {
  t.test(`refuses ${JSON.stringify(target)}`, async (t) => {
    t.equal(parseTarget(target), undefined)
  })
}

t.test('the path below a prefix', async (t) => {
  t.ok(isBelow('/a', '/a'))
  t.ok(isBelow('/a/b', '/a'))
  t.ok(isBelow('/a', ''))
  t.notOk(isBelow('/a-1', '/a'))
  t.notOk(isBelow('/b/a', '/a'))
})

t.test('a raw path keeps its escapes', async (t) => {
  for (const [rawPath, read, raw] of [
    ['/a/b', 2, 2],
    ['/%61/b', 2, 4],
    ['/%C3%A9/b', 2, 7],
    ['/%E2%82%AC%2Fb', 3, 13],
    ['/%F0%9F%98%80/b', 3, 13],
    ['/%61', 0, 0],
  ] as const) {
    t.equal(lengthOnWire(rawPath, read), raw, rawPath)
    t.equal(decodeURIComponent(rawPath.slice(0, raw)).length, read)
  }
})

t.test('over the wire', async (t) => {
  const { connect, talk } = await listening(
    t,
    httpApp(({ path, rawPath, queryString, headers }, _receive, send) =>
      answer(send, `${JSON.stringify([path, rawPath, queryString, headers])}!`),
    ),
  )

  t.test('the authority of an absolute target overrides the Host field', async (t) => {
    const client = await connect()

    client.send(request('GET http://other.example:81/a%20b?c'))

    const scope = ['/a b', '/a%20b', 'c', ['host', 'other.example:81']]
    t.ok((await client.until('!')).endsWith(`${JSON.stringify(scope)}!`))
  })

  t.test('it replaces a missing Host field (HTTP/1.0)', async (t) => {
    const received = await talk('GET http://other.example/ HTTP/1.0\r\n\r\n')

    t.ok(received.endsWith('["/","/","",["host","other.example"]]!'))
  })

  t.test('OPTIONS * is about the server itself', async (t) => {
    const client = await connect()

    client.send(request('OPTIONS *'))

    t.ok((await client.until('!')).endsWith('["*","*","",["host","test"]]!'))
  })

  const refused = [
    ...['/a#b', '/%zz', '/%ff', '@evil.example', 'ftp://a/', 'http:///a', 'http://a b/'],
    ...['http://user@a.example/', 'http://a\\b/', 'http://a<b/', '/caf\xe9'],
  ]
  for (const target of refused) {
    t.test(`${target} gets 400 and a closed connection`, async (t) => {
      t.same(statuses(await talk(request(`GET ${target}`))), [400])
    })
  }
})
