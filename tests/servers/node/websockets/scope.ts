import t from 'tap'
import type { WebSocketScope } from '../../../../lib/types.ts'
import { HANDSHAKE, handshake } from '../../../support/frames.ts'
import { listening } from '../../../support/sockets.ts'
import { websocketApp } from '../../../support/websockets.ts'

t.test('every key matches the contract (asgi.md section 5)', async (t) => {
  const seen: WebSocketScope[] = []
  const { talk } = await listening(
    t,
    websocketApp((scope, _receive, send) => {
      seen.push(scope)
      return send({ type: 'websocket.close' })
    }),
    { rootPath: '/api' },
  )

  await talk(handshake('/a%20b?c=%20d', ['Sec-WebSocket-Protocol: x, y']))
  await talk(handshake('http://other/'))
  t.match(await talk(handshake('*')), /^HTTP\/1\.1 400 /, 'the form is for OPTIONS')

  const [scope, absolute] = seen
  t.match(scope, {
    type: 'websocket',
    asgi: { version: '3.0', specVersion: '2.5' },
    httpVersion: '1.1',
    scheme: 'ws',
    path: '/api/a b',
    rawPath: '/api/a%20b',
    queryString: 'c=%20d',
    rootPath: '/api',
    subprotocols: ['x', 'y'],
    extensions: { 'websocket.http.response': {} },
    client: { host: '127.0.0.1', port: Number },
    server: { host: '127.0.0.1', port: Number },
    onDisconnect: Function,
  })
  const fields = HANDSHAKE.flatMap((field) => field.split(': '))
  t.same(scope?.headers, ['host', 'test', ...fields, 'sec-websocket-protocol', 'x, y'])
  t.strictSame({ ...scope }, scope, 'a copy is complete')
  t.match(absolute, { path: '/api/', headers: ['host', 'other'] })
  t.equal(seen.length, 2)
})
