import { Redis } from 'ioredis'
import t from 'tap'
import { storedBackend } from '../../../lib/middleware/sessions/stored.ts'
import { sessions } from '../../../lib/middleware/sessions.ts'
import { JSONResponse } from '../../../lib/responses.ts'
import { Route, Router } from '../../../lib/routing.ts'
import { handledStore } from '../../../lib/stores/handled.ts'
import { memoryStore, redisStore, StoreUnavailable } from '../../../lib/stores.ts'
import { testClient } from '../../../lib/testing/client.ts'
import { noRedis, RedisServer } from '../../support/redis.ts'

const router = Router([
  Route('/show', ({ session }) => new JSONResponse(session.data)),
  Route('/login', ({ session }) => {
    session.data.user = 'ada'
    return new JSONResponse(null)
  }),
  Route('/logout', ({ session }) => {
    session.destroy()
    return new JSONResponse(null)
  }),
])

t.test('a visitor can log out while Redis is full', { skip: noRedis }, async (t) => {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const redis = new Redis({ path: server.path })
  t.teardown(() => redis.disconnect())
  const client = await testClient(sessions({ store: redisStore({ client: redis }) })(router))
  t.teardown(client.close)
  const { headers } = await client.get('/login')
  const cookie = String(headers.get('set-cookie')).split(';')[0] ?? ''
  const show = async (): Promise<unknown> =>
    (await client.get('/show', { headers: { cookie } })).json()
  t.same(await show(), { user: 'ada' })

  await redis.config('SET', 'maxmemory', '1')
  await t.rejects(redis.set('a', 'b'), /^OOM/)
  const { status, headers: cleared } = await client.get('/logout')

  t.equal(status, 200)
  t.match(cleared.get('set-cookie'), /Max-Age=0/i)
  t.same(await show(), {}, 'the id is worth nothing any more')
  t.equal(await redis.dbsize(), 0)
})

t.test('a failed deletion throws, whether the mark was stored or not', async (t) => {
  const inner = memoryStore()
  const away = async (): Promise<never> => {
    throw new StoreUnavailable('gone')
  }
  for (const set of [inner.set.bind(inner), away]) {
    const backend = storedBackend({ ...handledStore(inner), set, delete: away }, 60)
    await t.rejects(backend.remove('a'.repeat(43)), { name: 'StoreUnavailable', message: 'gone' })
  }
})
