// Streamed responses share a buffer: no response may write over the bytes that another client has not read.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import t from 'tap'
import { CERTIFICATE } from '../../../support/certificate.ts'
import { secureSocket } from '../../../support/secureclient.ts'
import { bodyOf, dechunked, httpApp, listening, request } from '../../../support/sockets.ts'

const SIZE = 1_000

/** Answers `/a/300` with 300 parts of the letter a, of which many belong to one turn. */
const app = httpApp(async ({ path }, _receive, send) => {
  const [, letter = '', count = ''] = path.split('/')
  const body = Buffer.alloc(SIZE, letter)
  await send({ type: 'http.response.start', status: 200, headers: [] })
  for (let index = 0; index < Number(count); index++) {
    await send({ type: 'http.response.body', body, moreBody: true })
    if (index % 100 === 99) await new Promise(setImmediate)
  }
  await send({ type: 'http.response.body' })
})

/** Whether a client that begins to read after a while gets its letter, and nothing else. */
async function isRight(
  socket: Socket,
  letter: string,
  count: number,
  pauseMs: number,
): Promise<boolean> {
  socket.pause()
  socket.write(request(`GET /${letter}/${count}`, ['connection: close']))
  await new Promise((resolve) => setTimeout(resolve, pauseMs))
  const body = dechunked(bodyOf((await buffer(socket)).toString('latin1')))
  return body === letter.repeat(SIZE * count)
}

t.test('clients that read slowly get their own bytes', async (t) => {
  for (const tls of [undefined, CERTIFICATE]) {
    const { port } = await listening(t, app, { lifespan: 'off', ...(tls && { tls }) })
    const connected = async (): Promise<Socket> => {
      if (tls !== undefined) return secureSocket(t, port, { ALPNProtocols: ['http/1.1'] })
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    }
    const all = async (letters: string, count: number, pauseMs: number): Promise<boolean[]> =>
      Promise.all(
        [...letters].map(async (letter) => isRight(await connected(), letter, count, pauseMs)),
      )
    // More than the buffers of a connection hold.
    const slow = all('abcdef', 10_000, 300)
    for (let round = 0; round < 10; round++) {
      t.same(new Set(await all('ghijkl', 150, 0)), new Set([true]))
    }
    t.same(await slow, Array(6).fill(true))
  }
})
