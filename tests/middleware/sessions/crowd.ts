import { Redis } from 'ioredis'
import t from 'tap'
import { sessions } from '../../../lib/middleware/sessions.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'
import { redisStore } from '../../../lib/stores.ts'
import { testClient } from '../../../lib/testing/client.ts'
import { noRedis, RedisServer } from '../../support/redis.ts'

const VISITORS = 300

t.test(
  'many simultaneous visitors have their own sessions in Redis',
  { skip: noRedis },
  async (t) => {
    const server = new RedisServer()
    await server.start()
    t.teardown(server.close)
    const redis = new Redis({ path: server.path })
    t.teardown(() => redis.disconnect())
    const app = Route('/{name}', ({ session, pathParams: { name } }) => {
      session.data.visits = [...((session.data.visits as string[] | undefined) ?? []), name]
      return new PlainTextResponse(JSON.stringify(session.data.visits))
    })
    // On a loaded machine, 900 visits at once take longer than the default allows.
    const store = redisStore({ client: redis, timeoutMs: 60_000 })
    const client = await testClient(sessions({ store })(app))
    t.teardown(client.close)
    const visit = async (name: string): Promise<string> => {
      let cookie = ''
      let seen = ''
      for (const step of [1, 2, 3]) {
        const response = await client.get(`/${name}-${step}`, { headers: { cookie } })
        cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
        seen = await response.text()
      }
      return seen
    }

    const names = Array.from({ length: VISITORS }, (_, index) =>
      `visitor ${index}`.replace(' ', '-'),
    )
    const seen = await Promise.all(names.map(visit))

    t.same(
      seen,
      names.map((name) => JSON.stringify([`${name}-1`, `${name}-2`, `${name}-3`])),
    )
    t.equal(await redis.dbsize(), VISITORS)
  },
)
