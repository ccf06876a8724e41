import t from 'tap'
import { makeRunningServer, type RunOptions } from '../../lib/servers/running.ts'

function start(
  options: RunOptions = {},
  address: { host: string; port: number | null } = { host: '::1', port: 80 },
) {
  const log: string[] = []
  let end = (): void => {}
  const drained = new Promise<void>((resolve) => {
    end = resolve
  })
  const server = makeRunningServer(
    {
      address,
      drain: () => {
        log.push('drain')
        return drained
      },
      cut: () => void log.push('cut'),
      shutDown: async () => void log.push('shut down'),
    },
    { signals: [], ...options },
  )
  return { server, log, end }
}

t.test('has the address that it listens on', async (t) => {
  t.equal(start().server.url, 'http://[::1]:80')
  t.equal(start({}, { host: '127.0.0.1', port: 8000 }).server.url, 'http://127.0.0.1:8000')
  t.equal(start({}, { host: '/tmp/x', port: null }).server.url, undefined)
})

t.test('closes once: exchanges end, then the app shuts down', async (t) => {
  const { server, log, end } = start()
  const closing = server.close()
  t.equal(server.close(), closing)
  t.same(log, ['drain'])
  end()

  await closing
  await server.closed
  t.same(log, ['drain', 'shut down'])
})

t.test('exchanges over the grace time are aborted', async (t) => {
  const { server, log } = start({ gracePeriodMs: 5 })

  await server.close()

  t.same(log, ['drain', 'cut', 'shut down'])
})

t.test('a signal closes it', async (t) => {
  const controller = new AbortController()
  const { server, log, end } = start({ signal: controller.signal })
  controller.abort()
  end()

  await server.closed
  t.same(log, ['drain', 'shut down'])
})

t.test('a shutdown that fails or takes too long is reported', async (t) => {
  const address = { host: 'h', port: 1 }
  const drain = async (): Promise<void> => {}
  const slow = makeRunningServer(
    { address, drain, cut: () => {}, shutDown: () => new Promise(() => {}) },
    { signals: [], shutdownTimeoutMs: 5 },
  )
  await t.rejects(slow.close(), /the app's shutdown took more than 5 ms/)
  await t.rejects(slow.closed, /shutdown/)

  const broken = makeRunningServer(
    { address, drain, cut: () => {}, shutDown: () => Promise.reject(new Error('broken')) },
    { signals: [] },
  )
  await t.rejects(broken.close(), { message: 'broken' })
})
