/** The app `hosts`: routes by host name, and routes for all others. */
import { Application } from '../../../lib/applications.ts'
import { Host, Route, Router } from '../../../lib/routing.ts'
import { params } from './echo.ts'
import { urlFor, urlPathFor } from './reverse.ts'
import { text } from './shared.ts'

const api = Router([
  Route('/users', text('api users'), { name: 'users' }),
  Route('/slash/', text('api slash')),
])

const sub = Router([
  Route('/', params, { name: 'home' }),
  Route('/p/{x:int}', params, { name: 'p' }),
])

export const hosts: Application = Application({
  routes: [
    Host('api.example.org', api, { name: 'api' }),
    Host('port.example.org:3600', Router([Route('/', text('port home'), { name: 'home' })]), {
      name: 'port',
    }),
    Host('{sub}.example.org', sub, { name: 'sub' }),
    Host('{n:int}.num.test', Router([Route('/', params)]), { name: 'num' }),
    Route('/url-path-for', urlPathFor),
    Route('/url-for', urlFor),
    Route('/', text('fallback home'), { name: 'fallback' }),
  ],
})
