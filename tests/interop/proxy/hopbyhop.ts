import t from 'tap'
import { hopByHop, optionsOf } from '../../../lib/interop/proxy/hopbyhop.ts'

t.test('what is for one connection, by its name or by Connection', async (t) => {
  const isDropped = hopByHop(['connection', 'close, X-A', 'x-b', '1', 'connection', ' x-c ,,'])
  for (const name of [
    'connection',
    'te',
    'upgrade',
    'keep-alive',
    'transfer-encoding',
    'trailer',
  ]) {
    t.ok(isDropped(name), name)
  }
  for (const name of ['proxy-authorization', 'proxy-authenticate', 'proxy-connection']) {
    t.ok(isDropped(name), name)
  }
  t.same(['x-a', 'x-b', 'x-c', '', 'close'].map(isDropped), [true, false, true, false, true])
})

t.test('members are read from all fields of a name, without parameters', async (t) => {
  const list = ['te', 'Trailers;q=0.5, deflate', 'x', 'gzip', 'te', '']

  t.same([...optionsOf(list, 'te')], ['trailers', 'deflate'])
  t.same([...optionsOf(list, 'y')], [])
})
