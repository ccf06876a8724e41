import t from 'tap'
import { standIn } from '../../../lib/interop/fromfetch/lazyrequest.ts'

const HIDDEN = Symbol('hidden')

class Real {
  [HIDDEN] = 'hidden'
  #secret = 'secret'
  get secret(): string {
    return this.#secret
  }
  add(a: number, b: number): string {
    return `${this.#secret} ${a + b}`
  }
  own(): string {
    return 'real'
  }
}

class StandIn {
  made = 0
  own(): string {
    return 'stand-in'
  }
}

t.test('answers simple properties, and creates a native request for all others', async (t) => {
  const reals = new WeakMap<StandIn, Real>()
  standIn(StandIn.prototype, Real.prototype, new Real(), (standing) => {
    const real = reals.get(standing) ?? new Real()
    if (!reals.has(standing)) standing.made++
    reals.set(standing, real)
    return real
  })
  const standing = new StandIn() as StandIn & Real

  t.ok(standing instanceof Real)
  t.equal(standing.constructor, Real)
  t.equal(standing.own(), 'stand-in')
  t.equal(standing.made, 0)
  t.equal(standing.secret, 'secret')
  t.equal(standing.add(1, 2), 'secret 3')
  t.equal(standing[HIDDEN], 'hidden')
  t.equal(standing.made, 1)
})
