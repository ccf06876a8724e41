// LS-EVT-1: events that are delivered after the response, and drained at shutdown.
import t from 'tap'
import { events } from '../../lib/events.ts'
import { Application, HTTPException, PlainTextResponse, Route } from '../../lib/index.ts'
import { serve } from '../../lib/servers/node.ts'
import { testClient } from '../../lib/testing/client.ts'
import { eventually } from '../support/sockets.ts'

t.test('LS-EVT-1: an event waits for the end of the response', async (t) => {
  const order: string[] = []
  const shop = events({ sold: (id: number) => void order.push(`heard ${id}`) })
  const app = Application({
    routes: [
      Route('/', (request) => {
        void shop.emit('sold', 1, { after: request })
        void shop.emit('sold', 2, { after: request })
        t.match(shop.counts, { waiting: 2 })
        return new PlainTextResponse('sold', { background: () => void order.push('background') })
      }),
    ],
  })
  await using client = await testClient(app)
  t.equal(await (await client.get('/')).text(), 'sold')
  await eventually(() => order.length === 3, 'both were heard')
  t.same(order, ['background', 'heard 1', 'heard 2'])
})

t.test('LS-EVT-1: an event of a handler that fails is dropped', async (t) => {
  const heard: number[] = []
  const shop = events({ sold: (id: number) => heard.push(id) })
  let dropped: Promise<void> | undefined
  const app = Application({
    routes: [
      Route('/', (request) => {
        dropped = shop.emit('sold', 1, { after: request })
        throw new HTTPException(409)
      }),
    ],
  })
  await using client = await testClient(app)
  t.equal((await client.get('/')).status, 409)
  await dropped
  t.same(heard, [])
  t.match(shop.counts, { dropped: 1, waiting: 0 })
})

t.test('LS-EVT-1: a full queue is answered by 503', async (t) => {
  const shop = events({ sold: () => new Promise(() => {}) }, { concurrency: 1, maxWaiting: 1 })
  const app = Application({
    routes: [
      Route('/', () => {
        void shop.emit('sold', 1)
        return new PlainTextResponse('sold')
      }),
    ],
  })
  await using client = await testClient(app)
  t.equal((await client.get('/')).status, 200)
  t.equal((await client.get('/')).status, 200)
  const refused = await client.get('/')
  t.equal(refused.status, 503)
  t.ok(refused.headers.has('retry-after'))
})

t.test('LS-EVT-1: a server that closes lets listeners end', async (t) => {
  const heard: number[] = []
  async function* lifespan() {
    await using shop = events({
      sold: async (id: number) => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        heard.push(id)
      },
    })
    yield { shop }
  }
  const app = Application({
    lifespan,
    routes: [
      Route('/', (request) => {
        void request.state.shop.emit('sold', 1, { after: request })
        void request.state.shop.emit('sold', 2)
        return new PlainTextResponse('sold')
      }),
    ],
  })
  const server = await serve(app, { port: 0 })
  t.equal(await (await fetch(server.url ?? '')).text(), 'sold')
  await server.close()
  t.same(heard.sort(), [1, 2])
})
