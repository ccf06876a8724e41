// Plays a table of raw requests to all that read HTTP/1.1 here: see ../support/rawrequests.ts.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import t, { type Test } from 'tap'
import { proxy } from '../../lib/interop/proxy.ts'
import { toNode } from '../../lib/servers/hosted.ts'
import { RAW_REQUESTS, type RawRequest } from '../support/rawrequests.ts'
import {
  answer,
  httpApp,
  listening,
  RawClient,
  readAll,
  request,
  statuses,
} from '../support/sockets.ts'

/** What was asked for behind the request in question. */
const behind: string[] = []

const app = httpApp(async ({ path, queryString }, receive, send) => {
  if (path === '/behind') behind.push(queryString)
  await readAll(receive)
  await answer(send, path)
})

const SERVERS: Readonly<Record<string, (t: Test) => Promise<number>>> = {
  serve: async (t) => (await listening(t, app)).port,
  'serve without shortcuts': async (t) => (await listening(t, app, { shortcuts: false })).port,
  toNode: async (t) => {
    const listener = toNode(app)
    const server = createServer(listener).listen(0, '127.0.0.1')
    t.teardown(() => {
      server.closeAllConnections()
      server.close()
      return listener.close()
    })
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  },
  proxy: async (t) => {
    const { server } = await listening(t, app)
    const gateway = proxy(server.url ?? '')
    t.teardown(() => gateway.close())
    return (await listening(t, gateway)).port
  },
}

/** What is sent behind it, which says by its number whose it is. */
function next(number: number): string {
  return request(`GET /behind?${number}`, ['connection: close'])
}

/** Node's own refusal, which lets the next request pass; its answer is not sent. */
const LEFT_TO_HOSTS: ReadonlySet<string> = new Set(['toNode: no host'])

/** The statuses of all final answers, until the server has closed. */
async function play(port: number, bytes: string): Promise<number[]> {
  const socket = connect({ port, allowHalfOpen: true })
  const client = new RawClient(socket)
  await once(socket, 'connect')
  const received = await client.send(bytes).end()
  socket.destroy()
  return statuses(received).filter((status) => status >= 200)
}

/** Node may refuse what follows a close before the answer is written, so the answer is asked for alone. */
async function finals(port: number, { bytes, statuses, after }: RawRequest, number: number) {
  const both = await play(port, bytes + next(number))
  const isLast = after === 'closed' && statuses.includes(200)
  const alone = isLast ? await play(port, bytes) : both
  return { status: alone[0] ?? 0, others: both.slice(1) }
}

for (const [server, start] of Object.entries(SERVERS)) {
  t.test(`${RAW_REQUESTS.length} requests to ${server}`, async (t) => {
    behind.length = 0
    const port = await start(t)
    const plays = await Promise.all(RAW_REQUESTS.map((raw, number) => finals(port, raw, number)))

    for (const [number, { name, statuses, after }] of RAW_REQUESTS.entries()) {
      const { status = 0, others = [] } = plays[number] ?? {}
      t.ok(statuses.includes(status), `${name}: ${status}`)
      const isOpen = after === 'either' ? others.length > 0 : after === 'open' && status < 400
      t.same(others, isOpen ? [200] : [], `${name}: ${after}`)
      if (LEFT_TO_HOSTS.has(`${server}: ${name}`)) continue
      t.equal(behind.includes(String(number)), isOpen, `${name}: what is behind it`)
    }
  })
}
