// What receive promises, under every server.
import t from 'tap'
import type { App, ReceiveMessage } from '../../lib/types.ts'
import { SERVERS } from '../support/everyserver.ts'

for (const [name, open] of Object.entries(SERVERS)) {
  t.test(`simultaneous calls of receive get each message once under ${name}`, async (t) => {
    let received: ReceiveMessage[] = []
    let finish: () => void = () => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    const app: App = async (scope, receive, send) => {
      if (scope.type !== 'http') return
      const all = Promise.all([receive(), receive(), receive()])
      await send({ type: 'http.response.start', status: 204, headers: [] })
      await send({ type: 'http.response.body' })
      received = await all
      finish()
    }
    const get = await open(t, app)

    t.equal((await get('/')).status, 204)
    await finished

    t.same(
      received.map(({ type }) => type),
      ['http.request', 'http.disconnect', 'http.disconnect'],
    )
  })
}
