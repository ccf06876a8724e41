import t from 'tap'
import { Mailbox } from '../../../lib/testing/client/mailbox.ts'
import { SENT } from '../../../lib/types.ts'

const late = (): Error => new Error('late')

t.test('delivers messages in order', async (t) => {
  const box = new Mailbox<string>()
  const first = box.take()
  t.equal(box.put('a', 1), SENT)
  t.equal(box.put('b', 1), SENT)

  t.equal(await first, 'a')
  t.same(box.unread, ['b'])
  t.equal(await box.take(), 'b')
  t.same(box.unread, [])
})

t.test('a timed-out wait takes no message', async (t) => {
  const box = new Mailbox<string>()

  await t.rejects(box.take(1, late), { message: 'late' })
  box.put('a', 1)

  t.equal(await box.take(1000, late), 'a')
})

t.test('a full mailbox delays senders', async (t) => {
  const box = new Mailbox<string>()
  let hasRoom = false
  const sent = box.put('a', 65_536).then(() => {
    hasRoom = true
  })
  await null
  t.notOk(hasRoom)

  await box.take()
  await sent
  t.ok(hasRoom)
})

t.test('its end reaches pending and later waits', async (t) => {
  const box = new Mailbox<string>()
  const refused = { message: 'no more' }
  const waiting = box.take()
  box.end({ take: () => 'end', refusal: () => new Error('no more') })
  box.end({ take: () => 'other', refusal: () => new Error('other') })

  t.equal(await waiting, 'end')
  t.equal(await box.take(), 'end')
  await t.rejects(box.put('a', 1), refused)

  const failing = new Mailbox<string>()
  const blocked = t.rejects(failing.put('a', 70_000), refused)
  const fail = (): never => {
    throw new Error('it failed')
  }
  failing.end({ take: fail, refusal: () => new Error('no more') })
  await blocked
  t.equal(await failing.take(), 'a', 'what has come is still there')
  await t.rejects(failing.take(), { message: 'it failed' })
})
