/** Runs a websocket for an endpoint: connects, reads messages to the end, then disconnects. */
import { type WebSocket, type WebSocketData, WebSocketDisconnect } from '../websockets.ts'

/** The callbacks of an endpoint. */
interface Course {
  /** Accepts or refuses the websocket. */
  readonly connect: () => unknown
  /** Handles a message; resolves when the next one may be received. */
  readonly receive: (data: WebSocketData) => unknown
  /** Called after the last message; resolves when pending work is done. */
  readonly finish?: () => Promise<void>
  readonly disconnect: (code: number) => unknown
  /** Aborts the dialogue; its reason is thrown. */
  readonly signal?: AbortSignal
}

type Socket = Pick<WebSocket, 'phase' | 'receive'>

/**
 * Runs a dialogue. After the websocket was accepted, `disconnect` is always called: with the code of the
 * client, or with 1011 after an error.
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
    // After the handler has closed the websocket, further messages are ignored.
    if (websocket.phase === 'open') known ??= await quietly(() => course.receive(data))
  }
}

/** Runs a function. If the peer disconnects meanwhile, this resolves to its close code instead of rejecting. */
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
