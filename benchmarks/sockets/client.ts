// The child process that talks to a server: one server, one scenario, as the parent asks.
//
// It speaks raw frames over node:net, with one buffer for all that comes: the client of ws would cost
// more than the servers do, and then it would be measured how long they wait for it.

import { connect, type Socket } from 'node:net'
import { argv } from 'node:process'
import { clientFrame, FrameReader, opcodes } from './frames.ts'
import { type SocketScenario, talks } from './scenarios.ts'

/** What a stretch of time came to. */
export interface SocketLoad {
  /** That came, and of them those which should not. */
  messages: number
  wrong: number
  seconds: number
  /** Milliseconds of each broadcast, until the last socket had it. */
  latencies: number[]
}

export interface Request {
  seconds: number
}

const [, , port = '', scenario = ''] = argv
const { app, connections, inFlight, message } = talks[scenario as SocketScenario]
const payload = typeof message === 'string' ? Buffer.from(message) : message
const opcode = typeof message === 'string' ? opcodes.text : opcodes.binary
const frame = clientFrame(opcode, payload)
/** As many as can be answered at once, so that they go out in one write as they would have come. */
const frames = Buffer.concat(Array.from({ length: inFlight }, () => frame))

const incoming = Buffer.alloc(65_536)
let onMessages: (socket: Socket, count: number) => void = () => {}
let wrong = 0

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let count = 0
    let head = ''
    let isOpen = false
    const reader = new FrameReader((kind, size, data, start) => {
      if (kind === opcode) {
        count++
        if (size !== payload.byteLength) wrong++
      } else if (kind === opcodes.ping) {
        socket.write(clientFrame(opcodes.pong, data.slice(start, start + size)))
      } else throw new Error(`client: a frame of kind ${kind} came.`)
    })
    const onread = {
      buffer: incoming,
      callback: (length: number) => {
        if (!isOpen) {
          // No server says anything before it is asked.
          head += incoming.toString('latin1', 0, length)
          isOpen = head.endsWith('\r\n\r\n')
          if (isOpen && head.startsWith('HTTP/1.1 101 ')) resolve(socket)
          else if (isOpen) reject(new Error(`client: 101 is right, but ${head} came.`))
          return true
        }
        reader.read(incoming, length)
        if (count > 0) {
          const came = count
          count = 0
          onMessages(socket, came)
        }
        return true
      },
    }
    const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true, onread })
    socket.on('error', reject)
    socket.on('close', () => {
      throw new Error('client: the server closed a connection.')
    })
    socket.write(
      [
        'GET / HTTP/1.1',
        `Host: 127.0.0.1:${port}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        '\r\n',
      ].join('\r\n'),
    )
  })
}

const sockets: Socket[] = []
while (sockets.length < connections) {
  const batch = Array.from({ length: Math.min(50, connections - sockets.length) }, open)
  sockets.push(...(await Promise.all(batch)))
}

/** Each socket says so many things, and says one more for each that comes back. */
function echo(seconds: number): Promise<SocketLoad> {
  return new Promise((resolve) => {
    const started = performance.now()
    let messages = 0
    let underWay = connections * inFlight
    let isOver = seconds === 0
    setTimeout(() => {
      isOver = true
    }, seconds * 1000)
    wrong = 0
    onMessages = (socket, count) => {
      messages += count
      if (!isOver) {
        socket.write(count === inFlight ? frames : frames.subarray(0, count * frame.length))
        return
      }
      underWay -= count
      if (underWay > 0) return
      resolve({ messages, wrong, seconds: (performance.now() - started) / 1000, latencies: [] })
    }
    for (const socket of sockets) socket.write(frames)
  })
}

/** The first socket says something; when all have it, it does so again. */
function broadcast(seconds: number): Promise<SocketLoad> {
  return new Promise((resolve) => {
    const started = performance.now()
    const latencies: number[] = []
    let said = started
    let missing = connections
    wrong = 0
    onMessages = (_socket, count) => {
      missing -= count
      if (missing > 0) return
      const now = performance.now()
      latencies.push(now - said)
      const taken = (now - started) / 1000
      if (taken < seconds) {
        missing += connections
        said = now
        sockets[0]?.write(frame)
      } else resolve({ messages: latencies.length * connections, wrong, seconds: taken, latencies })
    }
    sockets[0]?.write(frame)
  })
}

process.on('message', async ({ seconds }: Request) => {
  process.send?.(await (app === 'echo' ? echo(seconds) : broadcast(seconds)))
})
process.on('disconnect', () => process.exit())
process.send?.('open')
