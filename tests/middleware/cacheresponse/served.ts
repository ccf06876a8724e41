// A cache under a server: files, and clients that do not wait for background fetches.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { cacheResponse } from '../../../lib/middleware/cacheresponse.ts'
import { FileResponse, PlainTextResponse } from '../../../lib/responses.ts'
import { serve } from '../../../lib/servers/node.ts'
import { memoryStore } from '../../../lib/stores.ts'
import type { App } from '../../../lib/types.ts'

async function served(t: Test, app: App): Promise<string> {
  const server = await serve(app, { port: 0, host: '127.0.0.1' })
  t.teardown(() => server.close())
  return `http://127.0.0.1:${server.address.port}/`
}

t.test('files of any size up to the limit are cached', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stellula-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'file.bin')
  writeFileSync(path, new Uint8Array(700_000).fill(7))
  const cached = cacheResponse({ store: memoryStore(), maxBodySize: 700_000 })
  const small = cacheResponse({ store: memoryStore(), maxBodySize: 600_000 })
  const file: App = (scope, receive, send) => new FileResponse(path).respond(scope, receive, send)
  for (const [middleware, ages] of [
    [cached, [null, '0', '0']],
    [small, [null, null, null]],
  ] as const) {
    // A client has the end of a file some turns before the response is stored.
    const calls: Promise<void>[] = []
    const cachedFile = middleware(file)
    const url = await served(t, (scope, receive, send) => {
      const call = cachedFile(scope, receive, send)
      if (scope.type === 'http') calls.push(call)
      return call
    })
    for (const age of ages) {
      const response = await fetch(url)
      t.equal(response.headers.get('age'), age)
      t.equal((await response.arrayBuffer()).byteLength, 700_000)
      await Promise.all(calls)
    }
  }
})

t.test('a client gets the stale response without waiting for the new one', async (t) => {
  let count = 0
  let release = (): void => {}
  const app: App = async (scope, receive, send) => {
    if (scope.type === 'lifespan') return
    if (++count === 2) {
      await new Promise<void>((resolve) => {
        release = resolve
      })
    }
    const headers = { 'cache-control': 'max-age=9, stale-while-revalidate=60', age: '10' }
    await new PlainTextResponse(`answer ${count}`, { headers }).respond(scope, receive, send)
  }
  const cached = cacheResponse({ store: memoryStore(), staleWhileRevalidate: 0 })
  const url = await served(t, cached(app))
  const get = async (): Promise<string> => (await fetch(url)).text()

  t.equal(await get(), 'answer 1')
  t.equal(await get(), 'answer 1')
  t.equal(await get(), 'answer 1', 'on the same connection too')
  t.equal(count, 2)
  release()
  while ((await get()) === 'answer 1') await new Promise(setImmediate)
})
