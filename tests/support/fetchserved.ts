// An app that is served on Bun, Deno or workerd, for tests that speak to it from outside. What it goes
// through can be read at /log; what its lifespan goes through is printed.
import { Application } from '../../lib/applications.ts'
import { fromFetch } from '../../lib/interop/fromfetch.ts'
import {
  FileResponse,
  JSONResponse,
  PlainTextResponse,
  StreamingResponse,
} from '../../lib/responses.ts'
import { Mount, Route, WebSocketRoute } from '../../lib/routing.ts'

const log: string[] = []

async function* endless(): AsyncGenerator<string> {
  try {
    for (;;) {
      yield 'tick\n'
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  } finally {
    log.push('left the stream')
  }
}

/** As fast as the client takes it, and counted. */
async function* flood(): AsyncGenerator<Uint8Array> {
  const part = new Uint8Array(65_536)
  for (let count = 1; count <= 4096; count++) {
    if (count % 64 === 0) log.push(`flood ${count}`)
    yield part
  }
}

/** As a bug in a stream is: what came before it is sent. */
async function* early(): AsyncGenerator<string> {
  yield 'one'
  throw new Error('an early bug')
}

export const app: Application = Application({
  routes: [
    Route('/', ({ client, state, url }) => {
      return new JSONResponse({ host: client?.host, db: state['db'], url: url.href })
    }),
    Route('/log', () => new JSONResponse(log)),
    Route('/echo', async (request) => new StreamingResponse(request.stream()), {
      methods: ['POST'],
    }),
    Route(
      '/form',
      async (request) => {
        const form = await request.form({ maxMemorySize: 1000 })
        const photo = form.file('photo')
        const bytes = await photo?.bytes()
        const sum = bytes?.reduce((total, byte) => total + byte, 0)
        return new JSONResponse([form.text('name'), photo?.filename, photo?.size, sum])
      },
      { methods: ['POST'] },
    ),
    Route(
      '/parts',
      async (request) => {
        const parts: unknown[] = []
        for await (const part of request.parts()) {
          let size = 0
          for await (const piece of part.stream()) size += piece.byteLength
          parts.push([part.name, size])
        }
        return new JSONResponse(parts)
      },
      { methods: ['POST'] },
    ),
    Route('/early', () => new StreamingResponse(early())),
    Route('/file', ({ queryParams }) => new FileResponse(queryParams.get('path') ?? '')),
    Route('/endless', () => new StreamingResponse(endless())),
    Route('/flood', () => new StreamingResponse(flood())),
    Route('/signal', async ({ signal }) => {
      log.push('waiting')
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      log.push('aborted')
      return new PlainTextResponse('nobody')
    }),
    Route('/cookies', () => {
      return new PlainTextResponse('').setCookie('a', '1').setCookie('b', '2')
    }),
    Mount(
      '/fetch',
      fromFetch(async (request: globalThis.Request) => {
        const copy = new globalThis.Request(request)
        return new globalThis.Response(`${copy.method} ${copy.url} ${await copy.text()}`)
      }),
    ),
    WebSocketRoute('/ws', async (websocket) => {
      const [subprotocol] = websocket.subprotocols
      await websocket.accept({
        ...(subprotocol === undefined ? {} : { subprotocol }),
        headers: ['x-a', '1'],
      })
      for await (const message of websocket) {
        if (message === 'close') return websocket.close(4000, 'as you wish')
        if (message === 'break') throw new Error('broken')
        await (typeof message === 'string'
          ? websocket.sendText(`you said ${message}`)
          : websocket.sendBytes(message))
      }
      log.push('left the websocket')
    }),
    WebSocketRoute('/denied', (websocket) => {
      return websocket.denial(new PlainTextResponse('not you', { status: 401 }))
    }),
  ],
  lifespan: async function* () {
    if (globalThis.process?.stdout) console.log('started')
    yield { db: 'connected' }
    if (globalThis.process?.stdout) console.log('stopped')
  },
})
