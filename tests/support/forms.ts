// A server that takes forms, for tests that attack it.
import type { Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import type { FormOptions } from '../../lib/forms.ts'
import type { Request } from '../../lib/requests.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import type { ServeOptions } from '../../lib/servers/node.ts'
import { alive } from './alive.ts'
import { MULTIPART } from './multipart.ts'
import { type Listening, listening, type RawClient, request } from './sockets.ts'

export interface FormServer extends Listening {
  /** What was read: pairs of name, and value or [filename, size]. */
  readonly taken: unknown[][]
}

async function readParts(request: Request): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const part of request.parts({ maxSize: Number.POSITIVE_INFINITY })) {
    let size = 0
    for await (const piece of part.stream()) size += piece.byteLength
    items.push([part.name, [part.filename, size]])
  }
  return items
}

/** Reads forms at `/form`, and their parts at `/parts`; tells what it took. */
export async function formServer(
  t: Test,
  options: FormOptions = {},
  serveOptions: ServeOptions = {},
): Promise<FormServer> {
  const taken: unknown[][] = []
  const readForm = async (request: Request): Promise<unknown[]> =>
    [...(await request.form(options))].map(([name, value]) => [
      name,
      typeof value === 'string' ? value : [value.filename, value.size],
    ])
  const serves = (read: (request: Request) => Promise<unknown[]>) => async (request: Request) => {
    const items = await read(request)
    taken.push(items)
    return new JSONResponse(items)
  }
  const routes = [
    alive,
    Route('/form', serves(readForm), { methods: ['POST'] }),
    Route('/parts', serves(readParts), { methods: ['POST'] }),
  ]
  return { ...(await listening(t, Application({ routes }), serveOptions)), taken }
}

/** A request with this form, one character per byte. */
export function post(form: string | Buffer, type: string = MULTIPART, path = '/form'): string {
  const body = typeof form === 'string' ? form : form.toString('latin1')
  const fields = [`content-type: ${type}`, `content-length: ${body.length}`, 'connection: close']
  return request(`POST ${path}`, fields, body)
}

/** Sends pieces as fast as they are taken; ends when the server does not want more. */
export async function pour({ socket }: RawClient, piece: Uint8Array, count: number): Promise<void> {
  for (let sent = 0; sent < count && socket.writable; sent++) {
    if (socket.write(piece)) continue
    await new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off('drain', done).off('close', done)
        resolve()
      }
      socket.on('drain', done).on('close', done)
    })
  }
}
