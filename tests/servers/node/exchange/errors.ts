// What an app that fails is answered with.
import t from 'tap'
import { ClientDisconnected } from '../../../../lib/exceptions.ts'
import type { App, Send, SendMessage } from '../../../../lib/types.ts'
import { bodyOf, httpApp, listening, request, statuses } from '../../../support/sockets.ts'

const START: SendMessage = { type: 'http.response.start', status: 200, headers: [] }
const PART: SendMessage = { type: 'http.response.body', body: Buffer.from('part'), moreBody: true }

const BEFORE: [string, App, unknown][] = [
  ['throws', () => Promise.reject(new Error('early')), /early/],
  [
    'throws after the start',
    async (_scope, _receive, send) => {
      await send(START)
      throw new Error('held')
    },
    /held/,
  ],
  [
    'throws at once',
    () => {
      throw new Error('sync')
    },
    /sync/,
  ],
  ['rejects with undefined', () => Promise.reject(undefined), /rejected with nothing/],
  ['rejects with a text', () => Promise.reject('just text'), 'just text'],
  [
    'throws ClientDisconnected while the client is there',
    () => Promise.reject(new ClientDisconnected()),
    undefined,
  ],
  ['returns without a response', async () => {}, /the app ended without a response\. Is a return/],
  // What JavaScript, without types, may write.
  ['returns no promise', (() => undefined) as unknown as App, /ended without a response/],
  [
    'returns after the start',
    async (_scope, _receive, send) => {
      await send(START)
    },
    /ended before its response was complete/,
  ],
]

for (const [name, app, expected] of BEFORE) {
  t.test(`an app that ${name} gets a 500, and the connection stays open`, async (t) => {
    const { connect, errors } = await listening(t, app, { lifespan: 'off' })
    const client = await connect()
    client.send(request('GET /'))
    await client.until('Internal Server Error\r\n')
    client.send(request('GET /', ['connection: close']))

    const received = await client.end()

    t.same(statuses(received), [500, 500])
    t.match(received, /\r\ncontent-type: text\/plain; charset=utf-8\r\ncontent-length: 21\r\n/)
    t.match(bodyOf(received), /^Internal Server Error/)
    if (expected === undefined) t.same(errors, [])
    else {
      t.equal(errors.length, 2)
      const [error] = errors
      t.match(error instanceof Error ? error.message : error, expected)
    }
  })
}

const AFTER: [string, (send: Send) => Promise<void>, RegExp][] = [
  ['throws', () => Promise.reject(new Error('late')), /late/],
  ['returns', async () => {}, /ended before its response was complete\. Is a last body message/],
  ['rejects with undefined', () => Promise.reject(undefined), /rejected with nothing/],
]

for (const [name, rest, expected] of AFTER) {
  t.test(`an app that ${name} in the middle aborts the response`, async (t) => {
    const { talk, errors } = await listening(
      t,
      httpApp(async (_scope, _receive, send) => {
        await send(START)
        await send(PART)
        await new Promise((resolve) => setTimeout(resolve, 10))
        await rest(send)
      }),
    )

    const received = await talk(request('GET /'))

    t.equal(bodyOf(received), '4\r\npart\r\n')
    t.equal(errors.length, 1)
    t.match(errors[0], { message: expected })
  })
}
