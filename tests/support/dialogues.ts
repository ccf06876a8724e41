// Plays a conversation to the rules of a protocol, without an app or a server.
import { LintError } from '../../lib/testing/lint/faults.ts'
import type { Message, Protocol } from '../../lib/testing/lint/protocol.ts'

/** `>` is sent by the app, `<` is given by the server; `ask` is a call of receive. */
export type Step = readonly ['>' | '<', Message] | 'ask' | 'end' | readonly ['end', string]

/** The message of the first fault, or '' when all is well; throws what is no fault. */
export function play<State>(protocol: Protocol<State>, steps: readonly Step[]): string {
  let state = protocol.start
  try {
    for (const step of steps) {
      if (step === 'ask') protocol.receiving(state)
      else if (step === 'end') protocol.ended(state, undefined)
      else if (step[0] === 'end') protocol.ended(state, step[1])
      else if (step[0] === '>') state = protocol.sent(state, step[1])
      else state = protocol.received(state, step[1])
    }
  } catch (error) {
    if (error instanceof LintError) return error.message
    throw error
  }
  return ''
}
