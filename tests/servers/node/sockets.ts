// Sockets that others opened, and how many connections there may be.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { platform } from 'node:os'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { serve } from '../../../lib/servers/node.ts'
import { answer, httpApp, listening, request, soon } from '../../support/sockets.ts'

const PROGRAM = fileURLToPath(new URL('../../support/served.js', import.meta.url))
const fine = httpApp((_scope, _receive, send) => answer(send, 'fine'))
const skip = platform() === 'win32' && 'descriptors are not inherited on Windows'

t.test('serves on an inherited descriptor', { skip }, async (t) => {
  const holder: Server & { readonly _handle?: { readonly fd: number } } = createServer()
  holder.listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  const stdio = ['ignore', 'pipe', 'inherit', holder._handle?.fd ?? 0] as const
  const child = spawn(process.execPath, [PROGRAM, '{"fd":3}'], { stdio: [...stdio] })
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout?.on('data', (data: Buffer) => {
    output += data.toString()
  })
  await soon(once(child.stdout ?? child, 'data'), 'the port')
  holder.close()

  t.equal(output, `port ${port}\n`)
  const response = await fetch(`http://127.0.0.1:${port}/fine`)
  t.equal(await response.text(), 'fine')
  child.kill('SIGTERM')
  t.same(await soon(once(child, 'exit'), 'the end'), [0, null])
})

t.test('closes connections over the limit', async (t) => {
  const { connect } = await listening(t, fine, { maxConnections: 1 })
  const first = await connect()
  first.send(request('GET /'))
  await first.until('fine')

  const second = await connect()
  second.send(request('GET /'))

  t.equal(await second.end(), '')
  first.send(request('GET /', ['connection: close']))
  t.match(await first.end(), /fine[\s\S]*fine/)
})

t.test('refuses invalid descriptors and limits', async (t) => {
  await t.rejects(serve(fine, { fd: -1 }), {
    name: 'RangeError',
    message: 'serve: fd must be a descriptor, -1 was given. Write fd: 3.',
  })
  await t.rejects(serve(fine, { maxConnections: 0 }), {
    name: 'RangeError',
    message: 'serve: maxConnections must be at least 1, 0 was given. Leave it out for no limit.',
  })
})

t.test('refuses invalid times and counts', async (t) => {
  await t.rejects(serve(fine, { gracePeriodMs: Number.NaN }), {
    name: 'RangeError',
    message:
      'serve: gracePeriodMs must be a number from 0 on, NaN was given. Leave it out for the default.',
  })
  await t.rejects(serve(fine, { maxPipelinedRequests: 0 }), {
    name: 'RangeError',
    message:
      'serve: maxPipelinedRequests must be a number from 1 on, 0 was given. Leave it out for the default.',
  })
})
