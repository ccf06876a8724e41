// Plays lists of messages to servers, and says what became of each message and what reached the client.
import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import { ProtocolError } from '../../lib/exceptions.ts'
import type { Head } from '../../lib/protocol/head.ts'
import { Responder, type Wire } from '../../lib/protocol/response.ts'
import { lint } from '../../lib/testing/lint.ts'
import { type App, type HTTPScope, SENT, type Send } from '../../lib/types.ts'
import type { Get } from './everyserver.ts'
import { httpScope } from './scopes.ts'

/** What an app sends: messages, and what JavaScript without types may send. */
export type Script = readonly unknown[]

/** What the client sees: status, fields without those of the server itself, and the body. */
export type View = readonly [status: number, fields: readonly string[], body: string]

export interface Played {
  /** For each message `ok`, or name and message of the error. */
  readonly outcomes: readonly string[]
  readonly view: View
}

/** Plays a script; `extensions` are those that the server offers. */
export type Play = (script: Script, method: string) => Promise<Played & { extensions: string[] }>

/** Fields that servers add, or that say how a body is sent. */
const OWN = /^(?:date|connection|keep-alive|transfer-encoding|content-length)$/

/** Sends each message, whatever became of the one before. */
async function send(script: Script, to: Send): Promise<string[]> {
  const outcomes: string[] = []
  for (const message of script) {
    await to(message as never).then(
      () => outcomes.push('ok'),
      (error: Error) => outcomes.push(`${error.name}: ${error.message}`),
    )
  }
  return outcomes
}

/** Starts a server for any number of scripts. */
export async function playing(
  t: Test,
  open: (t: Test, app: App) => Promise<Get>,
  isLinted = false,
): Promise<Play> {
  const scripts = new Map<string, Script>()
  const told = new Map<string, { outcomes: string[]; extensions: string[] }>()
  const app: App = async (scope, _receive, to) => {
    if (scope.type !== 'http') return
    const outcomes = await send(scripts.get(scope.path) ?? [], to)
    told.set(scope.path, { outcomes, extensions: Object.keys(scope.extensions ?? {}) })
  }
  const get = await open(t, isLinted ? lint()(app) : app)
  return async (script, method) => {
    const path = `/${scripts.size}`
    scripts.set(path, script)
    // A second time, if the client has reused a connection that was just being cut.
    const view = await get(path, method)
      .catch(() => get(path, method))
      .then(viewOf)
      .catch((): View => [0, [], 'no response'])
    while (!told.has(path)) await new Promise((resolve) => setTimeout(resolve, 1))
    return { outcomes: [], extensions: [], ...told.get(path), view }
  }
}

async function viewOf(response: Response): Promise<View> {
  const body = await response.text().catch(() => 'broken')
  return [response.status, fieldsOf([...response.headers].flat()), body]
}

/** Fields of one name are joined, as a fetch client does. */
function fieldsOf(list: readonly string[]): string[] {
  const headers = new globalThis.Headers()
  for (let index = 0; index < list.length; index += 2) {
    headers.append(list[index] ?? '', list[index + 1] ?? '')
  }
  return [...headers].filter(([name]) => !OWN.test(name)).map((field) => field.join(': '))
}

/** What the rules themselves say, without a server. */
export async function expected(
  script: Script,
  method: string,
  extensions: readonly string[],
): Promise<Played> {
  const wire = new Memory(extensions)
  const scope: HTTPScope = httpScope({ method })
  const responder = new Responder(scope, wire)
  const outcomes = await send(script, (message) => responder.send(message))
  return { outcomes, view: wire.view(responder.phase === 'complete', method === 'HEAD') }
}

/** Keeps what was sent. */
class Memory implements Wire {
  readonly isGone = false
  readonly sendsTrailers: boolean
  readonly hint?: () => void
  readonly debug?: () => void
  readonly file?: Wire['file']
  #head: [status: number, fields: string[]] | undefined
  #body = ''

  constructor(extensions: readonly string[]) {
    this.sendsTrailers = extensions.includes('http.response.trailers')
    if (extensions.includes('http.response.early_hint')) this.hint = ignore
    if (extensions.includes('http.response.debug')) this.debug = ignore
    const read: Wire['file'] = async (path, head) => this.#read(path, head)
    if (extensions.includes('http.response.pathsend')) this.file = read
  }

  get isFlushed(): boolean {
    return this.#head !== undefined
  }

  head({ status, headers }: { status: number; headers: readonly string[] }): void {
    this.#head = [status, fieldsOf(headers)]
  }

  whole(head: Head, body: Uint8Array): void {
    this.head(head)
    this.end(body)
  }

  part(bytes: Uint8Array): Promise<void> {
    this.end(bytes)
    return SENT
  }

  end(bytes: Uint8Array): void {
    this.#body += new TextDecoder().decode(bytes)
  }

  abort(): void {}

  #read(path: string, head: Head): void {
    const bytes = readFileSync(path)
    const { length } = head
    if (length !== undefined && length !== bytes.byteLength) {
      throw new ProtocolError(
        `http.response.pathsend: content-length is ${length}, but the file has ${bytes.byteLength} bytes. Leave the header out.`,
      )
    }
    this.whole(head, head.dropsBody ? new Uint8Array(0) : bytes)
  }

  view(isComplete: boolean, isHead: boolean): View {
    if (this.#head === undefined) {
      const text = isHead ? '' : 'Internal Server Error'
      return [500, ['content-type: text/plain; charset=utf-8'], text]
    }
    const [status, fields] = this.#head
    const isEmpty = isHead || [204, 205, 304].includes(status)
    return [status, fields, isComplete || isEmpty ? this.#body : 'broken']
  }
}

function ignore(): void {}
