/** What the operations of a document share. */
import type { Contract } from '../operations/contract.ts'
import type { Components } from './components.ts'
import type { Refusals } from './responses.ts'
import type { Schemes } from './security.ts'

/** What all operations of a document share. */
export interface DocumentContext {
  readonly components: Components
  readonly schemes: Schemes
  readonly refusals: Refusals
  /** Every `operationId` so far. */
  readonly ids: Set<string>
  /** The contracts that give an `operationId`, by it. */
  readonly owners: ReadonlyMap<string, { readonly contract: Contract; readonly where: string }>
  /** Whether the version is 3.2, which describes items of streams, and has all methods. */
  readonly hasItems: boolean
  /** The patterns of hosts that need no server of their own. */
  readonly here: ReadonlySet<string>
}
