// What is live: news as server-sent events, and talk over a websocket for those who are logged in.
import { Route, WebSocketRoute } from 'stellula'
import { requireScopes, requires } from 'stellula/authentication'
import type { Subscription } from 'stellula/channels'
import { EventSourceResponse } from 'stellula/responses'
import type { Handler, WebSocketHandler } from 'stellula/routing'
import { page } from './pages.ts'
import type { AppState } from './state.ts'

async function* eventsOf(messages: Subscription) {
  for await (const message of messages) yield { event: 'news', data: message.text }
}

const news: Handler<'/news', AppState> = async ({ state, signal }) =>
  new EventSourceResponse(eventsOf(await state.bus.subscribe('news', { signal })))

const talk: WebSocketHandler<'/talk/socket', AppState> = async (websocket) => {
  const { state, user, signal } = websocket
  await websocket.accept()
  const heard = await state.bus.subscribe('talk', { history: 20, signal })
  const listening = (async () => {
    for await (const message of heard) await websocket.sendText(message.text)
  })()
  for await (const text of websocket) {
    await state.bus.publishJSON('talk', { by: user.displayName, text: String(text).slice(0, 500) })
  }
  await listening
}

const talkPage: Handler<'/talk', AppState> = (request) => page(request, 'talk.html')

export const liveRoutes = [
  Route('/news', news),
  Route('/talk', requires('member', { redirect: 'login' })(talkPage), { name: 'talk' }),
  WebSocketRoute('/talk/socket', talk, { middleware: [requireScopes('member')] }),
] as const
