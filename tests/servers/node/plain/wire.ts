import t, { type Test } from 'tap'
import { PlainTextResponse } from '../../../../lib/responses.ts'
import { Route } from '../../../../lib/routing.ts'
import type { ServeOptions } from '../../../../lib/servers/node.ts'
import { stopTimers } from '../../../support/clock.ts'
import { eventually, listening, type RawClient, request } from '../../../support/sockets.ts'

const app = Route('/', () => new PlainTextResponse('grüße', { headers: { 'x-a': 'caf\xe9' } }), {
  methods: ['GET', 'POST'],
})

/** What two requests on one connection get, one after the other, with the date masked. */
async function exchangeOf(t: Test, first: string, options: ServeOptions = {}): Promise<string> {
  const { connect } = await listening(t, app, options)
  const client = (await connect()).send(first)
  await eventually(() => client.received !== '', 'the first answer')
  const received = await client.send(request('GET /', ['connection: close'])).end()
  return received.replace(/date: [^\r]+ GMT\r\n/gi, 'date\r\n').toLowerCase()
}

t.test('a client gets the same bytes with shortcuts and without', async (t) => {
  const requests = [
    request('GET /'),
    request('HEAD /'),
    request('POST /', ['content-length: 0']),
    request('POST /', ['content-length: 3'], 'abc'),
    'GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n',
    request('GET /missing'),
  ]
  for (const each of requests) {
    for (const keepAliveTimeoutMs of [5_000, 1_500, 0]) {
      const ours = await exchangeOf(t, each, { keepAliveTimeoutMs })
      const theirs = await exchangeOf(t, each, { keepAliveTimeoutMs, shortcuts: false })

      t.equal(ours, theirs, JSON.stringify(each))
      t.match(ours, /^http\/1\.1 \d\d\d [^\r]+\r\n/)
    }
  }
})

t.test('a response is sent in one write', async (t) => {
  const { connect } = await listening(t, app)
  const client = await connect()
  const parts: Buffer[] = []
  client.socket.on('data', (data) => parts.push(data))

  client.send(request('GET /'))

  await client.until('gr\xc3\xbc\xc3\x9fe')
  t.equal(parts.length, 1)
})

t.test('the limit of requests per connection is announced as Node does', async (t) => {
  const received = await exchangeOf(t, request('GET /'), { maxRequestsPerSocket: 5 })

  t.match(received, '\r\nkeep-alive: timeout=5, max=5\r\n')
})

/** How old the Date of a response is, in ms. */
async function ageOfDate(client: RawClient): Promise<number> {
  client.received = ''
  const asked = Date.now()
  client.send(request('GET /'))
  const date = /^date: (.+)\r$/im.exec(await client.until('gr\xc3\xbc\xc3\x9fe'))?.[1] ?? ''
  return asked - Date.parse(date)
}

t.test('the Date field is never older than a second', async (t) => {
  const { connect } = await listening(t, app)
  const client = await connect()
  const ages: number[] = []
  for (let count = 0; count < 12; count++) {
    ages.push(await ageOfDate(client))
    await new Promise((resolve) => setTimeout(resolve, 110))
  }

  t.ok(
    ages.every((age) => age < 2_000),
    String(ages),
  )
})

t.test('timers of a test that never fire do not stop the Date field', async (t) => {
  const { connect } = await listening(t, app)
  const client = await connect()
  // By then the date of earlier tests is made anew.
  await new Promise((resolve) => setTimeout(resolve, 1_010))
  await t.test('a response without timers', async (t) => {
    stopTimers(t)
    t.ok((await ageOfDate(client)) < 2_000)
  })
  await new Promise((resolve) => setTimeout(resolve, 2_010))

  const age = await ageOfDate(client)

  t.ok(age < 2_000, String(age))
})
