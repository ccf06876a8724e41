// Reads an event stream as browsers do, step by step as the standard says it (WHATWG HTML, 9.2.6), and looks at one while it is sent.
import type { SendMessage } from '../../lib/types.ts'

export interface Dispatched {
  readonly type: string
  readonly data: string
  readonly lastEventId: string
}

export interface Read {
  readonly events: Dispatched[]
  /** The last valid `retry`. */
  readonly retry: number | undefined
}

export function readEventStream(text: string): Read {
  const events: Dispatched[] = []
  let [data, type, lastEventId] = ['', '', '']
  let retry: number | undefined
  const rest = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)
  rest.pop() // what no line end follows is not processed
  for (const line of rest) {
    if (line === '') {
      if (data !== '')
        events.push({ type: type || 'message', data: data.slice(0, -1), lastEventId })
      data = type = ''
      continue
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') type = value
    if (field === 'data') data += `${value}\n`
    if (field === 'id' && !value.includes('\0')) lastEventId = value
    if (field === 'retry' && /^\d+$/.test(value)) retry = Number(value)
  }
  return { events, retry }
}

const decoder = new TextDecoder()

/** The parts of a streamed body as text. */
export function parts(messages: readonly SendMessage[]): string[] {
  return messages.flatMap((message) => {
    if (!('body' in message) || message.body === undefined) return []
    return [decoder.decode(message.body)]
  })
}

/** How many timers of this process are waiting. */
export function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}
