import t from 'tap'
import { assertName, ChannelsUnavailable } from '../../lib/channels/backend.ts'
import { shown } from '../../lib/internal/checks.ts'

t.test('names are text that every backend keeps unchanged', (t) => {
  for (const name of ['a', ' ', 'chat:7', 'é', '💫', 'x'.repeat(255)]) {
    t.doesNotThrow(() => assertName('here', name), name)
  }
  for (const name of ['', 'a\nb', 'a\0', '\x7f', '\x85', '\ud800', 'x'.repeat(256)]) {
    t.throws(() => assertName('here', name), {
      name: 'TypeError',
      message: `here: a name must have 1 to 255 characters, without control characters and lone surrogates, ${shown(name)} was given. Choose another name.`,
    })
  }
  t.throws(() => assertName('here', 7 as unknown as string), /7 was given/) // as JavaScript may
  t.end()
})

t.test('ChannelsUnavailable has a name', (t) => {
  t.equal(new ChannelsUnavailable('gone').name, 'ChannelsUnavailable')
  t.end()
})
