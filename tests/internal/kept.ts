// Promises that are kept while other work is done, all over the library.
import t from 'tap'
import { channels } from '../../lib/channels.ts'
import { fromFetch } from '../../lib/interop/fromfetch.ts'
import { Request } from '../../lib/requests.ts'
import { handledStore } from '../../lib/stores/handled.ts'
import type { Store } from '../../lib/stores.ts'
import { templates } from '../../lib/templating.ts'
import type { ReceiveMessage } from '../../lib/types.ts'
import { WebSocket } from '../../lib/websockets.ts'
import { httpScope, receiving, websocketScope } from '../support/scopes.ts'
import { unhandledIn } from '../support/unhandled.ts'

async function opened(...messages: readonly ReceiveMessage[]): Promise<WebSocket> {
  const all = [{ type: 'websocket.connect' } as const, ...messages]
  const websocket = new WebSocket(websocketScope(), receiving(all), async () => {})
  await websocket.accept()
  return websocket
}

const gone: ReceiveMessage = { type: 'websocket.disconnect', code: 1001, reason: '' }
const text: ReceiveMessage = { type: 'websocket.receive', text: '{' }
const bytes: ReceiveMessage = { type: 'websocket.receive', bytes: new Uint8Array(1) }

const failing = async (): Promise<never> => {
  throw new Error('away')
}

const away: Required<Store> = {
  get: failing,
  set: failing,
  setIfAbsent: failing,
  delete: failing,
  clear: failing,
  ttl: failing,
  touch: failing,
  increment: failing,
  spend: failing,
}

type Start = () => Promise<Promise<unknown>[]>

const starts: [title: string, start: Start][] = [
  ['websocket.receive()', async () => [(await opened(gone)).receive()]],
  ['websocket.receiveText()', async () => [(await opened(bytes)).receiveText()]],
  ['websocket.receiveBytes()', async () => [(await opened(text)).receiveBytes()]],
  ['websocket.receiveJSON()', async () => [(await opened(text)).receiveJSON()]],
  [
    'channels',
    async () => {
      const bus = channels()
      await bus.close()
      return [bus.publish('a', 'b'), bus.publishJSON('a', 1), bus.subscribe('a')]
    },
  ],
  [
    'a store that is away',
    async () => {
      const store = handledStore(away)
      return [
        store.get('a'),
        store.set('a', new Uint8Array(0), 1),
        store.delete('a'),
        store.setIfAbsent('a', new Uint8Array(0), 1),
        store.clear(),
        store.ttl('a'),
        store.touch('a', 1),
        store.increment('a', 1, { ttl: 1 }),
        ...(store.spend ? [store.spend('a', 1, [])] : []),
      ]
    },
  ],
  [
    'a template that cannot be rendered',
    async () => [templates({ render: failing })(new Request(httpScope()), 'page')],
  ],
  ['the request of a fetch handler', async () => fetchReads()],
]

/** What a fetch handler starts to read of a client that leaves. */
async function fetchReads(): Promise<Promise<unknown>[]> {
  const readings: Promise<unknown>[] = []
  for (const way of ['text', 'json', 'arrayBuffer', 'blob', 'formData'] as const) {
    const app = fromFetch((request) => {
      readings.push(request[way]())
      return new globalThis.Response(null)
    })
    const headers = ['host', 'testserver', 'transfer-encoding', 'chunked']
    // Servers answer so each time, and do not leave a later call waiting.
    const receive = async (): Promise<ReceiveMessage> => ({ type: 'http.disconnect' })
    await app(httpScope({ method: 'POST', headers }), receive, async () => {})
  }
  return readings
}

for (const [title, start] of starts) {
  t.test(`may be awaited later: ${title}`, async (t) => {
    let readings: Promise<unknown>[] = []
    const unhandled = await unhandledIn(async () => {
      readings = await start()
    })

    t.same(unhandled, [])
    t.ok(readings.length > 0)
    for (const reading of readings) await t.rejects(reading)
  })
}
