// What does node:http cost when it is written the ordinary way, with nothing around it?

import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { listen, type Running } from '../contender.ts'
import { chunks, greeting, mebibytes, type Order, type PlainScenario } from '../scenarios.ts'
import { measureUpload, readFields, saveUpload, sendFile } from './rawfiles.ts'

// No router and no middleware: this is the floor, and does only what the answer needs.
const listeners: Record<PlainScenario, RequestListener> = {
  hello: (_request, response) => sendText(response, 200, greeting),
  json: (_request, response) => sendJSON(response, { message: greeting }),
  notfound: (_request, response) => sendText(response, 404, 'Not Found'),
  param: (request, response) => {
    const id = Number(pathOf(request).slice('/users/'.length))
    sendJSON(response, { id })
  },
  routes200: answerResource,
  routes1000: answerResource,
  middleware10: (_request, response) => sendText(response, 200, greeting),
  middleware10async: (_request, response) => sendText(response, 200, greeting),
  middleware10sends: (_request, response) => sendText(response, 200, greeting),
  post: (request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const order: Order = JSON.parse(Buffer.concat(parts).toString())
      sendJSON(response, { customer: order.customer })
    })
  },
  stream: (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' })
    writeChunks(response, chunks()).catch((error) => response.destroy(error))
  },
  static10k: answerFile,
  static1m: answerFile,
  static304: answerFile,
  range: answerFile,
  upload5m: (request, response) => answerJSON(response, measureUpload(request).then(sizeOf)),
  save5m: (request, response) => answerJSON(response, saveUpload(request).then(sizeOf)),
  fields: (request, response) => answerJSON(response, readFields(request)),
  down: (request, response) => {
    const count = Number(pathOf(request).slice('/down/'.length))
    writeChunks(response, mebibytes(count)).catch((error) => response.destroy(error))
  },
  up: (request, response) => {
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength
    })
    request.on('end', () => sendJSON(response, { size }))
  },
}

function answerFile(request: IncomingMessage, response: ServerResponse): void {
  sendFile(request, response).catch((error) => response.destroy(error))
}

function answerJSON(response: ServerResponse, value: Promise<unknown>): void {
  value.then((json) => sendJSON(response, json)).catch((error) => response.destroy(error))
}

function sizeOf(size: number): { size: number } {
  return { size }
}

function answerResource(request: IncomingMessage, response: ServerResponse): void {
  const [, resource = '', id] = pathOf(request).split('/')
  sendJSON(response, { resource: Number(resource.slice('resource'.length)), id })
}

async function writeChunks(
  response: ServerResponse,
  body: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  for await (const chunk of body) {
    if (!response.write(chunk)) await once(response, 'drain')
  }
  response.end()
}

function pathOf(request: IncomingMessage): string {
  return request.url ?? '/'
}

function sendText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
  })
  response.end(body)
}

function sendJSON(response: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value)
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  })
  response.end(body)
}

export function start(scenario: PlainScenario): Promise<Running> {
  return listen(createServer(listeners[scenario]))
}
