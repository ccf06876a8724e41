import t from 'tap'
import { Inbox } from '../../lib/protocol/inbox.ts'
import type { WebSocketReceiveMessage } from '../../lib/types.ts'
import { collectGarbage } from '../support/gc.ts'

const END: WebSocketReceiveMessage = { type: 'websocket.disconnect', code: 1000, reason: '' }

function text(content: number | string): WebSocketReceiveMessage {
  return { type: 'websocket.receive', text: String(content) }
}

/** An inbox of a source that keeps what it was told. */
function inbox(maxQueuedMessages: number, maxQueuedBytes = 1000) {
  const told: string[] = []
  const box = new Inbox({ maxQueuedMessages, maxQueuedBytes })
  box.open({ pause: () => told.push('pause'), resume: () => told.push('resume') })
  return { box, told }
}

t.test('messages are received in order, before and after they arrive', async (t) => {
  const { box } = inbox(10)
  const early = [box.receive(), box.receive(), box.receive()]
  for (let index = 0; index < 5; index++) box.put(text(index), 1)

  t.same(await Promise.all(early), [text(0), text(1), text(2)])
  t.same([await box.receive(), await box.receive()], [text(3), text(4)])
})

t.test('after the end every pending receive gets the disconnect', async (t) => {
  const { box } = inbox(10)
  const waiting = [box.receive(), box.receive(), box.receive()]
  box.put(text('last'), 1)
  box.end(END)
  box.end({ ...END, code: 1006 } as WebSocketReceiveMessage)
  box.put(text('late'), 1)

  t.same(await Promise.all(waiting), [text('last'), END, END])
  t.equal(await box.receive(), END)
  t.equal(await box.receive(), END)
})

t.test('messages before the end are received first', async (t) => {
  const { box } = inbox(10)
  box.put(text('a'), 1)
  box.end(END)

  t.same([await box.receive(), await box.receive()], [text('a'), END])
})

t.test('beyond a number of messages the source pauses, until half are received', async (t) => {
  const { box, told } = inbox(4)
  for (let index = 0; index < 4; index++) box.put(text(index), 0)
  t.same(told, [])
  box.put(text(4), 0)
  box.put(text(5), 0)
  t.same(told, ['pause'])
  t.ok(box.paused)

  for (let index = 0; index < 3; index++) await box.receive()
  t.same(told, ['pause'])
  await box.receive()
  t.same(told, ['pause', 'resume'])
  t.notOk(box.paused)
  t.same([await box.receive(), await box.receive()], [text(4), text(5)])
})

t.test('beyond a number of bytes too', async (t) => {
  const { box, told } = inbox(100, 10)
  box.put(text('a'), 10)
  t.same(told, [])
  box.put(text('b'), 1)
  t.same(told, ['pause'])

  await box.receive()

  t.same(told, ['pause', 'resume'])
})

t.test('a message for a pending receive is not queued', async (t) => {
  const { box, told } = inbox(1, 1)
  const received = box.receive()
  box.put(text('large'), 1000)

  t.same(await received, text('large'))
  t.same(told, [])
})

t.test('messages that will not be received are read and dropped', async (t) => {
  const { box, told } = inbox(1)
  for (let index = 0; index < 3; index++) box.put(text(index), 1)
  box.discard()
  for (let index = 0; index < 3; index++) box.put(text(index), 1)
  t.same(told, ['pause', 'resume'])

  box.end(END)

  t.equal(await box.receive(), END)
})

t.test('the first message may arrive before there is a source', async (t) => {
  const box = new Inbox({ maxQueuedMessages: 1, maxQueuedBytes: 1 })
  for (let index = 0; index < 3; index++) box.put(text(index), 1)

  t.ok(box.paused)
  t.same([await box.receive(), await box.receive()], [text(0), text(1)])
})

t.test('received messages are released, even if some always wait', async (t) => {
  const { box } = inbox(4)
  let live = 0
  const registry = new FinalizationRegistry(() => {
    live--
  })
  box.put(text('first'), 1)
  for (let index = 0; index < 1_000; index++) {
    const message = text(index)
    registry.register(message, undefined)
    live++
    box.put(message, 1)
    await box.receive()
  }
  for (let round = 0; round < 100 && live >= 100; round++) {
    collectGarbage()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }

  t.ok(live < 100, `${live} are kept`)
})
