import t from 'tap'
import { pauseAfter } from '../../../lib/servers/cluster/backoff.ts'

t.test('pauses double, up to ten seconds', async (t) => {
  t.same([0, 1, 2, 3, 4, 8, 50].map(pauseAfter), [0, 100, 200, 400, 800, 10_000, 10_000])
})
