// What do files and forms cost with node:http, written by hand the ordinary way?

import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, type Stats } from 'node:fs'
import { stat, unlink } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import { publicFolder, uploadFolder } from '../files.ts'
import { lastField } from '../payloads.ts'

/** No index, no types but one, no path that could leave the folder: a floor. */
export async function sendFile(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = join(publicFolder, request.url ?? '/')
  const stats = await stat(file)
  const etag = etagOf(stats)
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { ETag: etag, 'Last-Modified': stats.mtime.toUTCString() }).end()
    return
  }

  const range = rangeOf(request, stats.size)
  const { first, last } = range ?? { first: 0, last: stats.size - 1 }
  response.writeHead(range === undefined ? 200 : 206, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': last - first + 1,
    'Last-Modified': stats.mtime.toUTCString(),
    ETag: etag,
    'Accept-Ranges': 'bytes',
    ...(range === undefined ? {} : { 'Content-Range': `bytes ${first}-${last}/${stats.size}` }),
  })
  createReadStream(file, { start: first, end: last }).pipe(response)
}

function etagOf({ size, mtimeMs }: Stats): string {
  return `W/"${size.toString(16)}-${Math.floor(mtimeMs).toString(16)}"`
}

function rangeOf(
  request: IncomingMessage,
  size: number,
): { first: number; last: number } | undefined {
  const parts = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
  if (parts === null) return undefined
  const first = Number(parts[1])
  const last = Math.min(Number(parts[2]), size - 1)
  return first <= last ? { first, last } : undefined
}

/** The size of the one file of a form, of which nothing is kept. */
export function measureUpload(request: IncomingMessage): Promise<number> {
  return new Promise((resolve, reject) => {
    let size = 0
    const form = busboy({ headers: request.headers })
    form.on('file', (_name, file) => {
      file.on('data', (chunk: Buffer) => {
        size += chunk.byteLength
      })
    })
    form.on('close', () => resolve(size))
    form.on('error', reject)
    request.pipe(form)
  })
}

/** The same size, of a file that is on disk by then. */
export function saveUpload(request: IncomingMessage): Promise<number> {
  return new Promise((resolve, reject) => {
    let saved: Promise<number> | undefined
    const form = busboy({ headers: request.headers })
    form.on('file', (_name, file) => {
      saved = saveStream(file)
      saved.catch(reject)
    })
    form.on('close', () => resolve(saved ?? 0))
    form.on('error', reject)
    request.pipe(form)
  })
}

async function saveStream(file: NodeJS.ReadableStream): Promise<number> {
  const path = join(uploadFolder, randomUUID())
  const target = createWriteStream(path)
  await pipeline(file, target)
  await unlink(path)
  return target.bytesWritten
}

export async function readFields(
  request: IncomingMessage,
): Promise<{ count: number; last: string | null }> {
  const fields = new URLSearchParams(await readText(request))
  return { count: fields.size, last: fields.get(lastField.name) }
}

function readText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => resolve(Buffer.concat(parts).toString()))
    request.on('error', reject)
  })
}
