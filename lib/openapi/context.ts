/** The state that the operations of a document share. */
import type { Contract } from '../operations/contract.ts'
import type { Components } from './components.ts'
import type { Refusals } from './responses.ts'
import type { Schemes } from './security.ts'

/** The state that all operations of a document share. */
export interface DocumentContext {
  readonly components: Components
  readonly schemes: Schemes
  readonly refusals: Refusals
  /** Every `operationId` that is already used. */
  readonly ids: Set<string>
  /** The contracts with an `operationId`, by that id. */
  readonly owners: ReadonlyMap<string, { readonly contract: Contract; readonly where: string }>
  /** Whether the version is 3.2, which describes items of streams, and has all methods. */
  readonly hasItems: boolean
  /** The patterns of hosts that serve the document itself, and so need no server entry. */
  readonly here: ReadonlySet<string>
}
