// A runtime in place of the real one, and what is served on it, so that failures can be had on purpose.
import type { Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../lib/routing.ts'

/** Puts as much of a runtime as is asked of it where programs find it, until the test ends. */
export function stage(t: Test, name: 'Bun' | 'Deno', runtime: object): void {
  Object.assign(globalThis, { [name]: runtime })
  t.teardown(() => Reflect.deleteProperty(globalThis, name))
}

export const app: Application = Application({
  routes: [
    Route('/', () => new PlainTextResponse('hello')),
    WebSocketRoute('/ws', async (websocket) => {
      await websocket.accept({ subprotocol: 'chat', headers: ['x-a', '1'] })
      for await (const message of websocket) await websocket.sendText(`you said ${message}`)
    }),
  ],
})

/** A handshake that the app accepts. */
export const HANDSHAKE: globalThis.Request = new globalThis.Request('http://h/ws', {
  headers: { upgrade: 'websocket', 'sec-websocket-protocol': 'chat' },
})
