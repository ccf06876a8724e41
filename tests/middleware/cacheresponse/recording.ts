import t from 'tap'
import type { Entry } from '../../../lib/middleware/cacheresponse/entries.ts'
import { Recording } from '../../../lib/middleware/cacheresponse/recording.ts'
import { SENT, type Send, type SendMessage } from '../../../lib/types.ts'

const FRESHNESS = { lifetime: 60, age: 0, vary: [], isPublic: false }
const START: SendMessage = {
  type: 'http.response.start',
  status: 200,
  headers: ['a', 'b', 'age', '3'],
}
const part = (text: string, moreBody: boolean): SendMessage => ({
  type: 'http.response.body',
  body: Buffer.from(text),
  moreBody,
})

function recording(send: Send, maxSize = 10) {
  const done: (Entry | undefined)[] = []
  const recorder = {
    maxSize,
    freshnessOf: () => FRESHNESS,
    done: (entry?: Entry) => void done.push(entry),
  }
  return { done, send: new Recording(send, recorder).send }
}

t.test('keeps status, fields and body, without the age', async (t) => {
  const { done, send } = recording(() => SENT)
  for (const message of [START, part('ab', true), part('cd', false)]) send(message)

  t.match(done, [{ ...FRESHNESS, status: 200, headers: ['a', 'b'] }])
  t.equal(new TextDecoder().decode(done[0]?.body), 'abcd')
})

t.test('bytes that the app overwrites later are kept unchanged', async (t) => {
  const { done, send } = recording(() => SENT)
  const body = Buffer.from('ab')
  send(START)
  send({ type: 'http.response.body', body, moreBody: true })
  body.fill(0)
  send(part('', false))

  t.equal(new TextDecoder().decode(done[0]?.body), 'ab')
})

t.test('a larger body, or a file, stops the recording', async (t) => {
  const path: SendMessage = { type: 'http.response.pathsend', path: '/a' }
  for (const message of [part('a'.repeat(11), true), path]) {
    const { done, send } = recording(() => SENT)
    for (const one of [START, message, part('b', false)]) send(one)
    t.same(done, [undefined])
  }
})

t.test('early hints and debug messages change nothing', async (t) => {
  const { done, send } = recording(() => SENT)
  send({ type: 'http.response.debug', info: {} })
  send(START)
  send({ type: 'http.response.early_hint', links: [] })
  send(part('a', false))

  t.equal(done.length, 1)
  t.equal(new TextDecoder().decode(done[0]?.body), 'a')
})

t.test('a slow client is awaited only until the copy is complete or abandoned', async (t) => {
  const release: (() => void)[] = []
  const sent: SendMessage[] = []
  const slow: Send = (message) => {
    sent.push(message)
    return new Promise((resolve) => release.push(resolve))
  }
  const { done, send } = recording(slow)
  t.equal(send(START), SENT)
  t.equal(send(part('a', true)), SENT)
  const last = send(part('b', false))
  t.equal(done.length, 1)
  t.not(last, SENT)
  t.equal(sent.length, 1, 'messages keep their order')
  for (let index = 0; index < 2; index++) {
    release[index]?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await last
  t.equal(sent.length, 2, 'parts that waited go out together')
  t.same(sent[1], { ...part('ab', false), body: new Uint8Array(Buffer.from('ab')) })
})

t.test('the owner of a pending part may reuse its buffer', async (t) => {
  const sent: unknown[] = []
  const slow: Send = async (message) => {
    sent.push('body' in message ? Buffer.from(message.body ?? []).toString() : message.type)
  }
  const { send } = recording(slow)
  const body = Buffer.from('ab')
  send(START)
  send({ type: 'http.response.body', body, moreBody: true })
  body.fill(0)
  send({ type: 'http.response.early_hint', links: [] })
  await send(part('c', false))

  t.same(sent, ['http.response.start', 'ab', 'http.response.early_hint', 'c'])
})

t.test('nothing is sent after a failed send', async (t) => {
  let count = 0
  const gone: Send = async () => {
    count += 1
    throw new Error('gone')
  }
  const { send } = recording(gone)
  send(START)
  send(part('a', true))
  await t.rejects(send(part('b', false)), /gone/)
  await t.rejects(send(part('c', false)), /gone/)
  t.equal(count, 1)
})
