// A process that sends requests to a limited app of its own, and tells how many were let through.
import { Redis } from 'ioredis'
import { rateLimit } from '../../lib/middleware/ratelimit.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { redisStore } from '../../lib/stores.ts'
import { testClient } from '../../lib/testing/client.ts'

const [path = '', requests = '', max = ''] = process.argv.slice(2)
const redis = new Redis({ path })
const options = { limits: [{ max: Number(max), seconds: 86_400 * 365 }], name: 'workers' }
const app = rateLimit({ ...options, store: redisStore({ client: redis }) })(
  Route('/', () => new PlainTextResponse('hello')),
)
const client = await testClient(app)
const answers = await Promise.all(Array.from({ length: Number(requests) }, () => client.get('/')))
console.log(answers.filter(({ status }) => status === 200).length)
await client.close()
redis.disconnect()
