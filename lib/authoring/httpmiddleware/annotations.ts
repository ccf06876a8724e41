/** Copies the changes of an inner app's scope to the scope outside of an http middleware. */
import type { HTTPScope } from '../../types.ts'

type Keys = Record<string, unknown>

/** A key that the middleware itself sets, and not the app. */
const OWN = 'onDisconnect'

/**
 * Copies all keys of the inner scope that changed to the outer one, so outer loggers see them as without
 * the middleware. The keys are restored before the app is called again. Otherwise that call would begin
 * below the mount where the first call ended.
 */
export class Annotations {
  readonly #outer: Keys
  readonly #before: Readonly<Keys>
  #changed: Keys = {}

  constructor(outer: HTTPScope) {
    this.#outer = outer as HTTPScope & Keys
    this.#before = { ...outer }
  }

  take(inner: HTTPScope): void {
    const changes = Object.entries(inner).filter(
      ([key, value]) => key !== OWN && value !== this.#before[key],
    )
    this.#changed = Object.fromEntries(changes)
    Object.assign(this.#outer, this.#changed)
  }

  /**
   * Restores the keys. State and outcome are kept: all copies of the scope share these objects, and the
   * middleware may have added to them.
   */
  restore(): void {
    const { state: _state, outcome: _outcome, ...changed } = this.#changed
    for (const [key, value] of Object.entries(changed)) {
      // A key that the middleware itself has changed since is kept.
      if (this.#outer[key] !== value) continue
      if (key in this.#before) this.#outer[key] = this.#before[key]
      else delete this.#outer[key]
    }
  }
}
