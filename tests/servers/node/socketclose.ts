import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { forgetLost, whenLost } from '../../../lib/servers/node/socketclose.ts'

/** A connection to a server that says nothing. */
async function connection(t: Test): Promise<Socket> {
  const server = createServer((other) => other.resume()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const socket = connect(address.port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

t.test('all listeners are called once, through one listener on the connection', async (t) => {
  const socket = await connection(t)
  const before = socket.listenerCount('close')
  const told: string[] = []
  for (const name of ['a', 'b', 'c']) whenLost(socket, () => told.push(name))
  t.equal(socket.listenerCount('close'), before + 1)

  socket.destroy()
  await once(socket, 'close')

  t.same(told, ['a', 'b', 'c'])
})

t.test('a removed listener is not called', async (t) => {
  const socket = await connection(t)
  const told: string[] = []
  const listeners = ['a', 'b', 'c'].map((name) => () => {
    told.push(name)
  })
  for (const listener of listeners) whenLost(socket, listener)

  for (const listener of [listeners[1], listeners[1]]) {
    if (listener !== undefined) forgetLost(socket, listener)
  }
  socket.destroy()
  await once(socket, 'close')

  t.same(told, ['a', 'c'])
})

t.test('a connection that has already closed calls a listener immediately', async (t) => {
  const socket = await connection(t)
  socket.destroy()
  let told = false

  whenLost(socket, () => {
    told = true
  })

  t.equal(told, true)
})

t.test('nothing is removed without a listener', async (t) => {
  const socket = await connection(t)

  forgetLost(socket, () => {})

  socket.destroy()
})
