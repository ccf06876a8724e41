// How the child process of a measurement tells where it listens, and when it ends.

import { stdin, stdout } from 'node:process'
import type { Running } from './contender.ts'

/** Writes the port as a line of JSON, and stops when the parent says so or is gone. */
export function announce(running: Running): void {
  let stopping = false
  async function stop(): Promise<void> {
    if (stopping) return
    stopping = true
    // A contender that waits for idle connections must not hold up the next measurement.
    setTimeout(() => process.exit(), 500).unref()
    await running.close()
    process.exit()
  }

  process.on('SIGTERM', stop)
  // The parent holds the other end: it closes even when the parent is killed outright.
  stdin.on('end', stop).resume()

  stdout.write(`${JSON.stringify({ port: running.port })}\n`)
}
