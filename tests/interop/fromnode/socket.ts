import { IncomingMessage } from 'node:http'
import t from 'tap'
import { fromNode } from '../../../lib/interop/fromnode.ts'
import type { HTTPScope } from '../../../lib/types.ts'
import { call, httpScope } from '../../support/scopes.ts'
import { soon } from '../../support/sockets.ts'

/** What a handler finds in its socket. */
async function found(scope: Partial<HTTPScope>): Promise<Record<string, unknown>> {
  let told: Record<string, unknown> = {}
  await call(
    fromNode((request, response) => {
      const { socket } = request
      told = Object.fromEntries(
        [
          'encrypted',
          'remoteAddress',
          'remotePort',
          'remoteFamily',
          'localAddress',
          'localPort',
          'localFamily',
          'readyState',
          'connecting',
        ].map((key) => [key, Reflect.get(socket, key)]),
      )
      told['address'] = socket.address()
      t.equal(response.socket, socket)
      t.equal(request.connection, socket)
      response.end()
    }),
    httpScope(scope),
  )
  return told
}

t.test('has the addresses of the scope', async (t) => {
  t.strictSame(await found({ scheme: 'https', client: { host: '::1', port: 5 } }), {
    encrypted: true,
    remoteAddress: '::1',
    remotePort: 5,
    remoteFamily: 'IPv6',
    localAddress: '127.0.0.1',
    localPort: 8000,
    localFamily: 'IPv4',
    readyState: 'open',
    connecting: false,
    address: { address: '127.0.0.1', family: 'IPv4', port: 8000 },
  })
  const unix = await found({ client: null, server: { host: '/run/x.sock', port: null } })
  t.strictSame(
    [unix['encrypted'], unix['remoteAddress'], unix['remotePort']],
    [false, undefined, undefined],
  )
  t.strictSame(
    [unix['localAddress'], unix['localPort'], unix['address']],
    [undefined, undefined, {}],
  )
})

t.test('it has the methods of a socket, and they do no harm', async (t) => {
  const sent = await call(
    fromNode(({ socket }, response) => {
      socket.setNoDelay(true).setKeepAlive(true).ref().unref()
      socket.pause()
      socket.resume()
      socket.setTimeout(1000, () => {}).setTimeout(0, () => {})
      response.end('x')
    }),
  )

  t.equal(sent.length, 2)
})

t.test('a handler may mark the connection as encrypted', async (t) => {
  await call(
    fromNode((request, response) => {
      Object.assign(request.socket, { encrypted: true })
      t.equal(Reflect.get(request.socket, 'encrypted'), true)
      response.end()
    }),
  )
})

t.test('a client disconnect closes it without an error', async (t) => {
  const told: string[] = []
  let leave = (): void => {}
  const listen = (listener: () => void): void => {
    leave = listener
  }
  const called = call(
    fromNode((request, response) => {
      for (const event of ['error', 'close']) {
        request.socket.on(event, () => told.push(`socket ${event}`))
        request.on(event, () => told.push(`request ${event}`))
        response.on(event, () => told.push(`response ${event}`))
      }
      response.write('a')
    }),
    httpScope({ onDisconnect: listen }),
  )
  leave()
  await t.rejects(called, { name: 'ClientDisconnected' })
  await new Promise((resolve) => setTimeout(resolve, 5))

  t.strictSame(told.sort(), ['request close', 'request error', 'response close', 'socket close'])
})

t.test('rejects bytes that are written to it', async (t) => {
  let refusal: Error | null | undefined
  const app = fromNode((request) => {
    request.socket.on('error', () => {})
    request.socket.write('HTTP/1.1 200 OK\r\n\r\n', (error) => {
      refusal = error
    })
  })

  await t.rejects(call(app), /^fromNode: bytes were written to the socket itself/)
  t.match(refusal, /which cannot send them\. Write them to the response/)
})

t.test('destroySoon and resetAndDestroy abort the exchange', async (t) => {
  await t.rejects(call(fromNode(({ socket }) => void socket.destroySoon())), /has destroyed/)
  await t.rejects(call(fromNode(({ socket }) => void socket.resetAndDestroy())), /has destroyed/)
})

t.test('a timeout is emitted to listeners, or ends the exchange', async (t) => {
  const answered = await soon(
    call(
      fromNode((_, response) => {
        response.setTimeout(5, () => response.writeHead(503).end('too slow'))
      }),
    ),
    'the answer',
  )
  t.match(answered[0], { type: 'http.response.start', status: 503 })

  const headers = ['content-length', '5']
  const told = await soon(
    call(
      fromNode((request, response) => {
        request.setTimeout(5, () => response.end('no body'))
      }),
      httpScope({ headers }),
    ),
    'the answer',
  )
  t.equal(told.length, 2)

  await soon(
    t.rejects(call(fromNode((request) => void request.socket.setTimeout(5))), /has destroyed/),
    'the end',
  )
})

t.test('a complete exchange does not abort its signal', async (t) => {
  let signal: AbortSignal | undefined
  await call(
    fromNode((request, response) => {
      signal = Reflect.get(request, 'signal')
      response.end('x')
    }),
  )
  await new Promise((resolve) => setTimeout(resolve, 5))
  t.not(signal?.aborted, true)

  let leave: () => void = () => {}
  const scope = httpScope({
    onDisconnect: (listener) => {
      leave = listener
    },
  })
  const done = call(
    fromNode((request) => {
      signal = Reflect.get(request, 'signal')
    }),
    scope,
  )
  leave()
  await t.rejects(done, { name: 'ClientDisconnected' })
  // Node has it since 24.
  t.equal(signal?.aborted ?? true, true)
  t.equal(signal === undefined, !('signal' in IncomingMessage.prototype))
})
