// What does the same answer cost by node:http, by Stellula on node:http and without it, and by node:net alone?

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Running } from '../contender.ts'
import { exchangeOf, type PlainScenario } from '../scenarios.ts'
import { start as startRaw } from './raw.ts'
import { start as startStellula } from './stellula.ts'

export function raw(scenario: PlainScenario): Promise<Running> {
  return startRaw(scenario)
}

export function plain(scenario: PlainScenario): Promise<Running> {
  return startStellula(scenario)
}

export function node(scenario: PlainScenario): Promise<Running> {
  return startStellula(scenario, { shortcuts: false })
}

/** The same bytes for each chunk that arrives: it neither reads requests nor makes answers. */
export async function net(scenario: PlainScenario): Promise<Running> {
  const { status, answer = '' } = exchangeOf(scenario)
  const fields = [
    `Content-Length: ${Buffer.byteLength(answer)}`,
    'Content-Type: text/plain; charset=utf-8',
    `Date: ${new Date().toUTCString()}`,
    'Connection: keep-alive',
    'Keep-Alive: timeout=5',
  ]
  const response = `HTTP/1.1 ${status} OK\r\n${fields.join('\r\n')}\r\n\r\n${answer}`
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('data', () => socket.write(response, 'latin1'))
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close()
    },
  }
}
