// The clients of the soak: each goes on until it is told to rest, and notes what went wrong.
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

/** What the clients share. */
export interface Round {
  readonly port: number
  isOver: boolean
  readonly counts: Map<string, number>
  readonly faults: string[]
}

export type Client = (round: Round) => Promise<void>

function count({ counts }: Round, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}

function fault({ faults }: Round, what: string): void {
  if (faults.length < 1000) faults.push(`${new Date().toISOString()} ${what}`)
}

interface Asked {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds between two chunks that are read. */
  readonly pauseMs?: number
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

function ask({ port }: Round, agent: Agent, path: string, asked: Asked = {}): Promise<Answer> {
  const { method = 'GET', body, headers = {}, pauseMs = 0 } = asked
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path, method, agent, headers }, (response) => {
      read(response, pauseMs).then((text) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      }, reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function read(response: IncomingMessage, pauseMs: number): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of response) {
    parts.push(part)
    if (pauseMs > 0) await sleep(pauseMs)
  }
  return Buffer.concat(parts).toString()
}

/** Asks until the round is over; each answer must be the expected one. */
async function asking(round: Round, what: string, one: () => Promise<boolean>): Promise<void> {
  while (!round.isOver) {
    try {
      if (await one()) count(round, what)
      else fault(round, `${what}: another answer`)
    } catch (error) {
      fault(round, `${what}: ${(error as Error).message}`)
    }
  }
}

const kept = (): Agent => new Agent({ keepAlive: true, maxSockets: 1 })

const plain: Client = async (round) => {
  const agent = kept()
  await asking(round, 'plain', async () => (await ask(round, agent, '/')).text === 'hello')
  agent.destroy()
}

/** A few requests on each connection; after some sixty requests comes what is no request. */
const churn: Client = async (round) => {
  let turn = 0
  while (!round.isOver) {
    const agent = kept()
    for (let left = 1 + (turn++ % 5); left > 0 && !round.isOver; left--) {
      const body = `${turn} ${left}`
      await ask(round, agent, '/echo', { method: 'POST', body }).then(
        ({ text }) => (text === body ? count(round, 'churn') : fault(round, `churn: ${text}`)),
        (error: Error) => fault(round, `churn: ${error.message}`),
      )
    }
    agent.destroy()
    if (turn % 20 === 0) await malformed(round)
  }
}

const BROKEN = [
  'GET / HTTP/1.1\r\nbad\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n',
  'G\0T / HTTP/1.1\r\nhost: a\r\n\r\n',
  `GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
]

function malformed(round: Round): Promise<void> {
  const text = BROKEN[(round.counts.get('malformed') ?? 0) % BROKEN.length] ?? ''
  return new Promise((resolve) => {
    let received = ''
    const socket = connect(round.port, '127.0.0.1', () => socket.write(text))
    socket.setTimeout(15_000, () => socket.destroy(new Error('no answer')))
    socket.on('data', (data) => {
      received += data.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    socket.on('close', () => {
      count(round, 'malformed')
      if (!/^HTTP\/1\.1 4\d\d /.test(received)) fault(round, `malformed: ${received.slice(0, 40)}`)
      resolve()
    })
  })
}

const visits: Client = async (round) => {
  const agent = kept()
  let cookie = ''
  let expected = 0
  await asking(round, 'sessions', async () => {
    const { text, headers } = await ask(
      round,
      agent,
      '/visits/',
      cookie === '' ? {} : { headers: { cookie } },
    )
    cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? cookie
    return text === String(++expected)
  })
  agent.destroy()
}

/** Sends a part of a body, and goes away. */
const aborting: Client = async (round) => {
  while (!round.isOver) {
    await new Promise<void>((resolve) => {
      const socket = connect(round.port, '127.0.0.1', () => {
        socket.write('POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n')
        socket.write(Buffer.alloc(100_000), () => socket.destroy())
      })
      socket.on('error', () => {})
      socket.on('close', () => resolve())
    })
    count(round, 'aborted uploads')
    await sleep(20)
  }
}

/**
 * Each on a connection of its own: a server that ends may have written all, and closed, long before a slow reader
 * sends its next request.
 */
const slow: Client = async (round) => {
  const agent = new Agent()
  const one = async (): Promise<boolean> =>
    (await ask(round, agent, '/large', { pauseMs: 30 })).text.length === 1 << 20
  await asking(round, 'slow readers', one)
  agent.destroy()
}

/** An event stream ends well when its server does; the client comes back. */
const events: Client = async (round) => {
  while (!round.isOver) {
    await new Promise<void>((resolve) => {
      const sent = request(
        { port: round.port, host: '127.0.0.1', path: '/events', agent: false },
        (response) => {
          let heard = 0
          response.on('data', () => {
            if (heard++ === 0) count(round, 'event streams')
            if (round.isOver || heard === 100) response.destroy()
          })
          response.on('error', (error) => {
            if (!response.destroyed || error.message !== 'aborted') return
            if (!round.isOver && heard < 100) fault(round, `event streams: ${error.message}`)
          })
          response.on('close', () => resolve())
        },
      )
      sent.on('error', (error) => {
        if (!round.isOver) fault(round, `event streams: ${error.message}`)
        resolve()
      })
      sent.end()
    })
  }
}

/** Messages are answered until the server says that it ends (1012). */
const sockets: Client = async (round) => {
  while (!round.isOver) {
    await new Promise<void>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${round.port}/socket`)
      let sent = 0
      const next = (): void => socket.send(String(++sent))
      socket.on('open', next)
      socket.on('message', (data) => {
        if (String(data) !== String(sent)) fault(round, `websockets: ${data} for ${sent}`)
        count(round, 'websocket messages')
        if (round.isOver || sent === 500) socket.close(1000)
        else next()
      })
      socket.on('error', (error) => fault(round, `websockets: ${error.message}`))
      socket.on('close', (code) => {
        if (code !== 1000 && code !== 1012) fault(round, `websockets: closed with ${code}`)
        resolve()
      })
    })
  }
}

/** How many there are of each. */
export const CLIENTS: readonly Client[] = [
  ...Array.from({ length: 6 }, () => plain),
  ...Array.from({ length: 4 }, () => churn),
  ...Array.from({ length: 2 }, () => visits),
  ...Array.from({ length: 2 }, () => aborting),
  ...Array.from({ length: 3 }, () => slow),
  ...Array.from({ length: 4 }, () => events),
  ...Array.from({ length: 3 }, () => sockets),
]
