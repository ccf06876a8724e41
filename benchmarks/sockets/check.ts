// Does a server give the right messages? Asked by the client of ws, which is strict about frames.

import { once } from 'node:events'
import { type RawData, WebSocket } from 'ws'
import { type SocketApp, type SocketScenario, talks } from './scenarios.ts'

type Message = string | Uint8Array

/** A socket, and what has come over it. */
class Guest {
  readonly socket: WebSocket
  readonly #came: Message[] = []
  #wake: () => void = () => {}

  constructor(port: number) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/`)
    this.socket.on('message', (data: RawData, isBinary) => {
      const bytes = Buffer.concat(Array.isArray(data) ? data : [new Uint8Array(data)])
      this.#came.push(isBinary ? bytes : bytes.toString())
      this.#wake()
    })
  }

  /** The next messages, however long they take. */
  async next(count: number): Promise<Message[]> {
    while (this.#came.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#came.splice(0, count)
  }

  /** What came without being waited for. */
  get rest(): Message[] {
    return this.#came
  }
}

const checks: Record<SocketApp, (guests: Guest[], message: Message) => Promise<void>> = {
  echo: async (guests, message) => {
    const said = typeof message === 'string' ? [message, 'grüße 🫖', 'x'.repeat(70_000)] : [message]
    for (const { socket } of guests) for (const one of said) socket.send(one)
    for (const guest of guests) expectSame(await guest.next(said.length), said)
  },
  broadcast: async (guests, message) => {
    for (const { socket } of guests) {
      socket.send(message)
      for (const guest of guests) expectSame(await guest.next(1), [message])
    }
  },
}

/** Throws unless each gets what it should, in order and no more, and a close is answered. */
export async function checkSockets(port: number, scenario: SocketScenario): Promise<void> {
  const { app, message } = talks[scenario]
  const guests = Array.from({ length: 3 }, () => new Guest(port))
  const deadline = AbortSignal.timeout(5000)
  const late = once(deadline, 'abort').then(() => {
    throw new Error('checkSockets: messages are missing after 5 s.')
  })
  try {
    await Promise.race([late, Promise.all(guests.map(({ socket }) => once(socket, 'open')))])
    await Promise.race([late, checks[app](guests, message)])
    for (const guest of guests) {
      guest.socket.close(1000)
      const [code] = await Promise.race([late, once(guest.socket, 'close')])
      if (code !== 1000) throw new Error(`checkSockets: closed with ${code} instead of 1000.`)
      expectSame(guest.rest, [])
    }
  } finally {
    for (const { socket } of guests) socket.terminate()
  }
}

function expectSame(came: Message[], wanted: Message[]): void {
  const [got = '', right = ''] = [came, wanted].map((list) => list.map(shown).join(', '))
  if (got === right) return
  const shortly = (text: string) => `${text.slice(0, 200)} (${text.length} characters)`
  throw new Error(`checkSockets: expected ${shortly(right)}, but got ${shortly(got)}.`)
}

function shown(message: Message): string {
  if (typeof message === 'string') return JSON.stringify(message)
  return `<${Buffer.from(message).toString('hex')}>`
}
