// Shows that a server is still there after an attack.
import type { Test } from 'tap'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { bodyOf, type Listening, request } from './sockets.ts'

/** A route for the servers that are attacked. */
export const alive: Route<'/alive'> = Route('/alive', () => new PlainTextResponse('alive'))

/** The same server answers the next request. */
export async function assertAlive(t: Test, { talk }: Pick<Listening, 'talk'>): Promise<void> {
  t.equal(bodyOf(await talk(request('GET /alive', ['connection: close']))), 'alive')
}
