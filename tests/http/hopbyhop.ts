import t from 'tap'
import { FRAMING, hopByHop, optionsOf } from '../../lib/http/hopbyhop.ts'

t.test('framing fields are set by the server', async (t) => {
  const names = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']
  t.same([...FRAMING], names)
})

t.test('hop-by-hop fields are known by name or listed in Connection', async (t) => {
  const isDropped = hopByHop(['connection', 'close, X-A', 'x-b', '1', 'connection', ' x-c ,,'])
  for (const name of [...FRAMING, 'te', 'trailer', 'http2-settings']) {
    t.ok(isDropped(name), name)
  }
  for (const name of ['proxy-authorization', 'proxy-authenticate', 'proxy-authentication-info']) {
    t.ok(isDropped(name), name)
  }
  t.same(['x-a', 'x-b', 'x-c', '', 'close'].map(isDropped), [true, false, true, false, true])
})

t.test('members are read from all fields of a name, without parameters', async (t) => {
  const list = ['te', 'Trailers;q=0.5, deflate', 'x', 'gzip', 'te', '']

  t.same([...optionsOf(list, 'te')], ['trailers', 'deflate'])
  t.same([...optionsOf(list, 'y')], [])
})
