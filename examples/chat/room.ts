// One visitor of one room: what is said and who is there goes out, what the browser sends comes in.
import { HTTPException, type WebSocket, WebSocketException } from 'stellula'
import { type Channels, ChannelsUnavailable, type Subscription } from 'stellula/channels'

const LONGEST_NAME = 30
const LONGEST_TEXT = 2000
/** The page forgets who was not heard of for three times this: a process that died said no goodbye. */
const HERE_EVERY_MS = 10_000

interface Visitor {
  readonly id: string
  readonly name: string
}

type Tell = (type: 'joined' | 'here' | 'typing' | 'left') => Promise<void>

export async function visit(
  websocket: WebSocket<{ room: string }>,
  bus: Channels,
  history: number,
): Promise<void> {
  const room = checked(websocket.pathParams.room)
  const visitor = {
    id: crypto.randomUUID(),
    name: checked(websocket.queryParams.get('name') ?? ''),
  }
  const [talk, presence] = [`talk ${room}`, `presence ${room}`]
  const tell: Tell = (type) => tellOthers(bus, presence, { type, ...visitor })
  const onGap = (): Promise<void> => websocket.sendJSON({ type: 'gap' })
  const { signal } = websocket
  using said = await bus.subscribe(talk, { history, signal, onGap })
  using seen = await bus.subscribe(presence, { signal })

  await websocket.accept()
  await websocket.sendJSON({ type: 'welcome', id: visitor.id })
  const heart = setInterval(() => void tell('here'), HERE_EVERY_MS)
  try {
    await tell('joined')
    // Each ends when the browser leaves: the subscriptions by its signal, the last one by what it reads.
    await Promise.all([
      passOn(said, websocket),
      passOnPresence(seen, websocket, visitor, tell),
      listen(websocket, (text) => say(bus, talk, visitor, text), tell),
    ])
  } finally {
    clearInterval(heart)
    await tell('left')
  }
}

/** Who is here is told again and again; while the channels are out of reach, nobody is told. */
async function tellOthers(bus: Channels, presence: string, news: object): Promise<void> {
  try {
    await bus.publishJSON(presence, news)
  } catch (error) {
    if (!(error instanceof ChannelsUnavailable)) throw error
  }
}

async function passOn(messages: Subscription, websocket: WebSocket): Promise<void> {
  for await (const message of messages) await websocket.sendText(message.text)
}

/** Who is new is told of all who are here, each by its own process. */
async function passOnPresence(
  messages: Subscription,
  websocket: WebSocket,
  { id }: Visitor,
  tell: Tell,
): Promise<void> {
  for await (const message of messages) {
    await websocket.sendText(message.text)
    const other = message.json() as Visitor & { type: string }
    if (other.type === 'joined' && other.id !== id) await tell('here')
  }
}

async function listen(
  websocket: WebSocket,
  say: (text: string) => Promise<void>,
  tell: Tell,
): Promise<void> {
  for (;;) {
    const doing = readDoing(await websocket.receiveJSON())
    if (doing.type === 'typing') {
      await tell('typing')
      continue
    }
    try {
      await say(doing.text)
    } catch (error) {
      if (!(error instanceof ChannelsUnavailable)) throw error
      await websocket.sendJSON({ type: 'failed', text: doing.text })
    }
  }
}

function say(bus: Channels, talk: string, visitor: Visitor, text: string): Promise<void> {
  const key = crypto.randomUUID()
  return bus.publishJSON(talk, { type: 'said', key, at: Date.now(), text, ...visitor })
}

/** A name from the URL; the handshake is not answered yet, so what is wrong with it is a response. */
function checked(name: string): string {
  const trimmed = name.trim()
  if (trimmed !== '' && trimmed.length <= LONGEST_NAME && !/\p{Cc}/u.test(trimmed)) return trimmed
  throw new HTTPException(400, `A name must have 1 to ${LONGEST_NAME} characters.`)
}

type Doing = { readonly type: 'say'; readonly text: string } | { readonly type: 'typing' }

function readDoing(data: unknown): Doing {
  const { type, text } = Object(data) as { type?: unknown; text?: unknown }
  if (type === 'typing') return { type }
  if (type === 'say' && typeof text === 'string' && text !== '' && text.length <= LONGEST_TEXT) {
    return { type, text }
  }
  throw new WebSocketException(1008, 'Send { type: "say", text } or { type: "typing" }.')
}
