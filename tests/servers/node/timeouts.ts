// Slow clients are let go, advisories 111 and 124; idle ones too.
import t, { type Test } from 'tap'
import {
  answer,
  bodyOf,
  eventually,
  httpApp,
  listening,
  request,
  statuses,
} from '../../support/sockets.ts'

const fine = httpApp((_scope, _receive, send) => answer(send, 'fine'))

t.test('a head that takes too long gets 408, or no answer', async (t) => {
  const { connect } = await listening(t, fine, { headersTimeoutMs: 100 })
  const [begun, silent] = [await connect(), await connect()]
  const drip = setInterval(() => begun.send('x'), 20)
  t.teardown(() => clearInterval(drip))
  begun.send('GET / HTTP/1.1\r\nhost: test\r\nx: ')

  t.same(statuses(await begun.end()), [408])
  clearInterval(drip)
  t.same(statuses(await silent.end()), [408])
})

t.test('a body that takes too long gets 408', async (t) => {
  const types: string[] = []
  const { connect, errors } = await listening(
    t,
    httpApp(async (_scope, receive) => {
      for (;;) {
        const { type } = await receive()
        types.push(type)
        if (type === 'http.disconnect') return
      }
    }),
    { requestTimeoutMs: 100 },
  )
  const client = await connect()
  client.send(request('POST /', ['content-length: 10'], 'part'))

  t.same(statuses(await client.end()), [408])
  await eventually(() => types.length === 2, 'the disconnect')
  t.same(types, ['http.request', 'http.disconnect'])
  t.same(errors, [])
})

t.test('an idle connection is closed in time, and a used one is kept', async (t) => {
  for (let idleMs = 200; !(await isKept(t, idleMs)); idleMs *= 3);
})

/** Whether a client was quick enough to use its connection all the time, which shows something then. */
async function isKept(t: Test, keepAliveTimeoutMs: number): Promise<boolean> {
  const { connect } = await listening(t, fine, { keepAliveTimeoutMs })
  const client = await connect()
  for (let round = 1; round <= 3; round++) {
    const started = performance.now()
    client.send(request('GET /'))
    const isAnswered = (): boolean => statuses(client.received).length === round
    await eventually(() => isAnswered() || client.ended, 'an answer')
    await new Promise((resolve) => setTimeout(resolve, keepAliveTimeoutMs / 4))
    if (performance.now() - started > keepAliveTimeoutMs / 2) return false
    t.ok(isAnswered())
  }
  t.notOk(client.ended)

  await client.end()
  t.equal(client.error, '')
  return true
}

t.test('times of 0 mean no limit', async (t) => {
  const { talk } = await listening(t, fine, { headersTimeoutMs: 0, requestTimeoutMs: 0 })

  t.equal(bodyOf(await talk(request('GET /', ['connection: close']))), 'fine')
})

t.test('the number of requests for each connection is limited', async (t) => {
  const { connect } = await listening(t, fine, { maxRequestsPerSocket: 2 })
  const client = await connect()
  client.send(request('GET /') + request('GET /') + request('GET /'))

  const received = await client.until('503')

  t.same(statuses(received), [200, 200, 503])
  t.match(received, /fine(?:.|\r\n)*connection: close(?:.|\r\n)*fine/i)
})
