// How files are handed over, and that none stays open.
import { deepEqual } from 'node:assert/strict'
import { truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import t from 'tap'
import { ClientDisconnected } from '../../../lib/exceptions.ts'
import { FileResponse } from '../../../lib/responses/file.ts'
import type { HTTPScope, SendMessage } from '../../../lib/types.ts'
import { openFiles } from '../../support/descriptors.ts'
import { folderOf } from '../../support/folder.ts'
import { Client } from '../../support/leaving.ts'
import { httpScope } from '../../support/scopes.ts'
import { bodies, fieldsOf, sent } from '../../support/sentfiles.ts'

const BIG = 900_000
const big = Buffer.from(Uint8Array.from({ length: BIG }, (_, index) => index % 251))
const folder = folderOf(t, { 'digits.txt': '0123456789' })
const digits = join(folder, 'digits.txt')
const bigFile = join(folder, 'big.bin')
writeFileSync(bigFile, big)

const PATHSEND = { extensions: { 'http.response.pathsend': {} } }

t.afterEach(() => deepEqual(openFiles(folder), [], 'every file is closed'))

t.test('a server that sends files itself', async (t) => {
  t.test('gets the path of a large one: RS-31', async (t) => {
    const messages = await sent(new FileResponse(relative('', bigFile)), httpScope(PATHSEND))

    t.equal(fieldsOf(messages).get('content-length'), String(BIG))
    t.same(messages.slice(1), [{ type: 'http.response.pathsend', path: bigFile }])
  })

  t.test('gets the bytes of a small one, which is cheaper', async (t) => {
    t.equal(bodies(await sent(new FileResponse(digits), httpScope(PATHSEND))).byteLength, 10)
  })

  t.test('gets ranges and empty bodies as other servers do', async (t) => {
    const ranged: HTTPScope = httpScope({ ...PATHSEND, headers: ['range', 'bytes=0-699999'] })
    const messages = await sent(new FileResponse(bigFile), ranged)
    const head = await sent(new FileResponse(bigFile), httpScope({ ...PATHSEND, method: 'HEAD' }))

    t.ok(bodies(messages).equals(big.subarray(0, 700_000)))
    t.same(head.slice(1), [{ type: 'http.response.body', moreBody: false }])
  })

  t.test('gets the path of an error page too', async (t) => {
    const messages = await sent(new FileResponse(bigFile, { status: 404 }), httpScope(PATHSEND))

    t.match(messages, [{ status: 404 }, { type: 'http.response.pathsend' }])
  })
})

t.test('a file that cannot be sent is an error before the start: RS-29', async (t) => {
  const missing = join(folder, 'missing.txt')
  const attempts = [httpScope(), httpScope({ method: 'HEAD' }), httpScope(PATHSEND)]
  for (const scope of attempts) {
    const messages: SendMessage[] = []
    const attempt = (path: string): Promise<void> =>
      new FileResponse(path).respond(
        scope,
        async () => ({ type: 'http.disconnect' }),
        async (m) => {
          messages.push(m)
        },
      )

    await t.rejects(attempt(missing), /^FileResponse: the file does not exist, ".*missing.txt" was/)
    await t.rejects(attempt(folder), /^FileResponse: the path is not a file, ".*" was given/)
    t.same(messages, [])
  }
})

t.test('a response that is never sent opens nothing', async (t) => {
  new FileResponse(digits)
  new FileResponse(join(folder, 'missing.txt'))

  t.same(openFiles(folder), [])
})

t.test('the file is closed', async (t) => {
  t.test('while a small file is sent', async (t) => {
    const client = new Client()
    let open: string[] = [digits]
    client.onMessage = async () => {
      for (let turn = 0; turn < 5_000 && open.length > 0; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 2))
        open = openFiles(folder)
      }
    }

    await client.get(new FileResponse(digits))

    t.same(open, [])
  })

  t.test('when the client disconnects, at any message', async (t) => {
    for (let count = 1; count <= 5; count++) {
      const client = new Client()
      client.onMessage = () => {
        if (client.messages.length === count) client.leave()
      }
      const response = new FileResponse(bigFile)
      if (count < 5) await t.rejects(client.get(response), ClientDisconnected)
      else await client.get(response)
      t.same(openFiles(folder), [], `after ${count} messages`)
    }
  })

  t.test('when sending fails in any other way', async (t) => {
    for (const type of ['http.response.start', 'http.response.body', 'http.response.pathsend']) {
      const send = (message: SendMessage): Promise<void> => {
        if (message.type === type) throw new Error('the server broke')
        return Promise.resolve()
      }
      const scope = httpScope(type === 'http.response.pathsend' ? PATHSEND : {})
      const receive = async () => ({ type: 'http.disconnect' }) as const

      await t.rejects(new FileResponse(bigFile).respond(scope, receive, send), /the server broke/)
      t.same(openFiles(folder), [])
    }
  })

  t.test('when the file becomes shorter while it is sent', async (t) => {
    const path = join(folder, 'shrinking.bin')
    writeFileSync(path, big)
    const client = new Client()
    client.onMessage = () => truncateSync(path, 400_000)
    const response = new FileResponse(path, { background: () => t.fail('it was not sent') })

    await t.rejects(client.get(response), /the file was cut off at 400000 bytes while it was sent/)
    t.match(client.messages.at(-1), { moreBody: true }, 'and the body is left without an end')
  })
})

t.test('background work runs after the file was closed: RS-16', async (t) => {
  const path = join(folder, 'temporary.bin')
  for (const range of ['bytes=0-', 'bytes=0-1', 'bytes=900000-']) {
    writeFileSync(path, big)
    let open: string[] | undefined
    const background = (): void => {
      open = openFiles(folder)
      unlinkSync(path)
    }

    await sent(new FileResponse(path, { background }), httpScope({ headers: ['range', range] }))

    t.same(open, [], range)
  }
})
