/** The app `main`: one of everything, without middleware. */
import { Application } from '../../../lib/applications.ts'
import type { Request } from '../../../lib/requests.ts'
import { JSONResponse } from '../../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../../lib/routing.ts'
import { background } from './background.ts'
import { endpoints } from './endpoints.ts'
import { exceptions } from './exceptions.ts'
import { files } from './files.ts'
import { forms } from './forms.ts'
import { operations } from './headerops.ts'
import { mounts } from './mounts.ts'
import { requests } from './requests.ts'
import { responses } from './responses.ts'
import { convertors, greetings, methods, slashes, users } from './routing.ts'
import { log, text, wsHello } from './shared.ts'
import { staticFiles } from './static.ts'
import { streaming } from './streaming.ts'
import { rendered } from './templates.ts'
import { websockets } from './websockets.ts'
import { wsEndpoints } from './wsendpoints.ts'

/** `count` is copied for each request, `items` is one list for all. */
type MainState = { count: number; items: number[] }

function state({ state }: Request<Record<string, unknown>, MainState>): JSONResponse {
  state.count += 1
  state.items.push(state.count)
  return new JSONResponse({
    count: state.count,
    items: state.items.length,
    has: 'missing' in state,
  })
}

export const main: Application<MainState> = Application<MainState>({
  routes: [
    ...greetings,
    ...convertors,
    ...methods,
    ...users,
    ...slashes,
    ...mounts,
    ...requests,
    ...forms,
    ...responses,
    ...operations,
    ...streaming,
    ...files,
    ...staticFiles,
    ...exceptions,
    ...endpoints,
    ...background,
    Route('/state', state),
    ...rendered,
    ...websockets,
    ...wsEndpoints,
    WebSocketRoute('/both', wsHello),
    Route('/both', text('http both')),
    Route('/log', log),
  ],
  lifespan: async function* () {
    yield { count: 1, items: [] }
  },
})
