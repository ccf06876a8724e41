// Server-sent events as a real browser takes them. The page posts what it has seen.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import {
  EventSourceResponse,
  HTMLResponse,
  lastEventId,
  Response,
  type ServerSentEvent,
} from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'
import { noBrowser } from '../../support/browser.ts'
import { listening } from '../../support/sockets.ts'
import { openPage } from '../../support/windows.ts'

/** Writes down all that an EventSource tells, and posts it once a function says that it is enough. */
const page = (isEnough: string, names: readonly string[] = []): string => `<!doctype html>
<meta charset="utf-8">
<script>
  const seen = []
  const source = new EventSource('/events')
  const note = (entry) => {
    seen.push(entry)
    if (!(${isEnough})(seen, source)) return
    source.close()
    fetch('/seen', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(seen) })
  }
  source.onopen = () => {
    note('open')
    fetch('/open')
  }
  source.onerror = () => note(source.readyState === EventSource.CLOSED ? 'closed' : 'lost')
  for (const name of ['message', ...${JSON.stringify(names)}]) {
    source.addEventListener(name, ({ type, data, lastEventId }) => note({ type, data, lastEventId }))
  }
</script>`

type Events = (lastId: string | null, connection: number) => Response<never> | EventSourceResponse

/** Serves the page and the events, opens it, and resolves to what it posts. */
async function watch(
  t: Parameters<typeof openPage>[0],
  html: string,
  events: Events,
  onOpen: () => void = () => {},
): Promise<{ seen: unknown; ids: (string | null)[]; errors: unknown[] }> {
  const ids: (string | null)[] = []
  let post = (_seen: unknown): void => {}
  const posted = new Promise((resolve) => (post = resolve))
  const { port, errors } = await listening(
    t,
    Application({
      routes: [
        Route('/', () => new HTMLResponse(html)),
        Route('/events', (request) => {
          ids.push(lastEventId(request))
          return events(ids.at(-1) ?? null, ids.length) as Response<never>
        }),
        Route('/open', () => {
          onOpen()
          return new Response(null, { status: 204 })
        }),
        Route('/seen', {
          post: async (request) => {
            post(await request.json())
            return new Response(null, { status: 204 })
          },
        }),
      ],
    }),
  )
  await openPage(t, `http://127.0.0.1:${port}/`)
  return { seen: await posted, ids, errors }
}

t.test('a browser', { skip: noBrowser, timeout: 50_000 }, async (t) => {
  await t.test('receives texts, lines, names and ids unchanged', async (t) => {
    const given: (ServerSentEvent | string)[] = [
      'plain',
      { comment: 'nobody\nsees: this' },
      { data: ' é 😀 \r\ntwo\rthree\n\nfour:\u2028 ' },
      { event: 'news', id: 'ü 1', data: '{"a":1}' },
      { data: 'data: x\n\nevent: admin\ndata: y' },
      { event: 'news', data: '' },
      { event: 'unheard', data: 'a' },
      { id: '', data: 'last' },
    ]
    const { seen, errors } = await watch(
      t,
      page('(seen) => seen.at(-1).data === "last"', ['news', 'admin']),
      () => new EventSourceResponse(given),
    )

    t.same(seen, [
      'open',
      { type: 'message', data: 'plain', lastEventId: '' },
      { type: 'message', data: ' é 😀 \ntwo\nthree\n\nfour:\u2028 ', lastEventId: '' },
      { type: 'news', data: '{"a":1}', lastEventId: 'ü 1' },
      { type: 'message', data: 'data: x\n\nevent: admin\ndata: y', lastEventId: 'ü 1' },
      { type: 'news', data: '', lastEventId: 'ü 1' },
      { type: 'message', data: 'last', lastEventId: '' },
    ])
    t.same(errors, [])
  })

  await t.test('reconnects with its last id, until it gets a 204', async (t) => {
    const { seen, ids } = await watch(
      t,
      page('(seen) => seen.at(-1) === "closed"'),
      (id, count) => {
        if (count === 4) return new Response(null, { status: 204 }) as Response<never>
        const next = Number(id?.slice(1) ?? 0) + 1
        const events = async function* (): AsyncGenerator<ServerSentEvent> {
          yield { id: `é${next}`, data: `event ${next}` }
          if (count === 2) throw new Error('the producer breaks')
        }
        return new EventSourceResponse(events(), { retry: 10 })
      },
    )

    t.same(ids, [null, 'é1', 'é2', 'é3'])
    t.same(seen, [
      ...['open', { type: 'message', data: 'event 1', lastEventId: 'é1' }, 'lost'],
      ...['open', { type: 'message', data: 'event 2', lastEventId: 'é2' }, 'lost'],
      ...['open', { type: 'message', data: 'event 3', lastEventId: 'é3' }, 'lost'],
      'closed',
    ])
  })

  await t.test('is open before the first event, and its close stops the producer', async (t) => {
    let stopped = (): void => {}
    const end = new Promise<void>((resolve) => (stopped = resolve))
    let opened = (): void => {}
    const open = new Promise<void>((resolve) => (opened = resolve))
    const waiting = async function* (): AsyncGenerator<string> {
      try {
        await open
        for (;;) {
          yield 'first'
          await sleep(1)
        }
      } finally {
        stopped()
      }
    }
    const html = page('(seen) => seen.length === 2')
    const { seen, errors } = await watch(t, html, () => new EventSourceResponse(waiting()), opened)

    t.same(seen, ['open', { type: 'message', data: 'first', lastEventId: '' }])
    await end
    t.same(errors, [])
  })
})
