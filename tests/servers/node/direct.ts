import t, { type Test } from 'tap'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'
import type { ServeOptions } from '../../../lib/servers/node.ts'
import { listening, request } from '../../support/sockets.ts'

const app = Route('/', () => new PlainTextResponse('grüße', { headers: { 'x-a': 'caf\xe9' } }), {
  methods: ['GET', 'POST'],
})

/** What two requests on one connection get, with the date masked. */
async function exchangeOf(t: Test, first: string, options: ServeOptions = {}): Promise<string> {
  const { talk } = await listening(t, app, options)
  const received = await talk(first + request('GET /', ['connection: close']))
  return received.replace(/date: [^\r]+ GMT\r\n/gi, 'date\r\n').toLowerCase()
}

t.test('a client gets the same bytes with shortcuts and without', async (t) => {
  const requests = [
    request('GET /'),
    request('HEAD /'),
    request('POST /', ['content-length: 0']),
    'GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n',
    request('GET /missing'),
  ]
  for (const each of requests) {
    const direct = await exchangeOf(t, each)

    t.equal(direct, await exchangeOf(t, each, { shortcuts: false }), JSON.stringify(each))
    t.match(direct, /^http\/1\.1 \d\d\d [^\r]+\r\n/)
  }
})

t.test('in one write', async (t) => {
  const { connect } = await listening(t, app)
  const client = await connect()
  const parts: Buffer[] = []
  client.socket.on('data', (data) => parts.push(data))

  client.send(request('GET /'))

  await client.until('gr\xc3\xbc\xc3\x9fe')
  t.equal(parts.length, 1)
})

t.test('the limit of requests per connection is told as Node tells it', async (t) => {
  const received = await exchangeOf(t, request('GET /'), { maxRequestsPerSocket: 5 })

  t.match(received, '\r\nkeep-alive: timeout=5, max=5\r\n')
})

t.test('what time it is, is never older than a second', async (t) => {
  const { connect } = await listening(t, app)
  const client = await connect()
  const ages: number[] = []
  for (let count = 0; count < 12; count++) {
    client.received = ''
    client.send(request('GET /'))
    const date = /^date: (.+)\r$/im.exec(await client.until('gr\xc3\xbc\xc3\x9fe'))?.[1] ?? ''
    ages.push(Date.now() - Date.parse(date))
    await new Promise((resolve) => setTimeout(resolve, 110))
  }

  t.ok(
    ages.every((age) => age >= 0 && age < 2_000),
    String(ages),
  )
})
