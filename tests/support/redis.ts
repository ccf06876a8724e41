// A Redis of one's own: on a unix socket in a temporary folder, without a file on disk.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Why tests with Redis are skipped, or false. */
export const noRedis: string | false =
  spawnSync('redis-server', ['--version']).status === 0 ? false : 'there is no redis-server here'

export class RedisServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'stellula-redis-'))
  readonly path: string = join(this.#folder, 'socket')
  #process: ChildProcess | undefined

  /** Starts it, or starts it again, and waits until it answers. */
  async start(): Promise<void> {
    const options = ['--port', '0', '--unixsocket', this.path, '--save', '', '--appendonly', 'no']
    const child = spawn('redis-server', [...options, '--dir', this.#folder])
    this.#process = child
    for await (const line of child.stdout) {
      if (String(line).includes('eady to accept')) break
    }
    child.stdout.resume()
  }

  /** Ends it, as a crash would. */
  async kill(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** Makes it hold still, its connections open; or go on. */
  freeze(frozen: boolean): void {
    this.#process?.kill(frozen ? 'SIGSTOP' : 'SIGCONT')
  }

  readonly close = async (): Promise<void> => {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
