import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { serve } from '../../../lib/servers/node.ts'
import type { App } from '../../../lib/types.ts'
import { answer, httpApp, listening, request } from '../../support/sockets.ts'

/** Everything that comes back for one request, until the connection ends. */
async function answerOf(t: Test, app: App): Promise<string> {
  const server = await serve(app, { port: 0, signals: [], onError: () => {} })
  t.teardown(() => server.close())
  const socket = connect(server.address.port ?? 0, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: example.org\r\n\r\n')
  let answer = ''
  for await (const chunk of socket.setEncoding('latin1')) answer += chunk
  return answer
}

t.test('sends the parts before the error, and no end', async (t) => {
  const answer = await answerOf(t, async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    await send({ type: 'http.response.body', body: Buffer.from('part'), moreBody: true })
    throw new Error('broken')
  })

  t.match(answer, /^HTTP\/1\.1 200 OK\r\n/)
  t.equal(answer.slice(answer.indexOf('\r\n\r\n')), '\r\n\r\n4\r\npart\r\n')
})

t.test('ends before an announced length', async (t) => {
  const answer = await answerOf(t, async (_scope, _receive, send) => {
    const headers = ['content-length', '10']
    await send({ type: 'http.response.start', status: 200, headers })
    await send({ type: 'http.response.body', body: Buffer.from('part'), moreBody: true })
    throw new Error('broken')
  })

  t.match(answer, /\r\ncontent-length: 10\r\n/)
  t.equal(answer.slice(answer.indexOf('\r\n\r\n')), '\r\n\r\npart')
})

t.test('sends an accepted head behind another response', async (t) => {
  const { talk } = await listening(
    t,
    httpApp(async ({ path }, _receive, send) => {
      if (path === '/1') {
        await new Promise((resolve) => setTimeout(resolve, 20))
        await answer(send, 'whole')
        return
      }
      await send({ type: 'http.response.start', status: 200, headers: ['x-a', 'b'] })
      await send({ type: 'http.response.body', body: Buffer.from('part'), moreBody: true })
      throw new Error('broken')
    }),
  )

  const received = await talk(request('GET /1') + request('HEAD /2'))

  t.match(received, /whole(?=HTTP\/1\.1 200 OK\r\nx-a: b\r\n)(?:.+\r\n)+\r\n$/)
})
