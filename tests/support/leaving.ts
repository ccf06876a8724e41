// A client that can go while a response is sent to it, and a source without end.
import { ClientDisconnected } from '../../lib/exceptions.ts'
import type { Response } from '../../lib/responses.ts'
import type { HTTPScope, SendMessage } from '../../lib/types.ts'
import { httpScope, receiving } from './scopes.ts'

/** A client that can go: then sends reject and listeners are told, as a server does it. */
export class Client {
  readonly messages: SendMessage[] = []
  readonly scope: HTTPScope = httpScope({ onDisconnect: (listener) => this.#listen(listener) })
  listeners = 0
  #gone = false
  #leave: (() => void)[] = []
  /** What is called with each message that is sent. */
  onMessage: (message: SendMessage) => unknown = () => {}

  #listen(listener: () => void): void {
    this.listeners++
    if (this.#gone) listener()
    else this.#leave.push(listener)
  }

  leave(): void {
    this.#gone = true
    for (const listener of this.#leave) listener()
  }

  async get(response: Response<never>): Promise<void> {
    await response.respond(this.scope, receiving([]), async (message) => {
      if (this.#gone) throw new ClientDisconnected()
      this.messages.push(message)
      await this.onMessage(message)
    })
  }
}

/** A source that notes how far it was pulled, and how often it was told to stop. */
export function ticks(log: string[], hang?: Promise<unknown>): AsyncGenerator<string> {
  return (async function* () {
    try {
      for (let tick = 0; ; tick++) {
        log.push(`made ${tick}`)
        yield `${tick}`
        await hang
      }
    } finally {
      log.push('stopped')
    }
  })()
}
