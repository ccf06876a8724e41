/** Routes of `main`: convertors, methods, users and slashes at the end. */
import './convertors.ts'
import { UnsupportedProtocol } from '../../../lib/exceptions.ts'
import type { Request } from '../../../lib/requests.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount, type Routable, Route, Router } from '../../../lib/routing.ts'
import type { App } from '../../../lib/types.ts'
import { params } from './echo.ts'
import { text } from './shared.ts'

export const greetings: readonly Routable[] = [
  Route('/', text('home'), { name: 'home' }),
  Route('/hello', text('Hello, world!'), { name: 'hello' }),
]

const everyConvertor = Router([
  Route('/str/{v}', params, { name: 'conv-str' }),
  Route('/str2/{v:str}/x', params, { name: 'conv-str2' }),
  Route('/int/{v:int}', params, { name: 'conv-int' }),
  Route('/float/{v:float}', params, { name: 'conv-float' }),
  Route('/uuid/{v:uuid}', params, { name: 'conv-uuid' }),
  Route('/path/{v:path}', params, { name: 'conv-path' }),
  Route('/date/{v:day}', params, { name: 'conv-date' }),
  Route('/lower/{v:lower}', params, { name: 'conv-lower' }),
  Route('/two/{a}-{b}', params, { name: 'conv-two' }),
  Route('/mid/{p:path}/end', params, { name: 'conv-mid' }),
  Route('/paren({v:int})', params),
  Route('/dot.{ext}', params),
  Route('/plus+{v}', params),
  Route('/uni/é/{v}', params),
  Route('/mixed/{a:int}/{b:float}/{c}', params, { name: 'conv-mixed' }),
])

export const convertors: readonly Routable[] = [
  Route('/conv-int/{v:int}', params, { name: 'conv-int' }),
  Mount('/conv', everyConvertor),
]

const anyMethod: App = async (scope, receive, send) => {
  if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
  await new PlainTextResponse(`any:${scope.method}`).respond(scope, receive, send)
}

const welcome = (name: string, _request: Request): PlainTextResponse =>
  new PlainTextResponse(`partial ${name}`)

export const methods: readonly Routable[] = [
  Route('/methods/get', text('get')),
  Route('/methods/post', text('post'), { methods: ['POST'] }),
  Route('/methods/multi', text('multi'), { methods: ['GET', 'put'] }),
  Route('/methods/options', text('options'), { methods: ['OPTIONS', 'GET'] }),
  Route('/methods/head', text('head only'), { methods: ['HEAD'] }),
  Route('/methods/purge', text('purged'), { methods: ['PURGE'] }),
  Route('/methods/empty', text('empty list'), { methods: [] }),
  Route('/methods/any', () => anyMethod, { methods: [] }),
  Route('/methods/asgi-post', () => anyMethod, { methods: ['POST'] }),
  Route('/methods/dual', text('dual get')),
  Route('/methods/dual', text('dual post'), { methods: ['POST'] }),
  Route('/methods/dual/{x}', text('dual param post'), { methods: ['POST'] }),
  Route('/methods/dual/fixed', text('dual fixed get')),
  Route('/partial', welcome.bind(null, 'foo'), { name: 'partial' }),
]

const userRoutes = Router([
  Route('/', text('All users'), { name: 'users' }),
  Route('/me', text('User fixed me')),
  Route('/{username}', ({ pathParams }) => new PlainTextResponse(`User ${pathParams.username}`), {
    name: 'user',
  }),
  Route(
    '/{username}:disable',
    ({ pathParams }) => new PlainTextResponse(`Disabled ${pathParams.username}`),
    { methods: ['PUT'], name: 'disable' },
  ),
  Route('/nomatch', text('never')),
])

const defaultApp: App = async (scope, receive, send) => {
  if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
  const response = new PlainTextResponse(`default:${scope.path}`, { status: 404 })
  await response.respond(scope, receive, send)
}

export const users: readonly Routable[] = [Mount('/users', userRoutes)]

export const slashes: readonly Routable[] = [
  Route('/slash/no', text('no slash')),
  Route('/slash/yes/', text('with slash')),
  Route('/slash/post/', text('slash post'), { methods: ['POST'] }),
  Route('/slash/param/{v}/', params),
  Route('/slash/both', text('both without')),
  Route('/slash/both/', text('both with')),
  Mount(
    '/noredir',
    Router([Route('/a', text('noredir a')), Route('/b/', text('noredir b'))], {
      redirectSlashes: false,
    }),
  ),
  Mount('/default', Router([Route('/a', text('default a'))], { default: defaultApp })),
]
