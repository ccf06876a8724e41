import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import t, { type Test } from 'tap'
import { writeAtOnce } from '../../../lib/servers/node/atonce.ts'

/** What one response sends, and in how many pieces it goes to the system. */
async function sent(
  t: Test,
  respond: (response: ServerResponse) => void,
): Promise<{ text: string; pieces: number }> {
  const server = createServer((_, response) => respond(response)).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  let pieces = 0
  server.once('connection', (socket: Socket) => {
    const { _write, _writev } = socket
    socket._write = (...all) => {
      pieces++
      _write.apply(socket, all)
    }
    socket._writev = (chunks, callback) => {
      pieces += chunks.length
      _writev?.call(socket, chunks, callback)
    }
  })
  const client = new Socket().connect(port, '127.0.0.1')
  client.write('GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n')
  let text = ''
  for await (const part of client) text += part
  return { text, pieces }
}

t.test('head and text are one write', async (t) => {
  const { text, pieces } = await sent(t, (response) => {
    response.writeHead(200, { 'content-length': 4 })
    writeAtOnce(response, 'caf\xe9', 'latin1')
    response.end()
  })

  t.match(text, /content-length: 4\r\n[\s\S]*\r\n\r\ncaf.$/)
  t.equal(pieces, 1)
})

t.test('bytes are a second write', async (t) => {
  const { text, pieces } = await sent(t, (response) => {
    response.setHeader('content-length', 5)
    writeAtOnce(response, Buffer.from('hello'))
    response.end()
  })

  t.match(text, /content-length: 5\r\n[\s\S]*\r\n\r\nhello$/i)
  t.equal(pieces, 2)
})
