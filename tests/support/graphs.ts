/** Random graphs of dependencies, which fail at random points and write down what happens. */
import fc from 'fast-check'
import { type AnyDependency, dependency } from '../../lib/dependencies.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import type { Request } from '../../lib/requests.ts'

export type Kind = 'value' | 'promise' | 'generator' | 'async generator'

/** What one does besides giving its value. */
export type Fault = 'none' | 'find' | 'clean-up' | 'swallow' | 'replace'

export interface Plan {
  readonly kind: Kind
  readonly fault: Fault
  readonly until: 'handler' | 'response'
  /** How many turns it takes. */
  readonly turns: number
  /** Which of those before it, it asks for. */
  readonly asks: readonly number[]
  /** Whether it asks for all of them at the same time. */
  readonly atOnce: boolean
}

export interface Event {
  readonly what: 'find' | 'open' | 'close'
  readonly index: number
  /** What was thrown into it. */
  readonly thrown?: unknown
}

const KINDS: readonly Kind[] = ['value', 'promise', 'generator', 'async generator']
const FAULTS: readonly Fault[] = ['find', 'clean-up', 'swallow', 'replace']

const drawn = fc.record({
  kind: fc.constantFrom(...KINDS),
  fault: fc.oneof(
    { weight: 5, arbitrary: fc.constant('none' as const) },
    fc.constantFrom(...FAULTS),
  ),
  isShort: fc.boolean(),
  turns: fc.nat(2),
  asks: fc.array(fc.nat(6), { maxLength: 3 }),
  atOnce: fc.boolean(),
})

/** Each asks for earlier ones only; what is not async, only for those that are not. */
export const plans: fc.Arbitrary<Plan[]> = fc
  .array(drawn, { minLength: 1, maxLength: 7 })
  .map((all) => {
    const made: Plan[] = []
    for (const { isShort, asks, ...one } of all) {
      const fitting = asks.filter((index) => {
        const other = made[index]
        return other !== undefined && (isAsync(one.kind) || !isAsync(other.kind))
      })
      // One that uses what is closed with the handler is closed with it too.
      const usesShort = fitting.some((index) => made[index]?.until === 'handler')
      made.push({ ...one, asks: fitting, until: isShort || usesShort ? 'handler' : 'response' })
    }
    return made
  })

export function isAsync(kind: Kind): boolean {
  return kind === 'promise' || kind === 'async generator'
}

export function isGenerator({ kind }: Plan): boolean {
  return kind === 'generator' || kind === 'async generator'
}

export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}

/** The dependencies of the plans; they add to the list of events. */
export function madeOf(all: readonly Plan[], events: Event[]): AnyDependency[] {
  const made: AnyDependency[] = []
  for (const [index, plan] of all.entries()) made.push(one(index, plan, made, events))
  return made
}

function one(
  index: number,
  plan: Plan,
  made: readonly AnyDependency[],
  events: Event[],
): AnyDependency {
  const { kind, fault, until } = plan
  const asked = (request: unknown): unknown[] =>
    plan.asks.map((other) => made[other]?.of(request as Request))
  const begin = (): void => {
    events.push({ what: 'find', index })
  }
  const fail = (): void => {
    if (fault === 'find') throw new HTTPException(400, `find ${index}`)
  }
  const ask = async (request: unknown): Promise<void> => {
    if (plan.atOnce) await Promise.all(asked(request))
    else for (const other of plan.asks) await made[other]?.of(request as Request)
    await turns(plan.turns)
    fail()
  }
  const closed = (thrown?: { error: unknown }): void => {
    events.push({ what: 'close', index, ...(thrown && { thrown: thrown.error }) })
    if (fault === 'clean-up') throw new Error(`clean-up ${index}`)
    if (thrown === undefined || fault === 'swallow') return
    throw fault === 'replace'
      ? new Error(`replaced ${index}`, { cause: thrown.error })
      : thrown.error
  }
  function* generator(request: unknown): Generator<number, void, unknown> {
    begin()
    asked(request)
    fail()
    events.push({ what: 'open', index })
    let failure: { error: unknown } | undefined
    try {
      yield index
    } catch (error) {
      failure = { error }
    }
    closed(failure)
  }
  async function* later(request: unknown): AsyncGenerator<number, void, unknown> {
    begin()
    await ask(request)
    events.push({ what: 'open', index })
    let failure: { error: unknown } | undefined
    try {
      yield index
    } catch (error) {
      failure = { error }
    }
    await turns(plan.turns)
    closed(failure)
  }
  const value = (request: unknown): number => {
    begin()
    asked(request)
    fail()
    return index
  }
  const promise = async (request: unknown): Promise<number> => {
    begin()
    await ask(request)
    return index
  }
  const find = { value, promise, generator, 'async generator': later }[kind]
  return dependency(find as (request: unknown) => unknown, { until, name: String(index) })
}

/** All that one uses, directly or not. */
export function usedBy(index: number, all: readonly Plan[]): Set<number> {
  const used = new Set(all[index]?.asks)
  for (const other of used) for (const next of all[other]?.asks ?? []) used.add(next)
  return used
}
