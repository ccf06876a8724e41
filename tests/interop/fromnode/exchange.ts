import { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { playTwice, type Scene, stateOf } from '../../support/barecomparison.ts'
import { watched } from '../../support/scopes.ts'
import { eventually, request } from '../../support/sockets.ts'

const CLOSE = ['connection: close']

/** Waits for an event that the handler has seen. */
async function until(seen: Parameters<Scene['play']>[1], event: string): Promise<void> {
  await eventually(
    () => seen.log.includes(event),
    () => `${event} in ${seen.log.join(', ')}`,
  )
}

/** Both, in whatever order. */
async function closed(seen: Parameters<Scene['play']>[1]): Promise<void> {
  await until(seen, 'response close')
  await until(seen, 'request close')
}

const SCENES: Readonly<Record<string, Scene>> = {
  'a request without a body is answered': {
    handler: (_, response) => response.end('x'),
    play: async (client, seen) => {
      await client.send(request('GET /a?b', CLOSE)).end()
      await closed(seen)
    },
  },
  'a connection is kept': {
    handler: (_, response) => response.end('x'),
    play: async (client, seen) => {
      await client.send(request('GET /')).until('\r\n\r\nx')
      await closed(seen)
    },
  },
  'a body is read, then answered': {
    handler: (req, response) => req.resume().on('end', () => response.end('x')),
    play: async (client, seen) => {
      await client.send(request('POST /', ['content-length: 5', ...CLOSE], 'hello')).end()
      await closed(seen)
    },
  },
  'a body is not read': {
    handler: (_, response) => response.end('x'),
    play: async (client, seen) => {
      await client.send(request('POST /', ['content-length: 5', ...CLOSE], 'hello')).end()
      await closed(seen)
    },
  },
  'a body is read on after the answer': {
    handler: (req, response, { log }) => {
      response.end('early')
      let text = ''
      req.on('data', (data) => {
        text += data
      })
      req.on('end', () => log.push(text))
    },
    play: async (client, seen) => {
      await client.send(request('POST /', ['content-length: 10'], 'abc')).until('early')
      client.send('defghij')
      await closed(seen)
    },
  },
  'a body is read part by part, as a loop asks for it': {
    handler: async (req, response, { log }) => {
      for await (const data of req) log.push(`${data}`)
      response.end('x')
    },
    play: async (client, seen) => {
      client.send(request('POST /', ['transfer-encoding: chunked', ...CLOSE], '3\r\nabc\r\n'))
      await until(seen, 'abc')
      await client.send('2\r\nde\r\n0\r\n\r\n').end()
      await closed(seen)
    },
  },
  'the client leaves in the middle of a response': {
    handler: (_, response) => response.write('x'),
    play: async (client, seen) => {
      await client.send(request('GET /')).until('\r\nx')
      await client.leave()
      await closed(seen)
    },
  },
  'the client leaves before a response': {
    handler: (_req, _response, { log }) => log.push('here'),
    play: async (client, seen) => {
      client.send(request('GET /'))
      await until(seen, 'here')
      await client.leave()
      await closed(seen)
    },
  },
  'the client leaves in the middle of its body': {
    handler: (req, _, { log }) => req.on('data', (data) => log.push(`${data}`)),
    play: async (client, seen) => {
      client.send(request('POST /', ['content-length: 50'], 'abc'))
      await until(seen, 'abc')
      await client.leave()
      await closed(seen)
    },
  },
  'what is written after the client left goes nowhere': {
    handler: (_, response, { log }) => {
      response.write('x')
      response.on('close', () => {
        response.write('y', (error) => log.push(`written: ${error?.message}`))
        response.end('z')
      })
    },
    play: async (client, seen) => {
      await client.send(request('GET /')).until('\r\nx')
      await client.leave()
      await closed(seen)
      await sleep(5)
    },
  },
  'the response is destroyed in the middle': {
    handler: (_, response) => {
      response.write('x')
      setTimeout(() => response.destroy(), 5)
    },
    play: async (client, seen) => {
      await client.send(request('GET /')).end()
      await closed(seen)
    },
  },
  'the socket is destroyed in the middle': {
    handler: (req, response) => {
      response.write('x')
      setTimeout(() => req.socket.destroy(), 5)
    },
    play: async (client, seen) => {
      await client.send(request('GET /')).end()
      await closed(seen)
    },
  },
  'a write after the end': {
    handler: (_, response, { log }) => {
      response.on('error', (error) => log.push(`response error: ${error.message}`))
      response.end('x')
      response.write('y', (error) => log.push(`written: ${error?.message}`))
    },
    play: async (client, seen) => {
      await client.send(request('GET /', CLOSE)).end()
      await closed(seen)
    },
  },
  'callbacks of write and end': {
    handler: (_, response, { log }) => {
      response.write('a', () => log.push('a'))
      response.write('b', 'utf8', () => log.push('b'))
      response.end('c', () => log.push('c'))
    },
    play: async (client, seen) => {
      await client.send(request('GET /', CLOSE)).end()
      await closed(seen)
    },
  },
  'end twice': {
    handler: (_, response, { log }) => {
      response.end('x', () => log.push('first'))
      response.end(() => log.push('second'))
    },
    play: async (client, seen) => {
      await client.send(request('GET /', CLOSE)).end()
      await closed(seen)
    },
  },
}

/** Through messages, which is the exchange here; and with the server's own pair, see `native.ts`. */
const WAYS = { 'through messages': watched, native: undefined }

for (const [name, scene, way] of Object.entries(SCENES).flatMap(([name, scene]) =>
  Object.keys(WAYS).map((way) => [name, scene, way as keyof typeof WAYS] as const),
)) {
  t.test(`a mounted handler behaves as it does alone, ${way}: ${name}`, async (t) => {
    const { bare, inside } = await playTwice(t, scene, WAYS[way])

    // Each in order; which of the two ends first depends on the version of Node.
    for (const half of ['request', 'response']) {
      const of = (log: string[]): string[] =>
        log.filter((event) => event.startsWith(half) || !/^re(?:quest|sponse) /.test(event))
      t.strictSame(of(inside.log), of(bare.log))
    }
    t.strictSame(stateOf(inside), stateOf(bare))
    t.ok(inside.request instanceof IncomingMessage)
    t.ok(inside.response instanceof ServerResponse)
  })
}
