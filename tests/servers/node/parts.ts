import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import t, { type Test } from 'tap'
import { Parts } from '../../../lib/servers/node/parts.ts'
import { eventually, RawClient, request, statuses } from '../../support/sockets.ts'

/** A client of a plain server. */
async function connected(t: Test, listener: RequestListener): Promise<RawClient> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const client = new RawClient(connect({ port, host: '127.0.0.1' }))
  t.teardown(() => client.socket.destroy())
  return client
}

const KINDS = [
  { kind: 'a length', head: 'content-length: 6', parts: ['abc', 'def'] },
  { kind: 'chunks', head: 'transfer-encoding: chunked', parts: ['3\r\nabc\r\n', '3\r\ndef\r\n', '0\r\n\r\n'] },
] // biome-ignore format: a table

for (const { kind, head, parts } of KINDS) {
  t.test(`a body with ${kind} is passed on part by part, with its end`, async (t) => {
    const seen: (string | null)[] = []
    const client = await connected(t, (request, response) => {
      new Parts(request, (part) => {
        seen.push(part === null ? null : Buffer.from(part).toString())
        if (part === null) response.end('done')
        return true
      })
    })
    client.send(request('POST /', [head]))
    for (const [index, part] of parts.entries()) {
      client.send(part)
      await eventually(() => seen.length > index, `part ${index}`)
    }

    await client.until('done')
    t.same(seen, ['abc', 'def', null])
  })
}

t.test('parts that arrived before the first read are kept', async (t) => {
  const seen: (string | null)[] = []
  const client = await connected(t, (request, response) => {
    setTimeout(() => {
      new Parts(request, (part) => {
        seen.push(part === null ? null : Buffer.from(part).toString())
        if (part === null) response.end('done')
        return true
      })
    }, 20)
  })

  client.send(request('POST /', ['content-length: 6'], 'abcdef'))
  await client.until('done')
  client.send(request('POST /', ['transfer-encoding: chunked'], '0\r\n\r\n'))
  await eventually(() => statuses(client.received).length === 2, 'the second answer')

  t.same(seen, ['abcdef', null, null])
})

t.test('the end is not passed on if it is not needed', async (t) => {
  const seen: (string | null)[] = []
  const client = await connected(t, (request, response) => {
    const take = (part: Uint8Array | null): boolean => {
      seen.push(part === null ? null : Buffer.from(part).toString())
      request.once('end', () => response.end('done'))
      return true
    }
    new Parts(request, take, false)
  })

  client.send(request('POST /', ['content-length: 6'], 'abcdef'))
  await client.until('done')

  t.same(seen, ['abcdef'])
})

t.test('after false no more parts are passed on until it resumes', async (t) => {
  const size = 32 * 1_048_576
  let taken = 0
  let mayGoOn = false
  let body: Parts | undefined
  const client = await connected(t, (request, response) => {
    body = new Parts(request, (part) => {
      taken += part?.byteLength ?? 0
      if (part === null) response.end('done')
      return mayGoOn
    })
  })
  client.send(request('POST /', [`content-length: ${size}`]))
  client.send(new Uint8Array(size))
  let before = -1
  await eventually(() => {
    const stands = client.socket.bytesWritten === before
    before = client.socket.bytesWritten
    return stands
  }, 'that the client is held up')

  t.ok(client.socket.writableLength > size / 2, `${client.socket.writableLength} bytes wait`)
  const stopped = taken
  t.ok(stopped < 1_048_576, `${stopped} bytes were taken`)
  body?.goOn()
  await eventually(() => taken > stopped, 'one part more')
  mayGoOn = true
  body?.goOn()

  await client.until('done')
  t.equal(taken, size)
})

t.test('the rest of a body can be skipped, and the next request is read', async (t) => {
  let taken = 0
  const client = await connected(t, (request, response) => {
    if (request.method === 'GET') return void response.end('the next')
    const body = new Parts(request, (part) => {
      taken += part?.byteLength ?? 0
      response.end('enough')
      body.discard()
      return true
    })
  })
  client.send(request('POST /', ['content-length: 4194304']))
  client.send(new Uint8Array(4_194_304))
  client.send(request('GET /'))

  await client.until('the next')
  t.same(statuses(client.received), [200, 200])
  t.ok(taken > 0)
})

t.test('the rest can be skipped after false too', async (t) => {
  const client = await connected(t, (request, response) => {
    if (request.method === 'GET') return void response.end('the next')
    const body = new Parts(request, () => {
      setTimeout(() => {
        response.end('enough')
        body.discard()
      }, 20)
      return false
    })
  })
  client.send(request('POST /', ['content-length: 4194304']))
  client.send(new Uint8Array(4_194_304))
  client.send(request('GET /'))

  await client.until('the next')
  t.same(statuses(client.received), [200, 200])
})
