/** What the operations of a document share. */
import type { Components } from './components.ts'
import type { Refusals } from './responses.ts'
import type { Schemes } from './security.ts'

/** What all operations of a document share. */
export interface Making {
  readonly components: Components
  readonly schemes: Schemes
  readonly refusals: Refusals
  /** The places by `operationId`. */
  readonly ids: Map<string, string>
  readonly hasItems: boolean
  /** The patterns of hosts that need no server of their own. */
  readonly here: ReadonlySet<string>
}
