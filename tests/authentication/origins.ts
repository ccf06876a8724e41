import t from 'tap'
import {
  assertOrigins,
  isForeignSocket,
  type Sender,
  senderOf,
} from '../../lib/authentication/origins.ts'
import type { HTTPScope } from '../../lib/types.ts'
import { httpScope, websocketScope } from '../support/scopes.ts'

t.test('senderOf: Fetch Metadata takes precedence over Origin', async (t) => {
  const cases: [headers: string[], Sender][] = [
    [['sec-fetch-site', 'same-origin'], 'own'],
    [['sec-fetch-site', 'none'], 'own'],
    [['sec-fetch-site', 'same-site'], 'foreign'],
    [['sec-fetch-site', 'cross-site'], 'foreign'],
    [['sec-fetch-site', 'Same-Origin'], 'foreign'],
    [['sec-fetch-site', 'cross-site', 'origin', 'http://testserver'], 'foreign'],
    [['sec-fetch-site', 'same-origin', 'origin', 'http://evil.example'], 'own'],
    [['origin', 'http://testserver'], 'own'],
    [['origin', 'https://testserver'], 'foreign'],
    [['origin', 'http://testserver:8000'], 'foreign'],
    [['origin', 'http://testserver.evil.example'], 'foreign'],
    [['origin', 'http://testserver.'], 'own'],
    [['origin', 'null'], 'foreign'],
    [['origin', ''], 'foreign'],
    [[], 'unknown'],
  ]
  for (const [fields, sender] of cases) {
    const scope = httpScope({ method: 'POST', headers: ['host', 'testserver', ...fields] })
    t.equal(senderOf(scope), sender, fields.join(' '))
  }
})

t.test('senderOf: a page of the Host of the request is accepted in any spelling', async (t) => {
  for (const [host, origin, sender] of [
    ['my_service:8000', 'http://my_service:8000', 'own'],
    ['my_service:8000', 'http://my_service', 'foreign'],
    ['example.org.', 'http://example.org.', 'own'],
    ['example.org.', 'http://example.org', 'own'],
    ['example.org:', 'http://example.org', 'own'],
    ['example.org.', 'http://example.org.evil', 'foreign'],
  ] as const) {
    const headers = ['host', host, 'origin', origin]
    t.equal(senderOf(httpScope({ method: 'POST', headers })), sender, `${host} ${origin}`)
    t.equal(senderOf(websocketScope({ headers })), sender, `a websocket: ${host} ${origin}`)
  }
})

t.test('senderOf: listed origins are accepted', async (t) => {
  const origins = ['https://admin.example.org']
  const scope = (...fields: string[]): HTTPScope => httpScope({ headers: ['host', 'a', ...fields] })

  t.equal(senderOf(scope('origin', 'https://admin.example.org'), origins), 'own')
  t.equal(senderOf(scope('origin', 'https://admin.example.org.'), origins), 'own')
  t.equal(senderOf(scope('origin', 'https://admin.example.org.evil'), origins), 'foreign')
  t.equal(
    senderOf(scope('origin', 'https://admin.example.org', 'sec-fetch-site', 'same-site'), origins),
    'own',
  )
})

t.test('senderOf: a handshake has an Origin of http, or no browser sent it', async (t) => {
  const scope = (...fields: string[]) => websocketScope({ headers: ['host', 'a', ...fields] })

  t.equal(senderOf(scope('origin', 'http://a')), 'own')
  t.equal(senderOf(scope('origin', 'http://b')), 'foreign')
  t.equal(senderOf(scope()), 'own')
  t.equal(senderOf({ ...scope('origin', 'https://a'), scheme: 'wss' }), 'own')
  t.equal(senderOf({ ...scope('origin', 'http://a'), scheme: 'wss' }), 'foreign')
  t.equal(senderOf(scope('origin', 'https://a')), 'own', 'a proxy has ended the encryption')
  t.equal(senderOf(scope('origin', 'https://b')), 'foreign')
  t.equal(senderOf(scope('origin', 'https://a:8443')), 'foreign')
  t.equal(senderOf(scope('origin', 'null')), 'foreign')
  t.equal(senderOf(scope('origin', 'http://a', 'sec-fetch-site', 'cross-site')), 'foreign')
})

t.test('a page of another origin may not open a websocket', async (t) => {
  const headers = ['host', 'a', 'origin', 'https://b']

  t.equal(isForeignSocket(websocketScope({ headers })), true)
  t.equal(isForeignSocket(websocketScope({ headers }), ['https://b']), false)
  t.equal(isForeignSocket(websocketScope({ headers }), '*'), false)
  t.equal(isForeignSocket(websocketScope({ headers: ['host', 'a'] })), false, 'no browser')
  t.equal(isForeignSocket(httpScope({ headers })), false, 'requests are for csrf()')
})

t.test('invalid origins throw at definition', async (t) => {
  assertOrigins('x', ['https://example.org', 'http://localhost:8000'])
  t.throws(() => assertOrigins('x', ['https://example.org/']), {
    name: 'TypeError',
    message:
      'x: an origin is a scheme and a host, "https://example.org/" was given. Write it as browsers do: "https://example.org".',
  })
  const text = 'https://example.org' as unknown as string[]
  t.throws(() => assertOrigins('x', text), /^x: origins must be a list, "https:.*" was given/)
})
