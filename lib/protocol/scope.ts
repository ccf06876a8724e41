/** The common parts of the scopes of all servers. */
import type { HTTPScope } from '../types.ts'

/** The version of the contract. */
export const ASGI: HTTPScope['asgi'] = Object.freeze({ version: '3.0', specVersion: '2.5' })

/**
 * An http scope with every optional key, set or undefined. `onUnmatched` is not included, because only
 * `toNode` sets it.
 *
 * Servers make scopes with all keys. A key that is added later changes the hidden class of the object,
 * which takes longer than making the object. A new optional key of HTTPScope causes a type error in each
 * server that does not set it.
 */
export type ServerScope = { readonly [Key in keyof Required<AnyScope>]: AnyScope[Key] }

type AnyScope = Omit<HTTPScope, 'onUnmatched' | 'extensions'> &
  Required<Pick<HTTPScope, 'extensions'>>
