import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { platform } from 'node:os'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { onSignals } from '../../../lib/servers/running/signals.ts'
import { eventually, RawClient, refusal, request } from '../../support/sockets.ts'

const PROGRAM = fileURLToPath(new URL('../../support/served.js', import.meta.url))

class Program {
  readonly child: ChildProcess
  output = ''
  code: number | null | undefined

  constructor(child: ChildProcess) {
    this.child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.output += data.toString()
      })
    }
    child.on('exit', (code) => {
      this.code = code
    })
  }

  async connect(): Promise<RawClient> {
    await eventually(
      () => /port \d+/.test(this.output),
      () => this.output,
    )
    const socket = connect({ port: this.port, allowHalfOpen: true })
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  get port(): number {
    return Number(/port (\d+)/.exec(this.output)?.[1])
  }

  async exit(): Promise<number | null | undefined> {
    await eventually(
      () => this.code !== undefined,
      () => `the exit, after ${this.output}`,
    )
    return this.code
  }
}

function run(t: Test, options: object): Program {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)])
  const program = new Program(child)
  t.teardown(() => child.kill('SIGKILL'))
  return program
}

const skip = platform() === 'win32' && 'signals are not sent on Windows'

t.test('SIGTERM without open exchanges: shutdown, and exit code 0', { skip }, async (t) => {
  const program = run(t, {})
  const client = await program.connect()
  client.send(request('GET /fine'))
  await client.until('fine')

  program.child.kill('SIGTERM')

  t.equal(await program.exit(), 0)
  t.match(program.output, /^port \d+\nshutdown\n$/)
})

t.test('SIGINT with an open stream: the grace time, then an abort', { skip }, async (t) => {
  const program = run(t, { gracePeriodMs: 300 })
  const client = await program.connect()
  client.send(request('GET /stream'))
  await client.until('open')
  const started = Date.now()

  program.child.kill('SIGINT')

  await client.end()
  t.ok(Date.now() - started >= 280, `cut after ${Date.now() - started} ms`)
  t.equal(await program.exit(), 0)
  t.match(program.output, /^port \d+\ntold\nshutdown\n$/)
})

t.test('a second signal aborts immediately, and the shutdown still runs', { skip }, async (t) => {
  for (const deaf of [false, true]) {
    const program = run(t, { deaf, gracePeriodMs: 600_000 })
    const client = await program.connect()
    client.send(request('GET /stream'))
    await client.until('open')

    program.child.kill('SIGTERM')
    // The system joins signals that come before a busy process has looked.
    await refusal(program.port)
    t.notOk(client.ended)
    program.child.kill('SIGTERM')

    await client.end()
    t.equal(await program.exit(), 0)
    t.match(program.output, /shutdown\n$/)
  }
})

t.test('a failed shutdown is exit code 1, with its error', { skip }, async (t) => {
  const program = run(t, { shutdown: 'fails' })
  await program.connect()

  program.child.kill('SIGTERM')

  t.equal(await program.exit(), 1)
  t.match(program.output, /serve: Error: lifespan: the shutdown failed\.(?:.|\n)*no clean end/)
})

t.test('a shutdown that takes too long is exit code 1 too', { skip }, async (t) => {
  const program = run(t, { shutdown: 'hangs', shutdownTimeoutMs: 100 })
  await program.connect()

  program.child.kill('SIGTERM')

  t.equal(await program.exit(), 1)
  t.match(
    program.output,
    /serve: the app's shutdown took more than 100 ms\. Raise shutdownTimeoutMs/,
  )
})

t.test(
  'an open timer keeps the process alive, and a further signal ends it',
  { skip },
  async (t) => {
    const program = run(t, { timer: true })
    await program.connect()

    program.child.kill('SIGTERM')
    const line =
      /^port \d+\nshutdown\nserve: the server has closed, but the process has not ended, .*Timeout.* still open\. .*\n$/
    await eventually(
      () => line.test(program.output),
      () => program.output,
    )
    t.equal(program.code, undefined)

    program.child.kill('SIGTERM')
    const [code, signal] = await once(program.child, 'exit')
    t.same([code, signal], [null, 'SIGTERM'])
  },
)

t.test('only the given signals are handled', { skip }, async (t) => {
  const program = run(t, { signals: ['SIGHUP'] })
  await program.connect()
  program.child.kill('SIGHUP')
  t.equal(await program.exit(), 0)

  const plain = run(t, { signals: [] })
  await plain.connect()
  plain.child.kill('SIGTERM')
  const [, signal] = await once(plain.child, 'exit')
  t.equal(signal, 'SIGTERM')
})

t.test('removes its listeners afterwards', async (t) => {
  const controller = new AbortController()
  const before = process.listenerCount('SIGTERM')
  const calls: string[] = []
  const off = onSignals(
    { signal: controller.signal, signals: ['SIGTERM'] },
    async () => void calls.push('close'),
    () => calls.push('force'),
  )
  t.equal(process.listenerCount('SIGTERM'), before + 1)

  off()
  controller.abort()

  t.equal(process.listenerCount('SIGTERM'), before)
  t.same(calls, [])
})
