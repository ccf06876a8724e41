// The metrics of all workers, as the primary adds them up.
import t from 'tap'
import { Counts, type MetricsSnapshot } from '../../../lib/middleware/metrics/counts.ts'
import type { Peer } from '../../../lib/servers/cluster/peer.ts'
import { answerMetrics, setOf } from '../../../lib/servers/cluster/totals.ts'
import { eventually } from '../../support/sockets.ts'

/** The counts of a worker that has answered some requests and answers one more. */
function counted(times: number): MetricsSnapshot {
  const counts = new Counts({ buckets: [0.1, 1], prefix: 'shop_', maxSeries: 10 })
  counts.inFlight = times + 1
  const labels = { method: 'GET', route: '/' }
  const outcome = { status: 200, duration: 50, bytes: 10 } as Parameters<Counts['add']>[1]
  for (let time = 0; time < times; time++) counts.add(labels, outcome)
  return counts.snapshot()
}

/** A worker that tells its counts when it is asked, or is silent. */
function worker(snapshot: MetricsSnapshot, isSilent = false) {
  let end = (): void => {}
  const gone = new Promise<void>((resolve) => {
    end = resolve
  })
  const peer = {
    gone,
    tell: () => {
      if (!isSilent) void answerMetrics(['counts', snapshot] as never, peer)
      return true
    },
  } as unknown as Peer
  void answerMetrics(['counts', snapshot] as never, peer)
  return { peer, end }
}

t.test('counts of all workers are added, including ended ones', async (t) => {
  const set = setOf(counted(0))
  const one = worker(counted(3))
  const two = worker(counted(4), true)
  const total = async (): Promise<string> => String(await answerMetrics(['total', set], one.peer))

  const both = await total()
  t.match(both, 'shop_requests_total{method="GET",route="/",status="200"} 7\n')
  t.match(both, 'shop_requests_in_flight 2\n', 'one that is silent has told its counts before')
  t.match(both, 'shop_request_duration_seconds_count{method="GET",route="/"} 7\n')
  t.match(both, 'shop_response_body_bytes_total{method="GET",route="/"} 70\n')

  two.end()
  let text = ''
  await eventually(() => {
    void total().then((told) => {
      text = told
    })
    return text.includes('shop_requests_in_flight 1\n')
  }, 'the end of the second')
  t.match(text, 'shop_requests_total{method="GET",route="/",status="200"} 7\n')
  t.equal(await answerMetrics(['total', 'another set'], one.peer), '')
  one.end()
})
