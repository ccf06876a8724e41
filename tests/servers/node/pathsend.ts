import { execFileSync } from 'node:child_process'
import { mkdir, open, truncate, writeFile } from 'node:fs/promises'
import { platform } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'
import type { App, HeaderList } from '../../../lib/types.ts'
import { openFiles } from '../../support/descriptors.ts'
import { folderOf } from '../../support/folder.ts'
import { bodyOf, eventually, httpApp, listening, request, statuses } from '../../support/sockets.ts'

const CLOSE = ['connection: close']
const folder = folderOf(t, { 'hello.txt': 'hello file', 'empty.txt': '', folder: {} })
const hello = join(folder, 'hello.txt')

function sending(path: string, headers: HeaderList = [], status = 200): App {
  return httpApp(async (_scope, _receive, send) => {
    await send({
      type: 'http.response.start',
      status,
      headers: ['content-type', 'a/b', ...headers],
    })
    await send({ type: 'http.response.pathsend', path })
  })
}

/** Resolves when the server has opened a file, which only Linux tells. */
async function isOpened(path: string): Promise<void> {
  if (platform() === 'linux') await eventually(() => openFiles(folder).includes(path), 'the file')
  else await new Promise((done) => setTimeout(done, 100))
}

t.test('sends a file, with its length', async (t) => {
  const { connect, errors } = await listening(t, sending(hello))
  const client = await connect()
  client.send(request('GET /'))
  await client.until('hello file')
  client.send(request('GET /', CLOSE))

  const received = await client.end()

  t.same(statuses(received), [200, 200])
  t.match(received, /\r\ncontent-type: a\/b\r\ncontent-length: 10\r\n/)
  t.match(received, /\r\n\r\nhello file$/)
  t.same(errors, [])
})

t.test('a correct content-length is accepted', async (t) => {
  const { talk } = await listening(t, sending(hello, ['content-length', '10']))

  t.equal(bodyOf(await talk(request('GET /', CLOSE))), 'hello file')
})

t.test('an empty file has an empty body', async (t) => {
  const { talk, errors } = await listening(t, sending(join(folder, 'empty.txt')))

  const received = await talk(request('GET /', CLOSE))

  t.match(received, /^HTTP\/1\.1 200 OK\r\n(?:.|\r\n)*content-length: 0\r\n/)
  t.equal(bodyOf(received), '')
  t.same(errors, [])
})

t.test('HEAD, 204 and 304 have no content', async (t) => {
  for (const [method, status, length] of [
    ['HEAD', 200, true],
    ['GET', 204, false],
    ['GET', 304, false],
  ] as const) {
    const { talk, errors } = await listening(t, sending(hello, [], status))

    const received = await talk(request(`${method} /`, CLOSE))

    t.same(statuses(received), [status])
    t.equal(/content-length: 10/.test(received), length)
    t.equal(bodyOf(received), '')
    t.same(errors, [])
  }
})

t.test('a file that cannot be sent is an error before the start', async (t) => {
  for (const [path, headers, message] of [
    [join(folder, 'missing.txt'), [], /ENOENT/],
    [join(folder, 'folder'), [], /only a file can be sent, ".*" was sent\. Look at it first/],
    ['hello.txt', [], /the path must be absolute, "hello.txt" was sent\. Resolve it first/],
    ['', [], /the path must be absolute/],
    [hello, ['content-length', '9'], /content-length is 9, but the file has 10 bytes\. Leave/],
  ] as const) {
    const { talk, errors, server } = await listening(t, sending(path, [...headers]))

    t.same(statuses(await talk(request('GET /', CLOSE))), [500])
    t.match(errors, [{ message }])
    await server.close()
  }
  t.same(openFiles(folder), [])
})

t.test('another response is possible afterwards', async (t) => {
  const { talk } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      const missing = resolve(folder, 'missing.txt')
      await send({ type: 'http.response.pathsend', path: missing }).catch(async () => {
        await send({ type: 'http.response.start', status: 404, headers: [] })
        await send({ type: 'http.response.body', body: Buffer.from('none') })
      })
    }),
  )

  t.match(await talk(request('GET /', CLOSE)), /^HTTP\/1\.1 404 (?:.|\r\n)*none$/)
})

t.test('a pipe is refused without waiting', { skip: platform() === 'win32' }, async (t) => {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const { talk, errors } = await listening(t, sending(pipe))
  t.match(await talk(request('GET /', CLOSE)), /^HTTP\/1\.1 500 /)
  t.match(errors, [/only a file can be sent/])
})

t.test('a file closes when its client leaves', async (t) => {
  const path = join(folder, 'large')
  await writeFile(path, '')
  await truncate(path, 200_000_000)
  let over = 0
  const { connect, errors } = await listening(
    t,
    httpApp(async (scope, receive, send) => {
      await sending(path)(scope, receive, send).finally(() => over++)
    }),
  )
  for (let round = 1; round <= 3; round++) {
    const client = await connect()
    client.socket.pause()
    client.send(request('GET /'))
    await isOpened(path)
    await new Promise((done) => setTimeout(done, 50))
    t.equal(over, round - 1, 'the file waits for its reader')
    if (platform() === 'linux') t.same(openFiles(folder), [path])

    await client.leave()

    await eventually(() => over === round, 'the end')
  }
  await eventually(() => openFiles(folder).length === 0, 'that all files are closed')
  t.same(errors, [])
})

t.test('a client disconnect also ends a response that waits for a first one', async (t) => {
  const path = join(folder, 'pipelined')
  await writeFile(path, '')
  await truncate(path, 50_000_000)
  const { connect, errors } = await listening(t, sending(path))
  const client = await connect()
  client.socket.pause()
  client.send(request('GET /').repeat(3))
  await isOpened(path)

  await client.leave()

  await eventually(() => openFiles(folder).length === 0, 'that all files are closed')
  t.same(errors, [])
})

t.test('other messages are refused while a file is sent', async (t) => {
  const path = join(folder, 'guarded')
  await writeFile(path, 'x'.repeat(10_000_000))
  const seen: string[] = []
  const { connect, errors } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      const sent = send({ type: 'http.response.pathsend', path })
      await new Promise((done) => setTimeout(done, 20))
      await send({ type: 'http.response.body' }).catch((error) => seen.push(String(error)))
      await sent
    }),
  )
  const client = await connect()
  client.socket.pause()
  client.send(request('GET /', CLOSE))
  await eventually(() => seen.length > 0, 'the refusal')
  client.socket.resume()

  t.equal(bodyOf(await client.end()).length, 10_000_000)
  t.match(seen, [/body: out of place, a file is being sent/])
  t.same(errors, [])
})

t.test('a file that becomes shorter aborts the response', async (t) => {
  const path = join(folder, 'shrinking')
  await writeFile(path, '')
  await truncate(path, 50_000_000)
  const { connect, errors } = await listening(t, sending(path))
  const client = await connect()
  client.socket.pause()
  client.send(request('GET /'))
  await isOpened(path)
  await new Promise((done) => setTimeout(done, 100))
  await truncate(path, 10)
  client.socket.resume()

  const received = await client.end()

  t.match(received.slice(0, 500), /content-length: 50000000/)
  t.ok(received.length < 50_000_000)
  t.match(errors, [{ message: /the file had 50000000 bytes, but only \d+ could be read/ }])
})

t.test('other messages are refused with a file', async (t) => {
  const seen: string[] = []
  const { talk } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      const sent = send({ type: 'http.response.pathsend', path: hello })
      await send({ type: 'http.response.body' }).catch((error) => seen.push(String(error)))
      await send({ type: 'http.response.pathsend', path: hello }).catch((error) =>
        seen.push(String(error)),
      )
      await sent
      await send({ type: 'http.response.body', body: Buffer.from('ignored') })
    }),
  )

  t.equal(bodyOf(await talk(request('GET /', CLOSE))), 'hello file')
  t.match(seen, [/body: out of place, a file is being sent/, /pathsend: out of place/])
})

t.test('a forgotten await is a 500, or aborts the response', async (t) => {
  const { talk, errors } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      void send({ type: 'http.response.pathsend', path: hello })
    }),
  )

  t.same(statuses(await talk(request('GET /', CLOSE))), [500])
  t.equal(errors.length, 1)
})

t.test('files of any size are sent completely', async (t) => {
  const path = join(folder, 'sized')
  await mkdir(folder, { recursive: true })
  for (const size of [1, 65_535, 65_536, 65_537, 1_000_000]) {
    const file = await open(path, 'w')
    await file.write(Buffer.alloc(size, 'x'))
    await file.close()
    const { talk } = await listening(t, sending(path))

    t.equal(bodyOf(await talk(request('GET /', CLOSE))), 'x'.repeat(size))
  }
})
