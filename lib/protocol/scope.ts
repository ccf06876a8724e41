/** What the scopes of all servers have in common. */
import type { HTTPScope } from '../types.ts'

/** The version of the contract. */
export const ASGI: HTTPScope['asgi'] = Object.freeze({ version: '3.0', specVersion: '2.5' })

/**
 * An http scope with every optional key, set or undefined; `onUnmatched` is for `toNode` alone.
 *
 * Servers make scopes with all keys, since a key that is added later changes the shape of the object,
 * which costs more than the rest of it. A new optional key of HTTPScope is a type error in each server
 * that does not set it.
 */
export type ServerScope = { readonly [Key in keyof Required<AnyScope>]: AnyScope[Key] }

type AnyScope = Omit<HTTPScope, 'onUnmatched' | 'extensions'> &
  Required<Pick<HTTPScope, 'extensions'>>
