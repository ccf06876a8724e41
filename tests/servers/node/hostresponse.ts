import { createServer } from 'node:http'
import t from 'tap'
import { endHosted, writeHosted } from '../../../lib/servers/node/hostresponse.ts'
import { hostServer } from '../../support/hosts.ts'
import { request } from '../../support/sockets.ts'

const GET = request('GET /', ['connection: close'])

t.test('fields of the app are added to those of the host, and override them', async (t) => {
  const { talk } = await hostServer(
    t,
    createServer((_request, response) => {
      response.setHeader('X-Host', 'host')
      response.setHeader('Content-Type', 'text/html')
      response.setHeader('Set-Cookie', ['a=1', 'b=2'])
      response.setHeader('Vary', 'origin')
      response.appendHeader('Content-Language', 'de')
      const headers = ['content-type', 'text/plain', 'set-cookie', 'c=3', 'vary', 'accept']
      writeHosted(response, 201, [...headers, 'x-twice', '1', 'x-twice', '2', 'link', '</>'])
      response.end('body')
    }),
  )
  const received = await talk(GET)
  const fields = received.slice(0, received.indexOf('\r\n\r\n')).split('\r\n')

  t.equal(fields[0], 'HTTP/1.1 201 Created')
  t.same(
    fields.slice(1).filter((field) => !/^(?:date|connection|transfer-encoding):/i.test(field)),
    [
      'X-Host: host',
      'content-type: text/plain',
      'set-cookie: a=1',
      'set-cookie: b=2',
      'set-cookie: c=3',
      'vary: origin',
      'vary: accept',
      'Content-Language: de',
      'x-twice: 1',
      'x-twice: 2',
      'link: </>',
    ],
  )
})

t.test('wrappers of a response get the fields one by one, and a Buffer', async (t) => {
  const seen: unknown[] = []
  const { talk } = await hostServer(
    t,
    createServer((_request, response) => {
      const { setHeader, writeHead, end } = response
      Object.assign(response, {
        setHeader(name: string, value: string) {
          seen.push([name, value])
          return setHeader.call(response, name, value)
        },
        // As on-headers has done until 2025: a list becomes nonsense, so none may come.
        writeHead(...args: [number]) {
          seen.push(args)
          return writeHead.apply(response, args)
        },
        end(...args: [Buffer]) {
          seen.push(args.map((body) => Buffer.isBuffer(body)))
          return end.call(response, args[0], 'utf8')
        },
      })
      const inside = Buffer.from('-body-').subarray(1, 5)
      const bytes = new Uint8Array(inside.buffer, inside.byteOffset, inside.byteLength)
      endHosted(response, 200, ['content-length', '4'], bytes)
    }),
  )

  t.match(await talk(GET), /\r\n\r\nbody$/)
  t.same(seen, [['content-length', '4'], [200], [true]])
})

t.test('an empty body is passed as no argument', async (t) => {
  const { talk } = await hostServer(
    t,
    createServer((_request, response) => endHosted(response, 204, [], new Uint8Array(0))),
  )

  t.match(await talk(GET), /^HTTP\/1\.1 204 No Content\r\n/)
})
