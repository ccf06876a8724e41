import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import t from 'tap'
import { beforeWrite, beginTurn } from '../../../../lib/servers/node/websockets/turns.ts'

t.test('writes of one turn are held back after the first, until its end', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const [[accepted], ...sockets] = await Promise.all([
    once(server, 'connection') as Promise<[Socket]>,
    ...[0, 1].map(async () => {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      return { socket, lastTurn: -1 }
    }),
  ])
  t.teardown(() => {
    accepted.destroy()
    for (const { socket } of sockets) socket.destroy()
    server.close()
  })
  for (let round = 0; round < 2; round++) {
    const corked: number[][] = []
    for (let index = 0; index < 3; index++) {
      for (const one of sockets) {
        beforeWrite(one.socket, one)
        one.socket.write('x')
      }
      corked.push(sockets.map(({ socket }) => socket.writableCorked))
    }
    t.same(corked, [
      [0, 0],
      [1, 1],
      [1, 1],
    ])

    await new Promise((resolve) => setImmediate(resolve))

    t.same(
      sockets.map(({ socket }) => socket.writableCorked),
      [0, 0],
    )
  }

  for (const one of sockets) {
    beforeWrite(one.socket, one)
    beginTurn()
    beforeWrite(one.socket, one)
  }

  t.same(
    sockets.map(({ socket }) => socket.writableCorked),
    [0, 0],
    'a message that has come begins another turn',
  )
})
