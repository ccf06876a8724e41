// One limit for several processes, in a real Redis.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { noRedis, RedisServer } from '../../support/redis.ts'

const WORKERS = 4
const WORKER = fileURLToPath(new URL('../../support/worker.js', import.meta.url))

t.test('four workers share one limit exactly', { skip: noRedis }, async (t) => {
  const redis = new RedisServer()
  await redis.start()
  t.teardown(redis.close)

  const runs = await Promise.all(
    Array.from({ length: WORKERS }, () =>
      promisify(execFile)(process.execPath, [WORKER, redis.path, '60', '100']),
    ),
  )

  const passed = runs.map(({ stdout }) => Number(stdout))
  t.equal(
    passed.reduce((sum, count) => sum + count, 0),
    100,
    passed.join(' + '),
  )
})
