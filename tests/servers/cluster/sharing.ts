// Runs alone: it starts processes that start processes.
import t from 'tap'
import { startCluster } from '../../support/clusterprocess.ts'
import { eventually } from '../../support/sockets.ts'

const skip = process.platform === 'win32' && 'signals are not sent on Windows'

t.test('state that two workers share is exact, and outlives them', { skip }, async (t) => {
  const { child, output, until, ask, url } = startCluster(t, {}, {}, 'sharing')
  await until('all ready')
  /** Asks on new connections, which are dealt out to the workers in turn. */
  const askAll = (count: number, path: string): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, () => ask(path)))
  const pids = new Set(await askAll(4, '/pid'))
  t.equal(pids.size, 2)
  let cookie = ''
  const visit = async (): Promise<string> => {
    const headers = { connection: 'close', ...(cookie !== '' && { cookie }) }
    const response = await fetch(`${url()}/shared/visits`, { headers })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return response.text()
  }

  await t.test('limits, counters, sessions and caches', async (t) => {
    const limited = await askAll(60, '/shared/limited')
    t.equal(limited.filter((answer) => answer === 'passed').length, 20)

    const counts = await askAll(40, '/count')
    t.equal(new Set(counts).size, 40)
    t.equal(Math.max(...counts.map(Number)), 40)

    const passed = (await askAll(2, '/many')).map(Number)
    t.equal((passed[0] ?? 0) + (passed[1] ?? 0), 800)

    for (let count = 1; count <= 4; count++) t.equal(await visit(), String(count))
    // A response is stored while it is sent, so the other worker may be asked before it is there.
    let cached = await askAll(4, '/shared/cached')
    for (let round = 0; round < 200 && new Set(cached).size > 1; round++) {
      cached = await askAll(4, '/shared/cached')
    }
    t.equal(new Set(cached).size, 1)
  })

  await t.test('the memory is limited', async (t) => {
    t.equal(await ask('/full'), 'false,true,true')
  })

  await t.test('in every worker they are a store, and channels', async (t) => {
    t.same(await askAll(2, '/checked'), ['fine', 'fine'])
  })

  await t.test('channels connect the workers', async (t) => {
    for (const words of ['one', 'two', 'three']) await ask(`/say/${words}`)
    let answers: string[] = []
    for (let round = 0; round < 200 && answers.join() !== 'one,two,three,one,two,three'; round++) {
      answers = await askAll(2, '/heard')
    }
    t.same(answers, ['one,two,three', 'one,two,three'])
  })

  await t.test('a scrape adds the counts of all workers', async (t) => {
    for (const text of await askAll(2, '/metrics')) {
      t.match(text, 'http_requests_total{method="GET",route="/shared/visits",status="200"} 4\n')
      t.match(text, 'le="+Inf"} 4\n')
      t.match(text, 'http_requests_in_flight 0\n')
    }
  })

  await t.test('shared state stays when workers are replaced or crash', async (t) => {
    child.kill('SIGHUP')
    await eventually(() => output.text.split('port ').length === 5, 'the next workers')
    for (let next = new Set(pids); [...next].some((pid) => pids.has(pid)); ) {
      next = new Set(await askAll(4, '/pid'))
    }
    t.equal(await visit(), '5')
    t.equal(await ask('/count'), '41')
    t.equal(await ask('/heard'), 'one,two,three', 'the history')
    const crashed = ask('/crash').catch(() => 'crashed')
    t.equal(await crashed, 'crashed')
    await eventually(() => output.text.split('port ').length === 6, 'the next worker')
    t.equal(await visit(), '6')
    t.match(await ask('/metrics'), 'route="/shared/visits",status="200"} 6\n')
  })

  await t.test('a primary that does not answer is a 503', async (t) => {
    const connections = new Set<string>()
    const { Agent, get } = await import('node:http')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    t.teardown(() => agent.destroy())
    const onOne = (path: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        get(url() + path, { agent }, (response) => {
          connections.add(String(response.socket.localPort))
          response.resume().on('end', () => resolve(response.statusCode))
        }).on('error', reject)
      })
    t.equal(await onOne('/hasty'), 200)
    child.kill('SIGSTOP')
    t.equal(await onOne('/hasty'), 503)
    t.equal(await onOne('/pid'), 200)
    child.kill('SIGCONT')
    await eventually(() => connections.size === 1, 'one connection')
    t.equal(await onOne('/hasty'), 200)
  })
})
