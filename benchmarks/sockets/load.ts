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
      return (await answerOf(child)) as SocketLoad
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => {
      reject(new Error(`startClient: the client ended with ${code}, what it said is above.`))
    }
    child.once('exit', onExit)
    child.once('message', (answer) => {
      child.off('exit', onExit)
      resolve(answer)
    })
  })
}
