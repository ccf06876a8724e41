import t from 'tap'
import { Work } from '../../../lib/interop/fromfetch/work.ts'
import { type FetchInfo, fromFetch } from '../../../lib/interop/fromfetch.ts'
import type { App } from '../../../lib/types.ts'
import { listening, request } from '../../support/sockets.ts'

t.test('ends immediately without work', async (t) => {
  t.equal(await new Work().done(), undefined)
})

t.test('waits for all work, including work that is added meanwhile', async (t) => {
  const done: string[] = []
  const { add, ...rest } = new Work()
  t.same(rest, {})
  const work = new Work()
  const later = async (name: string, ms: number, next?: () => void): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, ms))
    done.push(name)
    next?.()
  }
  work.add(later('slow', 10))
  work.add(later('fast', 1, () => work.add(later('added', 15))))

  await work.done()

  t.same(done.toSorted(), ['added', 'fast', 'slow'])
  add(Promise.resolve())
})

t.test('throws the first error after all work has ended', async (t) => {
  const work = new Work()
  let done = false
  work.add(Promise.reject(new Error('first')))
  work.add(Promise.reject(new Error('second')))
  work.add(
    new Promise<void>((resolve) => setTimeout(resolve, 5)).then(() => {
      done = true
    }),
  )

  await t.rejects(work.done(), { message: 'first' })
  t.ok(done)
})

t.test('the lifespan ends after the clean-up of a body and the work of a handler', async (t) => {
  const seen: string[] = []
  const later = async (what: string): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    seen.push(what)
  }
  const handler = (_: globalThis.Request, { waitUntil }: FetchInfo): globalThis.Response => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('begin')),
      cancel: () => {
        waitUntil(later('worked'))
        return later('cancelled')
      },
    })
    return new globalThis.Response(body)
  }
  const inner = fromFetch(handler)
  const app: App = async (scope, receive, send) => {
    if (scope.type !== 'lifespan') return inner(scope, receive, send)
    await receive()
    await send({ type: 'lifespan.startup.complete' })
    await receive()
    seen.push('lifespan')
    await send({ type: 'lifespan.shutdown.complete' })
  }
  const { server, connect } = await listening(t, app, { lifespan: 'on' })
  const client = await connect()
  await client.send(request('GET /')).until('begin')
  await client.leave()

  await server.close()

  t.same(seen.slice(0, 2).sort(), ['cancelled', 'worked'])
  t.equal(seen[2], 'lifespan')
})
