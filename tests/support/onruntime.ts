// What every runtime has to do with the app of `fetchserved.ts`: the same tests for all of them.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { WebSocket } from 'ws'
import { eventually } from './sockets.ts'

export interface Served {
  readonly url: string
  readonly child: ChildProcess
  /** What it has printed. */
  readonly lines: readonly string[]
  readonly errors: readonly string[]
}

/** Starts a program, and waits for the line that is its address. */
export async function start(
  t: Test,
  command: string,
  args: readonly string[],
  addressIn: (line: string) => string | undefined,
): Promise<Served> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const errors: string[] = []
  createInterface(child.stderr).on('line', (line) => errors.push(line))
  t.teardown(() => child.kill('SIGKILL'))
  const lines: string[] = []
  createInterface(child.stdout).on('line', (line) => lines.push(line))
  await eventually(() => lines.some((line) => addressIn(line)), 'it listens')
  return { url: lines.map(addressIn).find((url) => url !== undefined) ?? '', child, lines, errors }
}

const PROGRAM = fileURLToPath(new URL('./fetchserving.js', import.meta.url))

/** All that a runtime has to do that listens by itself. */
export function testServing(t: Test, command: string, args: readonly string[] = []): void {
  let served: Served | undefined
  const get = (): Served => {
    if (served === undefined) throw new Error('it was not started')
    return served
  }
  t.test('starts', async () => {
    const isURL = (line: string) => (line.startsWith('http') ? line : undefined)
    served = await start(t, command, [...args, PROGRAM], isURL)
  })
  t.test('knows the address of the client', async (t) => {
    t.match(await (await fetch(get().url)).json(), { host: '127.0.0.1' })
  })
  testRequests(t, get)
  testFiles(t, get)
  testLeaving(t, get)
  testWebSockets(t, get)
  testClosing(t, get)
  t.test('does not report disconnects, or errors that were reported', async (t) => {
    // Deno tells once how its signals will behave.
    t.same(
      get().errors.filter((line) => !line.startsWith('Deno.serve: request.signal')),
      [],
    )
  })
}

async function logOf(url: string): Promise<string[]> {
  return (await fetch(`${url}/log`)).json()
}

async function logged(url: string, text: string): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await logOf(url)).includes(text)) {
    if (Date.now() > end) throw new Error(`it was never logged: ${text}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Requests: what arrives and what goes back. */
export function testRequests(t: Test, served: () => Served): void {
  t.test('answers, with the state of the lifespan', async (t) => {
    const { url } = served()
    const answer = await (await fetch(`${url}/?q=1`)).json()
    t.match(answer, { db: 'connected', url: `${url}/?q=1` })
    t.equal((await fetch(`${url}/none`)).status, 404)
    t.same((await fetch(`${url}/cookies`)).headers.getSetCookie().length, 2)
  })

  t.test('streams both ways at once', async (t) => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const init = { method: 'POST', body: readable, duplex: 'half' }
    const asked = fetch(`${served().url}/echo`, init as RequestInit)
    await writer.write(Buffer.from('one '))
    await writer.write(Buffer.from('two'))
    await writer.close()

    t.equal(await (await asked).text(), 'one two')
  })

  t.test('reads forms with large files', async (t) => {
    const form = new FormData()
    form.append('name', 'Zoë')
    form.append('photo', new Blob([new Uint8Array(3_000_000).fill(1)]), 'ö.png')
    const post = { method: 'POST', body: form }

    const read = await fetch(`${served().url}/form`, post)
    t.same(await read.json(), ['Zoë', 'ö.png', 3_000_000, 3_000_000])
    const parts = await fetch(`${served().url}/parts`, post)
    t.same(await parts.json(), [
      ['name', 4],
      ['photo', 3_000_000],
    ])
  })

  t.test('a producer waits for its client', async (t) => {
    const { url } = served()
    const response = await fetch(`${url}/flood`)
    await new Promise((resolve) => setTimeout(resolve, 300))

    // 256 MB in all: some of it waits in the buffers on the way, but not all.
    t.notOk((await logOf(url)).includes('flood 4096'))
    await response.body?.cancel()
  })

  t.test('a mounted fetch handler gets requests of the runtime', async (t) => {
    const { url } = served()
    const response = await fetch(`${url}/fetch/x?y=z`, { method: 'POST', body: 'hello' })

    t.equal(await response.text(), `POST ${url}/x?y=z hello`)
  })
}

/** Files, which only some runtimes can send by themselves; and bodies that break off. */
function testFiles(t: Test, served: () => Served): void {
  t.test('sends a large file with its length, or a range of it', async (t) => {
    const path = join(t.testdir({ file: 'x'.repeat(1_000_000) }), 'file')
    const url = `${served().url}/file?path=${encodeURIComponent(path)}`

    const whole = await fetch(url)
    t.equal(whole.headers.get('content-length'), '1000000')
    t.notMatch(whole.headers.get('content-disposition') ?? '', /file/, 'without its name')
    t.equal((await whole.text()).length, 1_000_000)
    const range = await fetch(url, { headers: { range: 'bytes=1-2' } })
    t.same([range.status, await range.text()], [206, 'xx'])
    const stale = { range: 'bytes=1-2', 'if-range': '"another"' }
    const all = await fetch(url, { headers: stale })
    t.same([all.status, (await all.text()).length], [200, 1_000_000])
    const head = await fetch(url, { method: 'HEAD' })
    t.equal(head.headers.get('content-length'), '1000000')
  })

  t.test('sends the head and the parts before an error', async (t) => {
    const response = await fetch(`${served().url}/early`)
    t.equal(response.status, 200)
    const reader = response.body?.getReader()
    t.equal(new TextDecoder().decode((await reader?.read())?.value), 'one')
    await t.rejects(async () => void (await reader?.read()))
  })
}

/** A client that leaves, while it is answered or before; Workers just end with it, all at once. */
function testLeaving(t: Test, served: () => Served): void {
  t.test('stops a producer when its client has disconnected', async () => {
    const { url } = served()
    const controller = new AbortController()
    const response = await fetch(`${url}/endless`, { signal: controller.signal })
    await response.body?.getReader().read()
    controller.abort()

    await logged(url, 'left the stream')
  })

  t.test('a waiting handler gets the disconnect of its client', async () => {
    const { url } = served()
    const controller = new AbortController()
    const asked = fetch(`${url}/signal`, { signal: controller.signal })
    asked.catch(() => {})
    await logged(url, 'waiting')
    controller.abort()

    await logged(url, 'aborted')
  })
}

/** Websockets, through the same routes. */
export function testWebSockets(t: Test, served: () => Served): void {
  const open = (path: string, protocols: string[] = []): WebSocket =>
    new WebSocket(`${served().url.replace('http', 'ws')}${path}`, protocols)

  t.test('exchanges websocket messages, with subprotocol and fields', async (t) => {
    const socket = open('/ws', ['chat', 'v2'])
    const received: unknown[] = []
    let fields: unknown
    socket.on('upgrade', ({ headers }) => {
      fields = headers['x-a']
    })
    socket.on('open', () => {
      socket.send('hi')
      socket.send(Buffer.from([1, 2]))
      socket.send('close')
    })
    socket.on('message', (data, isBinary) => {
      received.push(isBinary ? [...(data as Buffer)] : String(data))
    })
    const closed = await new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve([code, String(reason)]))
    })

    t.equal(socket.protocol, 'chat')
    t.equal(fields, '1')
    t.same(received, ['you said hi', [1, 2]])
    t.same(closed, [4000, 'as you wish'])
  })

  t.test('reports a disconnect of the client', async () => {
    const socket = open('/ws')
    socket.on('open', () => socket.close())

    await logged(served().url, 'left the websocket')
  })

  t.test('closes with 1009 or 1006 for large messages, and 1011 for a bug', async (t) => {
    for (const [message, codes] of [
      ['x'.repeat(1_100_000), [1009, 1006]],
      ['break', [1011]],
    ] as const) {
      const socket = open('/ws')
      socket.on('open', () => socket.send(message))
      socket.on('error', () => {})
      const code = await new Promise<number>((resolve) => socket.on('close', resolve))
      t.ok((codes as readonly number[]).includes(code), `${message.slice(0, 5)}: ${code}`)
    }
  })

  t.test('answers a handshake with a response, or with 404', async (t) => {
    for (const [path, status] of [
      ['/denied', 401],
      ['/nowhere', 403],
    ] as const) {
      const socket = open(path)
      socket.on('error', () => {})
      const answered = await new Promise((resolve) => {
        socket.on('unexpected-response', (request, response) => {
          resolve(response.statusCode)
          request.destroy()
        })
      })
      t.equal(answered, status, path)
    }
  })
}

/** Closing, by SIGTERM: what is open is cut after the grace time, and the lifespan is ended. */
function testClosing(t: Test, served: () => Served): void {
  t.test('closes in order', async (t) => {
    const { url, child, lines } = served()
    const response = await fetch(`${url}/endless`)
    const reader = response.body?.getReader()
    await reader?.read()
    const ended = new Promise((resolve) => child.on('exit', resolve))
    child.kill('SIGTERM')

    t.equal(await ended, 0)
    t.same(
      lines.filter((line) => !line.startsWith('http')),
      ['started', 'stopped', 'closed'],
    )
    await reader?.cancel().catch(() => {})
  })
}
