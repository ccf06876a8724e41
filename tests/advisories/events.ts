// Published advisories about server-sent events, and that they do not work here. Each test is named
// by the advisory, attacks a server through a socket, and then asks the same server once more.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { EventSourceResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { type Dispatched, readEventStream } from '../support/eventstream.ts'
import { bodyOf, dechunked, listening, request, statuses } from '../support/sockets.ts'

/** Every way to end a line, and what an attacker would put behind it. */
const LINE_ENDS = ['\n', '\r', '\r\n', '\n\n', '\r\r', '\r\n\r\n', '\n\r', '\u2028', '\0\n']
const INJECTED = 'event: admin\ndata: forged\nid: 666\nretry: 0\n\n'
const TEXTS = LINE_ENDS.flatMap((end) => [`a${end}${INJECTED}`, `${end}${INJECTED}`, `a${end}`])

t.test(
  'h3 CVE-2026-33128, GHSA-4hxc-9384-m385, Hono f4123ed9: a text cannot add an event',
  async (t) => {
    const app = Application({
      routes: [
        alive,
        Route('/{field}', (request) => {
          const text = request.queryParams.get('text') ?? ''
          const { field } = request.pathParams
          const event = field === 'text' ? text : { data: 'real', [field]: text }
          return new EventSourceResponse([event, 'next'])
        }),
      ],
    })
    const served = await listening(t, app)
    const ask = async (field: string, text: string): Promise<[Dispatched[], string]> => {
      const target = `GET /${field}?text=${encodeURIComponent(text)}`
      const received = await served.talk(request(target, ['connection: close']))
      t.same(statuses(received), [200])
      const stream = Buffer.from(bodyOf(received), 'latin1').toString()
      return [readEventStream(dechunked(stream)).events, stream]
    }

    await t.test('id and event with a line end throw before the event is sent', async (t) => {
      for (const field of ['id', 'event']) {
        for (const text of TEXTS) {
          const [events, stream] = await ask(field, text)
          t.same(events, [])
          t.notMatch(stream, /admin|forged|666/)
        }
      }
      const refused = served.errors.splice(0)
      t.equal(refused.length, 2 * TEXTS.length)
      for (const error of refused) t.match(error, { message: /must be one line without control/ })
    })

    await t.test('data and texts with line ends are sent as several lines', async (t) => {
      for (const field of ['data', 'text']) {
        for (const text of TEXTS) {
          const [events] = await ask(field, text)
          const data = text.replaceAll(/\r\n|\r/g, '\n')
          t.same(events, [
            { type: 'message', data, lastEventId: '' },
            { type: 'message', data: 'next', lastEventId: '' },
          ])
        }
      }
    })

    await t.test('comments with line ends are sent as comments', async (t) => {
      for (const text of TEXTS) {
        const [events, stream] = await ask('comment', text)
        t.same(
          events.map(({ data }) => data),
          ['real', 'next'],
        )
        t.notMatch(stream, /^(?:event|id|retry)/m)
      }
    })

    await t.test('retry must be a whole number', async (t) => {
      for (const text of TEXTS) t.same((await ask('retry', text))[0], [])
      t.equal(served.errors.splice(0).length, TEXTS.length)
    })

    await assertAlive(t, served)
    t.same(served.errors, [])
  },
)
