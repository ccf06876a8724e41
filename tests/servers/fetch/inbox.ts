import t from 'tap'
import { Inbox } from '../../../lib/servers/fetch/inbox.ts'
import type { ReceiveMessage } from '../../../lib/types.ts'

const END: ReceiveMessage = { type: 'websocket.disconnect', code: 1000, reason: '' }
const text = (content: string): ReceiveMessage => ({ type: 'websocket.receive', text: content })

t.test('gives messages in order, to whoever waits first', async (t) => {
  const inbox = new Inbox()
  const waiting = [inbox.receive(), inbox.receive()]
  for (const content of ['a', 'b', 'c']) inbox.put(text(content), 1)

  t.same(await Promise.all([...waiting, inbox.receive()]), ['a', 'b', 'c'].map(text))
})

t.test('knows how much waits, a message never being nothing', async (t) => {
  const inbox = new Inbox()
  inbox.put(text(''), 0)
  inbox.put(text('abc'), 3)

  t.equal(inbox.size, 64 + 67)
  await inbox.receive()
  t.equal(inbox.size, 67)
})

t.test('after what has come there is the end, again and again', async (t) => {
  const inbox = new Inbox()
  inbox.put(text('a'), 1)
  inbox.end(END)
  inbox.end({ ...END, code: 1006 })
  t.ok(inbox.ended)
  inbox.put(text('late'), 4)

  t.same(await inbox.receive(), text('a'))
  t.same([await inbox.receive(), await inbox.receive()], [END, END])
})

t.test('the end is told to all who wait', async (t) => {
  const inbox = new Inbox()
  const waiting = [inbox.receive(), inbox.receive()]
  inbox.end(END)

  t.same(await Promise.all(waiting), [END, END])
})

t.test('a hundred thousand messages are taken in linear time', async (t) => {
  const inbox = new Inbox()
  for (let index = 0; index < 100_000; index++) inbox.put(text(`${index}`), 5)
  const started = performance.now()

  for (let index = 0; index < 100_000; index++) await inbox.receive()

  t.equal(inbox.size, 0)
  t.ok(performance.now() - started < 1_500, `it took ${performance.now() - started} ms`)
})
