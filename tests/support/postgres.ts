// A PostgreSQL of one's own: on a unix socket in a temporary folder, by a user who may not do anything else.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'

/** Debian has psql in the PATH, and the programs of each version in a folder of their own. */
const DEBIAN = '/usr/lib/postgresql'

function programFolder(): string | undefined {
  const path = (process.env['PATH'] ?? '').split(':').filter((folder) => folder !== '')
  const isDebian = existsSync(DEBIAN) && path.some((folder) => existsSync(join(folder, 'psql')))
  const versions = isDebian ? readdirSync(DEBIAN).map((name) => join(DEBIAN, name, 'bin')) : []
  return [...path, ...versions].find((folder) =>
    ['initdb', 'postgres'].every((program) => existsSync(join(folder, program))),
  )
}

/** PostgreSQL refuses to run as root; "nobody" is everywhere. */
function account(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout),
  )
  return { uid: uid ?? 0, gid: gid ?? 0 }
}

const programs = programFolder()

/** Why tests with PostgreSQL are skipped, or false. */
export const noPostgres: string | false = programs === undefined && 'there is no postgres here'

export class PostgresServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'stellula-postgres-'))
  readonly #account = account()
  #process: ChildProcess | undefined
  #databases = 0

  /** Starts it, and waits until it answers. */
  async start(): Promise<void> {
    const { uid, gid } = this.#account ?? {}
    if (uid !== undefined && gid !== undefined) chownSync(this.#folder, uid, gid)
    const data = join(this.#folder, 'data')
    const env = { ...process.env, LC_ALL: 'C' }
    const options = { env, cwd: this.#folder, ...this.#account }
    const made = spawnSync(
      join(programs ?? '', 'initdb'),
      ['-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
      { ...options, encoding: 'utf8' },
    )
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
    const settings = ['listen_addresses=', `unix_socket_directories=${this.#folder}`, 'fsync=off']
    const child = spawn(
      join(programs ?? '', 'postgres'),
      ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    this.#process = child
    for await (const line of createInterface(child.stderr)) {
      if (line.includes('ready to accept connections')) break
    }
    child.stderr.resume()
  }

  /** The URL of a new database. */
  async database(): Promise<string> {
    const name = `test${++this.#databases}`
    const client = new pg.Client(this.#url('postgres'))
    await client.connect()
    await client.query(`create database ${name}`)
    await client.end()
    return this.#url(name)
  }

  #url(name: string): string {
    return `postgres://tester@localhost/${name}?host=${encodeURIComponent(this.#folder)}`
  }

  readonly close = async (): Promise<void> => {
    const child = this.#process
    if (child !== undefined && child.exitCode === null) {
      child.kill('SIGINT') // without waiting for clients
      await once(child, 'exit')
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
