// Responses that are no longer fresh: validated, served while they are fetched anew, or while the app fails.
import t from 'tap'
import { Headers } from '../../../lib/http/headers.ts'
import { PlainTextResponse, StreamingResponse } from '../../../lib/responses.ts'
import type { App, HTTPScope } from '../../../lib/types.ts'
import { caching, settled } from '../../support/caching.ts'

interface Origin {
  readonly app: App
  /** The conditions of the requests that came, null for one without. */
  readonly asked: (string | null)[]
  version: number
  status: number
  fails: boolean
}

/** An app that evaluates conditions, and fails on request. */
function origin(headers: Record<string, string>): Origin {
  const one: Origin = {
    asked: [],
    version: 1,
    status: 200,
    fails: false,
    app: async (scope, receive, send) => {
      const etag = `"${one.version}"`
      const condition = new Headers((scope as HTTPScope).headers).get('if-none-match')
      one.asked.push(condition)
      if (one.fails) throw new Error('kaput')
      const isSame = condition === etag && one.status === 200
      const options = { status: isSame ? 304 : one.status, headers: { etag, ...headers } }
      const text = isSame ? '' : `version ${one.version}`
      await new PlainTextResponse(text, options).respond(scope, receive, send)
    },
  }
  return one
}

t.test('a stale response is validated by its tag, and a 304 makes it fresh', async (t) => {
  for (const value of ['no-cache', 'max-age=0', 'max-age=9, must-revalidate']) {
    const one = origin({ 'cache-control': value, ...(value.includes('9') ? { age: '9' } : {}) })
    const get = caching(one.app, { revalidate: 60 })

    t.equal((await get()).text, 'version 1')
    t.match(await get(), { status: 200, text: 'version 1' })
    t.match(await get(['if-none-match', '"1"']), { status: 304, text: '' })
    one.version = 2
    t.match(await get(), { status: 200, text: 'version 2' })
    t.match(await get(['if-none-match', '"1"']), { status: 200, text: 'version 2' })
    t.same(one.asked, [null, '"1"', '"1"', '"1"', '"2"'], value)
  }
})

t.test('the fields of a 304 replace the stored ones', async (t) => {
  let count = 0
  const get = caching(
    async (scope, receive, send) => {
      const isFirst = ++count === 1
      const headers = {
        etag: '"1"',
        'cache-control': isFirst ? 'no-cache' : 'max-age=60',
        'x-count': String(count),
        'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
        ...(isFirst ? { 'x-first': 'yes' } : { 'content-type': 'of/nothing' }),
      }
      const options = { status: isFirst ? 200 : 304, headers }
      await new PlainTextResponse(isFirst ? 'text' : '', options).respond(scope, receive, send)
    },
    { revalidate: 60 },
  )
  await get()
  for (const _ of [1, 2]) {
    const { status, text, headers } = await get()
    t.same([status, text], [200, 'text'])
    t.match(headers.toJSON(), {
      'x-count': '2',
      'x-first': 'yes',
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'max-age=60',
      age: '0',
    })
  }
  t.equal(count, 2, 'and it is fresh from then on')
})

t.test('one request validates it for all others', async (t) => {
  const one = origin({ 'cache-control': 'no-cache' })
  const get = caching(
    async (...call) => {
      await settled()
      await one.app(...call)
    },
    { revalidate: 60 },
  )
  await get()
  const all = await Promise.all([get(), get(), get()])

  t.same(new Set(all.map(({ text }) => text)), new Set(['version 1']))
})

t.test('a stale response is sent while one request fetches a new one', async (t) => {
  const one = origin({ 'cache-control': 'max-age=9, stale-while-revalidate=60', age: '10' })
  let release = (): void => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  let isFirst = true
  const sent: string[] = []
  const get = caching(
    async (...call) => {
      if (!isFirst) await gate
      isFirst = false
      await one.app(...call)
    },
    { staleWhileRevalidate: 0 },
  )
  await get()
  one.version = 2
  const all = [get(), get(['cookie', 'a=1']), get()].map((request) =>
    request.then(({ text }) => void sent.push(text)),
  )
  await settled()
  release()
  await Promise.all(all)

  t.equal(sent.filter((text) => text === 'version 1').length, 2, 'those without cookies')
  t.equal((await get()).text, 'version 2')
})

t.test('without the option no stale response is sent', async (t) => {
  const one = origin({ 'cache-control': 'max-age=9, stale-while-revalidate=60', age: '10' })
  const get = caching(one.app)
  await get()
  one.version = 2

  t.equal((await get()).text, 'version 2')
})

t.test('a client that requires a fresh response gets no stale one', async (t) => {
  for (const value of ['no-cache', 'max-age=5', 'min-fresh=1']) {
    const one = origin({ 'cache-control': 'max-age=9', age: '10' })
    const get = caching(one.app, { staleWhileRevalidate: 60, staleIfError: 60 })
    await get()
    one.version = 2
    t.equal((await get(['cache-control', value])).text, 'version 2', value)
  }
})

t.test('a stale response is sent while the app fails', async (t) => {
  const told: unknown[] = []
  const one = origin({ 'cache-control': 'max-age=9, stale-if-error=60', age: '10' })
  const get = caching(one.app, { staleIfError: 0, onError: (error: unknown) => told.push(error) })
  await get()
  one.version = 2
  for (const status of [500, 502, 503, 504]) {
    one.status = status
    t.match(await get(), { status: 200, text: 'version 1' }, String(status))
    t.match(await get(['if-none-match', '"1"']), { status: 304 }, String(status))
  }
  one.fails = true
  t.match(await get(), { status: 200, text: 'version 1' })
  t.match(told, [{ message: 'kaput' }], 'of an error that nobody sees')
  one.fails = false
  for (const status of [404, 501]) {
    one.status = status
    t.match(await get(), { status, text: 'version 2' }, String(status))
  }
})

t.test('the app’s error is sent if no stale response may be', async (t) => {
  const one = origin({ 'cache-control': 'max-age=9, must-revalidate', age: '10' })
  const get = caching(one.app, { staleIfError: 60, revalidate: 60 })
  await get()
  one.fails = true

  await t.rejects(get(), /kaput/)
})

t.test('a stream that is no longer needed is stopped', async (t) => {
  let count = 0
  let isStopped = false
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        count++
        yield new Uint8Array(1000)
        await settled()
      }
    } finally {
      isStopped = true
    }
  }
  const options = { headers: { etag: '"1"', 'cache-control': 'max-age=9' } }
  const get = caching(
    (scope, receive, send) =>
      new StreamingResponse(endless(), options).respond(scope, receive, send),
    { maxBodySize: 5_000 },
  )

  t.match(await get(['if-none-match', '"1"']), { status: 304, text: '' })
  t.ok(isStopped)
  t.ok(count <= 10, `${count} parts`)
})
