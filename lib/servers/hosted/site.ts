/** Where a request finds its app, and what the host and the lifespan let it know. */
import type { Socket } from 'node:net'
import type { Target } from '../../protocol/target.ts'
import type { ServerAddress, State } from '../../types.ts'
import type { Site } from '../node/scope.ts'
import { type HostedRequest, type Place, placeOf } from './mountpoint.ts'

export interface Located {
  /** Without the prefix; undefined if it is invalid. */
  readonly target: Target | undefined
  readonly site: Site
}

/** @param own What a request's state has besides the app's. */
export function located(
  request: HostedRequest,
  state: State | undefined,
  own: State | undefined,
  { target, ...place }: Place = placeOf(request),
): Located {
  const server = serverAddress(request.socket)
  return {
    target,
    site: { ...place, server, state: own === undefined ? state : { ...state, ...own } },
  }
}

function serverAddress({ localAddress, localPort }: Socket): ServerAddress | null {
  if (localAddress === undefined || localPort === undefined) return null
  return { host: localAddress, port: localPort }
}
