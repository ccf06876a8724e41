import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { platform } from 'node:os'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { onSignals } from '../../../lib/servers/running/signals.ts'
import { eventually, RawClient, request } from '../../support/sockets.ts'

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
    const socket = connect({
      port: Number(/port (\d+)/.exec(this.output)?.[1]),
      allowHalfOpen: true,
    })
    await once(socket, 'connect')
    return new RawClient(socket)
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

t.test('SIGTERM with nothing open: shutdown, and exit code 0', { skip }, async (t) => {
  const program = run(t, {})
  const client = await program.connect()
  client.send(request('GET /fine'))
  await client.until('fine')

  program.child.kill('SIGTERM')

  t.equal(await program.exit(), 0)
  t.match(program.output, /^port \d+\nshutdown\n$/)
})

t.test('SIGINT with an open stream: grace time, then the cut', { skip }, async (t) => {
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

t.test('a second signal cuts at once, and the shutdown still runs', { skip }, async (t) => {
  for (const deaf of [false, true]) {
    const program = run(t, { deaf })
    const client = await program.connect()
    client.send(request('GET /stream'))
    await client.until('open')
    const started = Date.now()

    program.child.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 100))
    t.notOk(client.ended)
    program.child.kill('SIGTERM')

    await client.end()
    t.equal(await program.exit(), 0)
    t.ok(Date.now() - started < 3_000, `it took ${Date.now() - started} ms`)
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

t.test('so is one that takes too long', { skip }, async (t) => {
  const program = run(t, { shutdown: 'hangs', shutdownTimeoutMs: 100 })
  await program.connect()

  program.child.kill('SIGTERM')

  t.equal(await program.exit(), 1)
  t.match(
    program.output,
    /serve: the app's shutdown took more than 100 ms\. Raise shutdownTimeoutMs/,
  )
})

t.test('only the signals that were asked for are taken', { skip }, async (t) => {
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

t.test('takes its listeners off again', async (t) => {
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
