// The walk of a request: the files of the call stack from the socket to the handler, and on to the write of the response.
import { Socket } from 'node:net'
import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import type { App, Middleware } from '../../lib/types.ts'
import { listening, request } from '../support/sockets.ts'

/** Fewer files are better: a reader opens each of them to follow one request. */
const MOST_FILES = 8

/** From the socket to the handler. */
const DOWN = [
  'servers/node/plain/connection',
  'protocol/run',
  'applications',
  'routing/router',
  'routing/endpoint',
]
/** From the handler to the socket. */
const BACK = ['responses/response', 'protocol/response', 'servers/node/plain/wire']

interface Walk {
  /** The files that call each other, from the socket to the handler. */
  readonly toHandler: readonly string[]
  /** The files that call each other until the response is written, from the socket or the end of a promise. */
  readonly toWrite: readonly string[]
}

/** The files of lib in the call stack, the outermost first. A file that calls itself is there once. */
function filesInStack(): string[] {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = Number.POSITIVE_INFINITY
  const { stack = '' } = new Error('a stack')
  Error.stackTraceLimit = stackTraceLimit
  return stack
    .split('\n')
    .filter((line) => !line.includes('/node_modules/'))
    .flatMap((line) => /.*\/lib\/([\w/]+)\.[jt]s:/.exec(line)?.[1] ?? [])
    .reverse()
    .filter((file, index, files) => file !== files[index - 1])
}

/** Calls a function, and returns the files in the stack of the first write of our own code meanwhile. */
async function filesAtWrite(during: () => Promise<void>): Promise<string[]> {
  const { write } = Socket.prototype
  let first: string[] | undefined
  Socket.prototype.write = function recorded(this: Socket, ...args: [never]): boolean {
    const files = filesInStack()
    if (files.length > 0) first ??= files // the client of this process writes too
    return write.apply(this, args)
  }
  try {
    await during()
  } finally {
    Socket.prototype.write = write
  }
  return first ?? []
}

/** Serves the app that is made of a handler, and follows one request to `/users/`. */
async function walkOf(t: Test, makeApp: (handler: () => PlainTextResponse) => App): Promise<Walk> {
  let toHandler: string[] = []
  const app = makeApp(() => {
    toHandler = filesInStack()
    return new PlainTextResponse('hello')
  })
  const { talk } = await listening(t, app, { shortcuts: true })
  const toWrite = await filesAtWrite(async () => {
    t.match(await talk(request('GET /users/', ['connection: close'])), /hello$/)
  })
  return { toHandler, toWrite }
}

t.test('a request passes at most eight files, and none of them twice', async (t) => {
  const { toHandler, toWrite } = await walkOf(t, (handler) =>
    Application({ routes: [Route('/users/', handler)] }),
  )

  t.same(toHandler, DOWN)
  t.same(toWrite, [...DOWN, ...BACK])
  t.equal(new Set(toWrite).size, toWrite.length)
  t.ok(toWrite.length <= MOST_FILES)
})

t.test('the response of an async handler passes no other files', async (t) => {
  const { toHandler, toWrite } = await walkOf(t, (handler) => {
    const delayed = async (): Promise<PlainTextResponse> => {
      const response = handler()
      await null
      return response
    }
    return Application({ routes: [Route('/users/', delayed)] })
  })

  t.same(toHandler, DOWN)
  t.same(toWrite, ['routing/endpoint', ...BACK])
})

t.test('a mount adds no file', async (t) => {
  const { toHandler, toWrite } = await walkOf(t, (handler) =>
    Application({ routes: [Mount('/users', Router([Route('/', handler)]))] }),
  )

  t.same(toHandler, DOWN)
  t.same(toWrite, [...DOWN, ...BACK])
})

t.test('a middleware adds the two files that answer its errors', async (t) => {
  const named: Middleware = (app) => (scope, receive, send) =>
    app(scope, receive, (message) => {
      if (message.type !== 'http.response.start') return send(message)
      return send({ ...message, headers: [...message.headers, 'x-name', 'walk'] })
    })
  const { toHandler, toWrite } = await walkOf(t, (handler) =>
    Application({ routes: [Route('/users/', handler)], middleware: [named] }),
  )
  const inside = DOWN.indexOf('routing/router')
  const down = [...DOWN.slice(0, inside), 'errors/boundary', 'internal/run', ...DOWN.slice(inside)]

  t.same(toHandler, down)
  t.same(toWrite, [...down, ...BACK])
})
