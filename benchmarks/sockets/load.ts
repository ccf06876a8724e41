// Starting a client in its own process, and asking it to talk.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Request, SocketLoad } from './client.ts'
import type { SocketScenario } from './scenarios.ts'

export interface SocketClient {
  pid: number
  /** Talks for a time, and to the end of what was said by then. */
  talk(seconds: number): Promise<SocketLoad>
  stop(): Promise<void>
}

const clientFile = fileURLToPath(new URL('./client.js', import.meta.url))

/** A client whose sockets are all open. */
export async function startClient(port: number, scenario: SocketScenario): Promise<SocketClient> {
  const child = fork(clientFile, [`${port}`, scenario], {
    execArgv: ['--no-memory-reducer'],
  })
  await answerOf(child)
  return {
    pid: child.pid ?? 0,
    talk: async (seconds) => {
      const request: Request = { seconds }
      child.send(request)
      return (await answerOf(child, seconds)) as SocketLoad
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}

/** How long a server may take beyond what it was given, before it counts as silent. */
const patience = 30_000

function answerOf(child: ChildProcess, seconds = 0): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        reject(new Error('startClient: the server left something unanswered.'))
      },
      patience + seconds * 1000,
    )
    const onExit = (code: number | null): void => {
      clearTimeout(timer)
      reject(new Error(`startClient: the client ended with ${code}, what it said is above.`))
    }
    child.once('exit', onExit)
    child.once('message', (answer) => {
      clearTimeout(timer)
      child.off('exit', onExit)
      resolve(answer)
    })
  })
}
