import fc from 'fast-check'
import t from 'tap'
import type { ReceiveMessage } from '../../lib/types.ts'
import { Inbox } from '../../lib/websockets/inbox.ts'

const END: ReceiveMessage = { type: 'websocket.disconnect', code: 1000, reason: '' }
const reader = { read: (message: ReceiveMessage | undefined) => message }
const text = (value: number): ReceiveMessage => ({ type: 'websocket.receive', text: `${value}` })

t.test('reports the end once, and returns it every time', async (t) => {
  const messages = [text(1), END]
  let asked = 0
  let ends = 0
  const inbox = new Inbox(async () => messages[asked++] ?? text(2), { ended: () => ends++ })
  inbox.watch()

  t.same(await inbox.next(reader), text(1))
  t.same(await inbox.next(reader), END)
  t.same(await inbox.next(reader), END)
  t.equal(ends, 1)
  t.equal(asked, 2, 'and nothing is asked for after it')
})

t.test('loses nothing and keeps the order, with any readers', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('take', 'leave', 'give', 'watch', 'turn'), { maxLength: 60 }),
      async (steps) => {
        let given = 0
        const asked: ((message: ReceiveMessage) => void)[] = []
        const inbox = new Inbox(() => new Promise((resolve) => asked.push(resolve)), {
          ended: () => {},
        })
        const readers: (typeof reader)[] = []
        const taken: Promise<ReceiveMessage | undefined>[] = []
        for (const step of steps) {
          if (step === 'take') {
            readers.push({ ...reader })
            taken.push(inbox.next(readers.at(-1) ?? reader))
          } else if (step === 'leave') inbox.leave(readers.shift() ?? reader)
          else if (step === 'give') asked.shift()?.(text(given++))
          else if (step === 'watch') inbox.watch()
          else await null
          if (asked.length > 1) return false // one at a time
        }
        for (const one of readers) inbox.leave(one)
        await null
        for (const resolve of asked.splice(0)) resolve(text(given++))
        await null
        const got = (await Promise.all(taken)).filter((message) => message !== undefined)
        const rest = given - got.length
        for (let index = 0; index < rest; index++) {
          const message = await inbox.next(reader)
          if (message !== undefined) got.push(message)
        }
        t.same(
          got,
          Array.from({ length: given }, (_, index) => text(index)),
        )
        return true
      },
    ),
    { numRuns: 200 },
  )
})
