// The application: the page, and a websocket for each visitor of a room.
import { Application, Route, WebSocketRoute } from 'stellula'
import type { Channels } from 'stellula/channels'
import { FileResponse } from 'stellula/responses'
import { visit } from './room.ts'

/** Runs on any channels, those of one process or of many. */
export function chat(bus: Channels, history: number): Application {
  return Application({
    routes: [
      Route('/', () => new FileResponse('examples/chat/page.html')),
      Route('/style.css', () => new FileResponse('examples/style.css')),
      WebSocketRoute('/rooms/{room}', (websocket) => visit(websocket, bus, history)),
    ],
  })
}
