import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { toWorker } from '../../lib/servers/workers.ts'
import { type Served, start, testRequests, testWebSockets } from '../support/onruntime.ts'
import { missing } from '../support/runtimes.ts'
import { makeWorker } from '../support/workerd.ts'

t.test('has the shape of a Worker', async (t) => {
  const app = Application({
    routes: [
      Route('/', ({ scope }) => {
        const { info } = (scope.extensions?.['fetch'] ?? {}) as { info: { NAME: string } }
        return new PlainTextResponse(info.NAME)
      }),
    ],
  })
  const works: Promise<unknown>[] = []
  const context = { waitUntil: (work: Promise<unknown>) => void works.push(work) }

  const response = await toWorker(app).fetch(
    new globalThis.Request('http://h/'),
    { NAME: 'a binding' },
    context,
  )

  t.equal(await response.text(), 'a binding')
})

t.test('on workerd, without any of Node', { skip: missing('workerd', 'esbuild') }, async (t) => {
  let served: Served | undefined
  const get = (): Served => {
    if (served === undefined) throw new Error('it was not started')
    return served
  }
  t.test('starts', async () => {
    const { binary, config, folder } = await makeWorker({
      entry: fileURLToPath(new URL('../support/fetchworker.js', import.meta.url)),
      sockets: [{ name: 'main' }],
    })
    t.teardown(() => rmSync(folder, { recursive: true }))
    const addressIn = (line: string): string | undefined => {
      const { event, port } = JSON.parse(line)
      return event === 'listen' ? `http://127.0.0.1:${port}` : undefined
    }
    served = await start(t, binary, ['serve', '--control-fd=1', config], addressIn)
  })
  testRequests(t, get)
  testWebSockets(t, get)
})
