import t from 'tap'
import { fromFetch } from '../../lib/interop/fromfetch.ts'
import { installLightResponse } from '../../lib/interop/lazyresponse.ts'
import { testClient } from '../../lib/testing/client.ts'
import { fetchApps } from '../support/fetchapps.ts'
import { call, httpScope } from '../support/scopes.ts'

t.test('replaces the global class until it is restored', async (t) => {
  const Real = globalThis.Response
  const restore = installLightResponse()
  t.teardown(restore)

  t.not(globalThis.Response, Real)
  const response = new globalThis.Response('hello')
  t.ok(response instanceof Real)
  t.ok((await fetch('data:,x')) instanceof globalThis.Response)
  t.equal(await response.text(), 'hello')
  restore()
  t.equal(globalThis.Response, Real)
})

t.test('handlers answer the same with it', async (t) => {
  for (const [name, make] of Object.entries(fetchApps)) {
    const answers = async (): Promise<unknown[]> => {
      await using client = await testClient(fromFetch(make()))
      const seen: unknown[] = []
      for (const path of ['/', '/items/7', '/stream', '/cookies', '/error', '/missing']) {
        const response = await client.get(path)
        const headers = [...response.headers].map(([key, value]) => [key, value.toLowerCase()])
        seen.push([path, response.status, headers, await response.text()])
      }
      seen.push((await client.head('/')).status)
      return seen
    }
    const wanted = await answers()
    const restore = installLightResponse()
    t.teardown(restore)
    t.same(await answers(), wanted, name)
    restore()
  }
})

t.test('a body that is available is sent in one message, and an empty one in none', async (t) => {
  const restore = installLightResponse()
  t.teardown(restore)
  for (const [body, text] of [
    ['héllo', 'héllo'],
    [null, ''],
  ] as const) {
    const sent = await call(
      fromFetch(() => new globalThis.Response(body)),
      httpScope(),
    )

    t.equal(sent.length, 2)
    t.match(sent[1], { type: 'http.response.body', body: Buffer.from(text) })
  }
})
