/** Runs a websocket for an endpoint: connects, reads messages to the end, then disconnects. */
import { type WebSocket, type WebSocketData, WebSocketDisconnect } from '../websockets.ts'

/** What an endpoint does at which point. */
export interface Course {
  /** Accepts, or refuses. */
  readonly connect: () => unknown
  /** Takes a message; resolves when the next may come. */
  readonly receive: (data: WebSocketData) => unknown
  /** Called when no more messages come, for work that is still to be waited for. */
  readonly finish?: () => Promise<void>
  readonly disconnect: (code: number) => unknown
  /** Ends the course by its reason. */
  readonly signal?: AbortSignal
}

type Socket = Pick<WebSocket, 'phase' | 'receive'>

/**
 * Runs it; `disconnect` is called whatever happens once the websocket is accepted, with the code of
 * the client, or with 1011 when the course was ended by an error.
 */
export async function converse(websocket: Socket, course: Course): Promise<void> {
  await course.connect()
  if (websocket.phase === 'denied') return
  let code = 1011
  try {
    code = await readAll(websocket, course)
    await course.finish?.()
  } finally {
    await course.disconnect(code)
  }
}

async function readAll(websocket: Socket, course: Course): Promise<number> {
  const options = course.signal === undefined ? {} : { signal: course.signal }
  let known: number | undefined
  for (;;) {
    let data: WebSocketData
    try {
      data = await websocket.receive(options)
    } catch (error) {
      const code = codeOf(error) ?? known
      if (code === undefined) throw error
      return code
    }
    // After its own close only the end of the websocket matters.
    if (websocket.phase === 'open') known ??= await quietly(() => course.receive(data))
  }
}

/** Runs a function; gives the code of the peer if it disconnected meanwhile, which is not an error. */
export async function quietly(run: () => unknown): Promise<number | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    return code
  }
}

function codeOf(error: unknown): number | undefined {
  return error instanceof WebSocketDisconnect ? error.code : undefined
}
