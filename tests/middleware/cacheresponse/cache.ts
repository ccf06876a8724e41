import t from 'tap'
import { ClientDisconnected } from '../../../lib/exceptions.ts'
import { KeptPaths } from '../../../lib/middleware/cacheresponse/keptpaths.ts'
import { cacheResponse } from '../../../lib/middleware/cacheresponse.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { memoryStore } from '../../../lib/stores.ts'
import type { Send } from '../../../lib/types.ts'
import { caching, counted, gated, keptOnce, settled } from '../../support/caching.ts'
import { call, httpScope, receiving } from '../../support/scopes.ts'
import { responseOf } from '../../support/sent.ts'

t.test('requests for the same resource wait for the first one', async (t) => {
  const one = gated()
  const get = caching(one.app)
  await keptOnce(get, one)
  const all = Promise.all(Array.from({ length: 50 }, () => get()))
  await settled()
  t.equal(one.count, 1)
  one.release()

  t.same(new Set((await all).map(({ text }) => text)), new Set(['answer 1']))
})

t.test('requests for another variant call the app, once', async (t) => {
  const one = gated({ vary: 'accept' })
  const get = caching(one.app)
  await keptOnce(get, one)
  const all = Promise.all(['a', 'b', 'b', 'a'].map((accept) => get(['accept', accept])))
  await settled()
  one.release()
  await settled()
  one.release()
  const texts = (await all).map(({ text }) => text)

  t.equal(one.count, 2)
  t.same(texts, ['answer 1', 'answer 2', 'answer 2', 'answer 1'])
})

t.test('a response that is no longer cacheable is not shared', async (t) => {
  const fields: Record<string, string> = {}
  const one = gated(fields)
  const get = caching(one.app)
  await keptOnce(get, one)
  fields['cache-control'] = 'private'
  const all = Promise.all([get(), get(), get()])
  await settled()
  t.equal(one.count, 1)
  one.release()
  await settled()
  t.equal(one.count, 3)
  one.release()

  t.equal(new Set((await all).map(({ text }) => text)).size, 3)
})

t.test('the first requests for a path run in parallel', async (t) => {
  for (const headers of [{}, { 'cache-control': 'private' }]) {
    const one = gated(headers)
    const get = caching(one.app)
    const all = Promise.all(Array.from({ length: 5 }, () => get()))
    await settled()

    t.equal(one.count, 5)
    one.release()
    t.equal(new Set((await all).map(({ text }) => text)).size, 5)
  }
})

t.test('long polls never wait for each other', async (t) => {
  const one = gated({ 'cache-control': 'no-store' })
  const get = caching(one.app)
  for (const since of [1, 2, 3]) {
    one.count = 0
    const poll = { queryString: `since=${since}` }
    const both = Promise.all([get([], poll), get([], poll)])
    await settled()

    t.equal(one.count, 2)
    one.release()
    await both
  }
})

t.test('after an uncacheable response, requests for the path do not wait', async (t) => {
  const fields: Record<string, string> = {}
  const one = gated(fields)
  const get = caching(one.app)
  await keptOnce(get, one)
  fields['cache-control'] = 'no-store'
  const refused = get([], { queryString: 'since=1' })
  await settled()
  one.release()
  await refused
  const both = Promise.all([get(), get()])
  await settled()

  t.equal(one.count, 3)
  one.release()
  await both
})

t.test('an error goes to one request; the others call the app', async (t) => {
  let count = 0
  const get = caching(async (scope, receive, send) => {
    if (++count === 2) {
      await settled()
      throw new Error('kaput')
    }
    await new PlainTextResponse('fine').respond(scope, receive, send)
  })
  await get([], { queryString: 'first' })
  const [first, second] = await Promise.allSettled([get(), get()])

  t.match(first, { reason: { message: 'kaput' } })
  t.match(second, { value: { text: 'fine' } })
})

t.test('if the first client disconnects, another request takes its place', async (t) => {
  let count = 0
  const get = caching(async (scope, receive, send) => {
    const mine = ++count
    await settled()
    if (mine === 2) throw new ClientDisconnected()
    await new PlainTextResponse('fine').respond(scope, receive, send)
  })
  await get([], { queryString: 'first' })
  const [first, ...others] = await Promise.allSettled([get(), get(), get()])

  t.match(first, { reason: { name: 'ClientDisconnected' } })
  t.match(others, [{ value: { text: 'fine' } }, { value: { text: 'fine' } }])
  t.equal(count, 3)
})

t.test('a slow client does not delay others', async (t) => {
  const cached = cacheResponse({ store: memoryStore() })(counted().app)
  await call(cached, httpScope({ queryString: 'first' }))
  let release = (): void => {}
  const slow: Send = () =>
    new Promise((resolve) => {
      release = resolve
    })
  const first = cached(httpScope(), receiving([]), slow)
  const second = responseOf(await call(cached, httpScope()))

  t.equal(second.text, 'answer 2')
  release()
  await settled()
  release()
  await first
})

t.test('a response that was outdated by a change is not cached', async (t) => {
  const one = gated()
  const cached = cacheResponse({ store: memoryStore() })
  const first = call(cached(one.app), httpScope())
  await settled()
  await call(cached(counted().app), httpScope({ method: 'POST' }))
  one.release()
  await first
  const second = call(cached(one.app), httpScope())
  await settled()
  one.release()
  await second

  t.equal(one.count, 2)
})

t.test('requests for an uncacheable path do not wait for each other again', async (t) => {
  const one = gated({ 'cache-control': 'private' })
  const get = caching(one.app)
  const first = get()
  await settled()
  one.release()
  await first

  const all = Promise.all(Array.from({ length: 5 }, () => get()))
  await settled()
  t.equal(one.count, 6, 'all five are with the app')
  one.release()
  t.equal(new Set((await all).map(({ text }) => text)).size, 5)
})

t.test('a path that becomes cacheable is shared again', async (t) => {
  let isPrivate = true
  const one = gated()
  const get = caching((scope, receive, send) =>
    one.app(scope, receive, (message) => {
      if (message.type !== 'http.response.start' || !isPrivate) return send(message)
      return send({ ...message, headers: [...message.headers, 'cache-control', 'private'] })
    }),
  )
  const go = async (requests: Promise<unknown>): Promise<void> => {
    await settled()
    one.release()
    await requests
  }
  await go(get())
  isPrivate = false
  await go(get())

  t.equal((await get()).headers.get('age'), '0')
  t.equal(one.count, 2)
})

t.test('requests with cookies do not wait, and others do not wait for them', async (t) => {
  const one = gated({ 'cache-control': 'public, max-age=9' })
  const get = caching(one.app)
  await keptOnce(get, one)
  const all = Promise.all([get(['cookie', 'a=1']), get(['cookie', 'a=2']), get(), get()])
  await settled()

  t.equal(one.count, 3, 'only those without cookies are one')
  one.release()
  t.equal(new Set((await all).map(({ text }) => text)).size, 3)
})

t.test('a response to cookies does not stop others from waiting for each other', async (t) => {
  const one = gated()
  const get = caching(one.app)
  await keptOnce(get, one)
  const visitor = get(['cookie', 'a=1'])
  await settled()
  one.release()
  await visitor
  const all = Promise.all([get(), get(), get()])
  await settled()

  t.equal(one.count, 2)
  one.release()
  await all
})

t.test('a response that was outdated during a request with cookies is not cached', async (t) => {
  const one = gated({ 'cache-control': 'public, max-age=9' })
  const cached = cacheResponse({ store: memoryStore() })
  const headers = ['host', 'testserver', 'cookie', 'a=1']
  const first = call(cached(one.app), httpScope({ headers }))
  await settled()
  await call(cached(counted().app), httpScope({ method: 'POST' }))
  one.release()
  await first

  t.equal(responseOf(await call(cached(counted().app), httpScope())).text, 'answer 1')
})

t.test('the 5,000 most recently used paths are remembered', async (t) => {
  const paths = new KeptPaths()
  for (let count = 0; count < 5_000; count++) paths.add(`/${count}`)
  t.ok(paths.has('/0'))
  paths.add('/another')

  t.ok(paths.has('/0'))
  t.notOk(paths.has('/1'))
  t.ok(paths.has('/another'))
})
