// Given the route itself, the parameters of its URL are checked.
import { PlainTextResponse, type Request, Route } from '../../lib/index.ts'
import { WebSocketRoute } from '../../lib/routing.ts'

const user = Route('/users/{id:int}', () => new PlainTextResponse('user'))
const home = Route('/', () => new PlainTextResponse('home'))
const page = Route('/pages/:name/:part?', () => new PlainTextResponse('page'))
const chat = WebSocketRoute('/chat/{room}', () => {})

export function urls(request: Request): void {
  request.urlFor(user, { id: 7 }) satisfies URL
  request.urlFor(chat, { room: 'a' })
  request.urlFor(home, {})
  request.urlFor(page, { name: 'a' })
  request.urlFor(page, { name: 'a', part: 'b' })
  // The prefix of a mount may have parameters, which the route does not know of.
  request.urlFor(user, { id: 7, tenant: 'a' })
  // A name is a text like others.
  request.urlFor('users:detail', { id: 7 })
  request.urlFor('home')

  // @ts-expect-error the parameter is missing
  request.urlFor(user, {})
  // @ts-expect-error the parameter is a number
  request.urlFor(user, { id: 'seven' })
  // @ts-expect-error the name of the parameter is another
  request.urlFor(chat, { name: 'a' })
  // @ts-expect-error the parameter that is always there is missing
  request.urlFor(page, { part: 'b' })
}
