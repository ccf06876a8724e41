/** What a server does with what comes, on one exchange or websocket as on all of them. */
import type { App, Scope } from '../../types.ts'
import type { Site } from './scope.ts'

export interface Service {
  readonly app: App
  readonly site: Site
  readonly inFlight: {
    /** Whether connections are to be closed after their response, and no websocket is opened. */
    readonly closing: boolean
    /** Told of apps that take longer than their call, background work included. */
    readonly begin: () => void
    readonly end: () => void
  }
  /** Never throws. */
  readonly onError: (error: unknown, scope: Scope) => void
}
