/** Finds the target of a request, and the root path, server and state of its scope. */
import type { Socket } from 'node:net'
import type { Target } from '../../protocol/target.ts'
import type { ServerAddress, State } from '../../types.ts'
import type { Site } from '../node/scope.ts'
import { type HostedRequest, type Place, placeOf } from './mountpoint.ts'

export interface LocatedRequest {
  /** The target without the prefix; undefined if it is invalid. */
  readonly target: Target | undefined
  readonly site: Site
}

/** @param own Values that are added to the app's state. */
export function locateRequest(
  request: HostedRequest,
  state: State | undefined,
  own: State | undefined,
  { target, ...place }: Place = placeOf(request),
): LocatedRequest {
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
