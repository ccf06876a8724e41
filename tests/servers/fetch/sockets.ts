import t from 'tap'
import { toMessage } from '../../../lib/servers/fetch/sockets.ts'

t.test('text stays text, and bytes of any kind are copied', async (t) => {
  const bytes = new Uint8Array([1, 2])

  t.equal(toMessage('a'), 'a')
  t.same(toMessage(bytes.buffer), bytes)
  t.same(toMessage(Buffer.from(bytes)), bytes)
  t.not(toMessage(bytes), bytes)
  t.throws(() => toMessage(new Blob()), /neither text nor bytes/)
})
