// Servers that are not ours: an http server of Node on a free port, for the length of a test.
import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createRequire } from 'node:module'
import {
  type AddressInfo,
  connect as connectSocket,
  createServer as createSocketServer,
  type Socket,
} from 'node:net'
import connect from 'connect'
import express from 'express'
import type { Test } from 'tap'
import { RawClient } from './sockets.ts'

/** It has the same types where we use it; its package, under another name, has none. */
export const express4: typeof express = createRequire(import.meta.url)('express4')

export interface HostServer {
  readonly server: Server
  readonly port: number
  readonly url: string
  readonly connect: () => Promise<RawClient>
  /** Sends all of this on a new connection and reads until the server ends it. */
  readonly talk: (request: string) => Promise<string>
  /** The status and the text of an answer. */
  readonly ask: (path: string, init?: RequestInit) => Promise<[number, string]>
}

/** What takes listeners as middleware; each has types of its own for it. */
export interface MiddlewareHost extends RequestListener {
  use(listener: MiddlewareListener): unknown
  use(path: string, listener: MiddlewareListener): unknown
}

type MiddlewareListener = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** A new one of each kind. */
export function middlewareHosts(): [string, MiddlewareHost][] {
  return [
    ['Express 5', express() as unknown as MiddlewareHost],
    ['Express 4', express4() as unknown as MiddlewareHost],
    ['Connect', connect() as unknown as MiddlewareHost],
  ]
}

/** Listens until the test is over; whatever is open then is cut. */
export async function hostServer(t: Test, listener: RequestListener | Server): Promise<HostServer> {
  const server = typeof listener === 'function' ? createServer(listener) : listener
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const clients: RawClient[] = []
  t.teardown(async () => {
    for (const { socket } of clients) socket.destroy()
    server.closeAllConnections()
    server.close()
    if (server.listening) await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const connect = async (): Promise<RawClient> => {
    const socket = connectSocket({ port, host: '127.0.0.1', allowHalfOpen: true })
    const client = new RawClient(socket)
    clients.push(client)
    await once(socket, 'connect')
    return client
  }
  return {
    server,
    port,
    url,
    connect,
    talk: async (request) => (await connect()).send(request).end(),
    ask: async (path, init) => {
      const response = await fetch(url + path, { redirect: 'manual', ...init })
      return [response.status, await response.text()]
    },
  }
}

export interface RawUpstream {
  readonly url: string
  /** How many connections there have been, and are. */
  readonly connections: { total: number; open: number }
  /** All that came, one text for each connection. */
  readonly received: string[]
}

/** A server without manners: told of each piece that comes, it writes what it likes. */
export async function rawUpstream(
  t: Test,
  onData: (socket: Socket, received: string, connection: number) => void,
): Promise<RawUpstream> {
  const connections = { total: 0, open: 0 }
  const received: string[] = []
  const sockets = new Set<Socket>()
  const server = createSocketServer((socket) => {
    const connection = connections.total++
    connections.open++
    sockets.add(socket)
    received[connection] = ''
    socket.on('data', (data: Buffer) => {
      received[connection] += data.toString('latin1')
      onData(socket, received[connection] ?? '', connection)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      connections.open--
      sockets.delete(socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, connections, received }
}
