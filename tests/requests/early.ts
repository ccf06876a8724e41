// Promises of a body that reject before they are waited for.
import t from 'tap'
import { msgpack } from '../../lib/msgpack.ts'
import { Request } from '../../lib/requests.ts'
import type { ReceiveMessage } from '../../lib/types.ts'
import { body, field, file, MULTIPART } from '../support/multipart.ts'
import { httpScope, receiving } from '../support/scopes.ts'
import { unhandledIn } from '../support/unhandled.ts'

const JSON_TYPE = 'application/json'
const URLENCODED = 'application/x-www-form-urlencoded'
const MSGPACK = 'application/msgpack'

type Read = (request: Request) => Promise<unknown>

const reads: [title: string, contentType: string, read: Read][] = [
  ['bytes()', 'text/plain', (request) => request.bytes({ maxSize: 2 })],
  ['text()', 'text/plain', (request) => request.text({ maxSize: 2 })],
  ['json()', JSON_TYPE, (request) => request.json({ maxSize: 2 })],
  ['msgpack()', MSGPACK, (request) => msgpack(request, { maxSize: 2 })],
  ['form(), urlencoded', URLENCODED, (request) => request.form({ maxSize: 2 })],
  ['form(), multipart', MULTIPART, (request) => request.form({ maxSize: 2 })],
  ['stream()', 'text/plain', (request) => request.stream({ maxSize: 2 }).next()],
  ['parts()', MULTIPART, (request) => request.parts({ maxSize: 2 }).next()],
]

const tooLarge: ReceiveMessage = { type: 'http.request', body: Buffer.from('abc'), moreBody: false }

for (const [title, contentType, read] of reads) {
  for (const [what, message] of [
    ['a body that is too large', tooLarge],
    ['a client that leaves', { type: 'http.disconnect' }],
  ] as const) {
    t.test(`${title} may be awaited later, after ${what}`, async (t) => {
      const scope = httpScope({ method: 'POST', headers: ['content-type', contentType] })
      const request = new Request(scope, receiving([message]))
      let reading: Promise<unknown> = Promise.resolve()
      const unhandled = await unhandledIn(() => {
        reading = read(request)
      })

      t.same(unhandled, [])
      await t.rejects(reading)
    })
  }
}

t.test('malformed bodies, and those of another type, may be awaited later', async (t) => {
  const given: [contentType: string, read: Read][] = [
    [JSON_TYPE, (request) => request.json()],
    ['text/plain', (request) => request.json()],
    [MSGPACK, (request) => msgpack(request)],
    ['text/plain', (request) => msgpack(request)],
    [MULTIPART, (request) => request.form()],
    [MULTIPART, (request) => request.parts().next()],
    ['text/plain', (request) => request.parts().next()],
  ]
  for (const [contentType, read] of given) {
    const scope = httpScope({ method: 'POST', headers: ['content-type', contentType] })
    let reading: Promise<unknown> = Promise.resolve()
    const unhandled = await unhandledIn(() => {
      reading = read(new Request(scope, receiving([tooLarge])))
    })

    t.same(unhandled, [])
    await t.rejects(reading)
  }
})

t.test('results of a part or a file may be awaited later', async (t) => {
  const content = body(field('a', 'abc'), file('b', 'b.txt', 'abc'))
  const requestOf = (): Request =>
    new Request(
      httpScope({ method: 'POST', headers: ['content-type', MULTIPART] }),
      receiving([{ type: 'http.request', body: content, moreBody: false }]),
    )
  const form = await requestOf().form()
  const upload = form.file('b')
  await form.close()
  const part = (await requestOf().parts().next()).value
  t.ok(part && upload)
  if (part === undefined || upload === null) return
  const given = [
    () => part.bytes({ maxSize: 1 }),
    () => part.text({ maxSize: 1 }),
    () => part.stream().next(),
    () => part.skip(),
    () => upload.bytes(),
    () => upload.text(),
    () => upload.stream().next(),
    () => upload.saveTo('/'),
  ]
  let failed = 0
  const readings: Promise<unknown>[] = []
  const unhandled = await unhandledIn(() => {
    for (const read of given) readings.push(read())
  })
  for (const reading of readings) await reading.catch(() => failed++)

  t.same(unhandled, [])
  t.ok(failed >= 6, 'nearly all of them fail')
})
