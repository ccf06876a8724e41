/** What the app behind an http middleware wrote into its scope, shown in front of it. */
import type { HTTPScope } from '../../types.ts'

type Keys = Record<string, unknown>

/** The middleware makes its own, so it is not what the app has written. */
const OWN = 'onDisconnect'

/**
 * All keys of the inner scope that changed, copied to the outer one, so that loggers in front see them
 * as without the middleware; and taken back before the app is called once more, which would otherwise
 * begin below the mount where the first call ended.
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

  /** State and outcome stay: each is one object for all, and the middleware may have added to it. */
  takeBack(): void {
    const { state: _state, outcome: _outcome, ...changed } = this.#changed
    for (const [key, value] of Object.entries(changed)) {
      // What the middleware itself has changed since is its own decision.
      if (this.#outer[key] !== value) continue
      if (key in this.#before) this.#outer[key] = this.#before[key]
      else delete this.#outer[key]
    }
  }
}
